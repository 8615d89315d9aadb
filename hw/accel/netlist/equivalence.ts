/**
 * Proves that a netlist does what its sources do, for all inputs and for all time: Yosys pairs the nets of the same name and proves each
 * pair, by induction over the clock. Yosys's own models stand for the cells, ecp5-cells.v for block RAM and multipliers.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckedCircuit } from "../../../gen/index.ts";
import { cellLibrary, runYosys, synthesised, SynthesisError } from "./synthesise.ts";

export interface EquivalenceResult {
  /** "open": so many pairs of nets were neither proved nor refuted, or the time was over. */
  readonly status: "proved" | "open";
  /** Pairs of nets that were proved, and all; not known where the time was over. */
  readonly proved?: number;
  readonly pairs?: number;
  readonly seconds: number;
}

export interface EquivalenceOptions {
  /** Cycles that the induction looks back. */
  readonly depth?: number;
  /** Seconds after which it is given up. */
  readonly seconds?: number;
  /** Changes the netlist before it is compared. */
  readonly change?: (netlist: string) => string;
}

/** Yosys has a printing statement for simulations only; a model's checks are that. */
const withoutChecks = (source: string): string => source.replaceAll(/^.*\$(?:display|stop).*\n/gm, "");

/** Compares a circuit with its netlist. Throws a SynthesisError where Yosys refuses one of them. */
export function compareNetlist(circuit: CheckedCircuit, options: EquivalenceOptions = {}): EquivalenceResult {
  const { depth = 4, seconds = 120, change = (netlist: string) => netlist } = options;
  const folder = synthesised(circuit);
  const { top } = circuit;
  writeFileSync(join(folder, "compared.v"), change(readFileSync(join(folder, "netlist.v"), "utf8")));
  for (const [name, content] of cellLibrary()) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "ecp5-cells.v"), withoutChecks(readFileSync(join(import.meta.dirname, "ecp5-cells.v"), "utf8")));
  const script = [
    `read_verilog ${top}.v`,
    `prep -flatten -top ${top}`,
    "memory_map",
    "splitnets",
    "opt_clean",
    // Only registers and ports are paired: synthesis may use the name of a net between them for something else.
    "select -set registers t:$*dff* %co1:+[Q] w:* %i",
    "rename -hide w:* @registers %d",
    `rename ${top} gold`,
    "design -stash gold",
    `read_verilog compared.v ecp5-cells.v ${[...cellLibrary().keys()].join(" ")}`,
    `prep -flatten -top ${top}`,
    "memory_map",
    "splitnets",
    "opt_clean",
    `rename ${top} gate`,
    "design -stash gate",
    "design -copy-from gold -as gold gold",
    "design -copy-from gate -as gate gate",
    "equiv_make gold gate equiv",
    "hierarchy -top equiv",
    "equiv_struct",
    "equiv_simple",
    `equiv_induct -seq ${depth}`,
    "equiv_status",
  ].join("; ");
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let text: string;
  try {
    text = runYosys(folder, script, seconds);
  } catch (error) {
    if (error instanceof SynthesisError && elapsed() >= seconds) return { status: "open", seconds: elapsed() };
    throw error;
  }
  writeFileSync(join(folder, "equivalence.log"), text);
  const status = text.slice(text.lastIndexOf("Executing EQUIV_STATUS"));
  const [, pairs, proved] = /Found (\d+) \$equiv cells in equiv:\n\s+Of those cells (\d+) are proven/.exec(status) ?? [];
  if (pairs === undefined || proved === undefined) throw new SynthesisError(`Yosys says nothing of equivalence in ${folder}`);
  const all = Number(pairs) > 0 && pairs === proved;
  return { status: all ? "proved" : "open", proved: Number(proved), pairs: Number(pairs), seconds: elapsed() };
}
