// Builds the native engine and its tests once per test process, and talks to the program.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const projectRoot = join(import.meta.dirname, "../../..");

/** Where `make` puts what is compiled with AddressSanitizer and UndefinedBehaviorSanitizer. */
export const sanitized = join(projectRoot, "build/host/sanitized");

/** What a program did: its output as bytes, its complaints as text. */
export interface Outcome {
  readonly status: number | null;
  readonly output: Buffer;
  readonly complaints: string;
}

/** Runs a program to its end; `seconds` is the longest it may take. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { input?: Uint8Array | string; seconds?: number } = {},
): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: projectRoot,
    input: options.input ?? "",
    timeout: 1000 * (options.seconds ?? 60),
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw error;
  return { status, output: stdout, complaints: stderr.toString() };
}

/** The reason to skip tests that compile C, or `false`. In CI a missing tool is a failure, so there nothing is skipped. */
export function missingTools(): string | false {
  if (process.env["CI"] !== undefined) return false;
  const probe = spawnSync("sh", ["-c", "command -v make gcc && test -e /usr/include/nettle/sha2.h"]);
  return probe.status === 0 ? false : "needs make, gcc and nettle-dev";
}

/** Makes the program, the tests and the fuzz harnesses. */
export function buildNative(): void {
  const { status, complaints, output } = runProgram("make", ["-j2", "host", "host-tests"], { seconds: 1200 });
  if (status !== 0) throw new Error(`make host host-tests failed:\n${output.toString()}${complaints}`);
}

/** Sends lines to a console in machine mode, with more options for the program; the answers but for the token events. */
export function converse(modelFile: string, lines: readonly string[], options: readonly string[] = []): Record<string, unknown>[] {
  const input = ["/set machine on", ...lines, "/quit"].map((line) => `${line}\n`).join("");
  const { status, output, complaints } = runProgram(join(sanitized, "ternel-host"), ["--model", modelFile, ...options], { input });
  if (status !== 0) throw new Error(`ternel-host ended with ${status}: ${complaints}`);
  return output
    .toString()
    .split("\x1e")
    .slice(1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event !== "token");
}
