/** Simulates a circuit of which one module is what Yosys made of it for an ECP5, in place of its sources. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { emitVerilog, Simulation, VerilatorEngine, type BuildOptions, type CheckedCircuit } from "../../../gen/index.ts";
import { cellLibrary, synthesised } from "./synthesise.ts";

/** The modules below one, and itself; not those of which `leaf` holds, but these themselves. */
function reachable(circuit: CheckedCircuit, top: string, leaf: (name: string) => boolean): ReadonlySet<string> {
  const modules = new Map(circuit.modules.map((module) => [module.name, module]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    if (leaf(name)) return;
    for (const instance of modules.get(name)?.instances ?? []) visit(instance.module);
  };
  visit(top);
  return found;
}

/** A module of a circuit as a circuit of its own. */
export function partOf(circuit: CheckedCircuit, top: string): CheckedCircuit {
  const names = reachable(circuit, top, () => false);
  // What every check has passed passes it in parts.
  return { ...circuit, top, modules: circuit.modules.filter(({ name }) => names.has(name)) };
}

/** A circuit without a module's body: others instantiate it. */
function without(circuit: CheckedCircuit, hollow: string): CheckedCircuit {
  const names = reachable(circuit, circuit.top, (name) => name === hollow);
  const modules = circuit.modules
    .filter(({ name }) => names.has(name))
    .map((module) => (module.name === hollow ? { ...module, blackBox: { parameters: [] } } : module));
  return { ...circuit, modules };
}

/** Verilator's warnings that say nothing about a netlist: nobody wrote it, and its cells leave pins open. */
const pointless = [
  "PINMISSING",
  "PINCONNECTEMPTY",
  "UNUSED",
  "UNDRIVEN",
  "WIDTH",
  "DECLFILENAME",
  "BLKSEQ",
  "INITIALDLY",
  "UNOPTFLAT",
];

/** A generated source between directives that switch these warnings off, for it alone. */
function unlinted(source: string): string {
  const directives = (state: "off" | "on"): string => pointless.map((code) => `/* verilator lint_${state} ${code} */`).join("\n");
  return `${directives("off")}\n${source}\n${directives("on")}\n`;
}

/** The netlist of a module of a circuit, as Verilog. */
export function netlistOf(circuit: CheckedCircuit, module = circuit.top): string {
  return readFileSync(join(synthesised(partOf(circuit, module)), "netlist.v"), "utf8");
}

export interface NetlistOptions {
  /** The module in question; the whole circuit where it is left out. */
  readonly module?: string;
  /** Changes the netlist before it is simulated. */
  readonly change?: (netlist: string) => string;
  readonly build?: BuildOptions;
}

/** Ready to run testbenches like `simulate(circuit)`, with gates where the module was; to be closed at the end. */
export function simulateNetlist(circuit: CheckedCircuit, options: NetlistOptions = {}): Simulation<VerilatorEngine> {
  const { module = circuit.top, change = (netlist: string) => netlist, build } = options;
  const around = module === circuit.top ? new Map<string, string>() : emitVerilog(without(circuit, module)).files;
  const files = new Map([
    ...around,
    ["netlist.v", unlinted(change(netlistOf(circuit, module)))],
    ["ecp5-cells.v", readFileSync(join(import.meta.dirname, "ecp5-cells.v"), "utf8")],
    ...[...cellLibrary()].map(([name, content]) => [name, unlinted(content)] as const),
  ]);
  return new Simulation(circuit.top, new VerilatorEngine(circuit, { files }, {}, build), () => null);
}
