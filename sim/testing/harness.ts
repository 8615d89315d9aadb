/** Runs the simulator with the probe (probe.c) or any other flash image, for tests. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { makeTargets } from "../../cli/make.ts";
import { buildPaths, projectRoot } from "../../cli/paths.ts";

export const config = "arty";
const folder = join(buildPaths(config).folder, "sim");
/** The probe as a flash image. */
export const probe = join(folder, "probe.bin");

/** Builds the simulator (`trace`: the one that writes waveforms), the probe and the flash model's unit tests. */
export async function buildHarness(trace = false): Promise<void> {
  const targets = [trace ? "sim-trace" : "sim", join(folder, "probe.bin"), "build/host/flash-model-test"];
  await makeTargets(
    targets.map((target) => target.replace(`${projectRoot}/`, "")),
    config,
  );
}

export interface Finished {
  readonly status: number | null;
  readonly output: Buffer;
  readonly errors: string;
}

/** Starts the simulator. */
export function startHarness(options: readonly string[], program = "ternel-sim"): ChildProcessWithoutNullStreams {
  return spawn(join(folder, program), options);
}

/** Waits for the end of a process, collecting what it printed. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => output.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => errors.push(bytes));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  child.on("error", reject);
  const status = await promise;
  return { status, output: Buffer.concat(output), errors: Buffer.concat(errors).toString() };
}

/** Runs the simulator to its end; `input` goes to the serial line. */
export async function runHarness(
  options: readonly string[],
  input: Uint8Array = new Uint8Array(),
  program?: string,
): Promise<Finished> {
  const child = startHarness(options, program);
  const end = finished(child);
  child.stdin.on("error", () => undefined); // the simulator may refuse its options before it reads
  child.stdin.end(input);
  return end;
}

/** Runs the probe. A probe that hangs ends with exit status 124. */
export async function runProbe(options: readonly string[], input: Uint8Array, program?: string): Promise<Finished> {
  return runHarness(["--flash", probe, "--max-cycles", "2000000", ...options], input, program);
}

/** The bytes that make the probe end the simulation with this code. */
export const exitWith = (code: number): Uint8Array => Uint8Array.of("x".charCodeAt(0), code);
