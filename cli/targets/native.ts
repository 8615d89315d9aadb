// The C engine on this machine: build/host/ternel-host, the same console as on the SoC.
import { spawn } from "node:child_process";
import { TernelError } from "../../models/errors.ts";
import { makeTargets } from "../make.ts";
import { nativeProgram } from "../paths.ts";
import { errorInLine } from "../reported-error.ts";
import { openSession } from "../session.ts";
import { runOnConsole } from "./console-target.ts";
import type { Target } from "./target.ts";

/** How the engine computes on a PC, native or under UEFI; its answers are the same. */
export interface NativeOptions {
  /** Cores that compute; when it is left out as many as the model is worth, under UEFI one. */
  readonly cores?: number;
  /** Whose instructions; the best that this processor has when it is left out. */
  readonly kernel?: KernelName;
}

/** The kernels of firmware/kernels; `cpu` is the engine without them. */
export const kernelNames = ["cpu", "plain", "sse41", "avx2", "avx512", "avx512-vnni"] as const;
export type KernelName = (typeof kernelNames)[number];

/** Opens a model in the native engine. */
export async function openNative(modelFile: string, options: NativeOptions): Promise<Target> {
  await makeTargets(["host"]);
  const { cores, kernel } = options;
  const session = await openSession({
    program: nativeProgram,
    arguments: [
      ...["--model", modelFile],
      ...(cores === undefined ? [] : ["--threads", String(cores)]),
      ...(kernel === undefined ? [] : ["--kernel", kernel]),
    ],
    bootLimit: 30,
    silenceLimit: 120,
  });
  return { run: (settings, onToken) => runOnConsole(session, "native", settings, onToken), close: session.close };
}

/**
 * The negative log likelihood (natural logarithm) of every token but the first of each sequence, each sequence from an empty state:
 * `ternel-host --score` reads u32 count and u32 ids for each sequence and writes one double for each predicted token.
 */
export async function scoreNative(
  modelFile: string,
  sequences: readonly (readonly number[])[],
  onProgress: (tokens: number) => void,
): Promise<Float64Array> {
  await makeTargets(["host"]);
  const child = spawn(nativeProgram, ["--model", modelFile, "--score"], { stdio: "pipe" });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", (error) => {
    reject(new TernelError("toolMissing", `${nativeProgram}: ${error.message}`));
  });
  child.on("close", resolve);
  child.stdin.on("error", () => undefined); // a child that has gone is noticed by its exit
  const pieces: Buffer[] = [];
  let bytes = 0;
  let complaints = "";
  child.stdout.on("data", (piece: Buffer) => {
    pieces.push(piece);
    bytes += piece.length;
    onProgress(Math.floor(bytes / 8));
  });
  child.stderr.on("data", (piece: Buffer) => (complaints = (complaints + piece.toString()).slice(-2000)));
  for (const sequence of sequences) child.stdin.write(Buffer.from(Uint32Array.of(sequence.length, ...sequence).buffer));
  child.stdin.end();

  const status = await ended;
  if (status !== 0) {
    const told = complaints
      .split("\n")
      .map(errorInLine)
      .find((error) => error !== undefined);
    throw told ?? new TernelError("toolFailed", `ternel-host --score ended with status ${String(status)}: ${complaints.trim()}`);
  }
  const expected = sequences.reduce((sum, sequence) => sum + Math.max(sequence.length - 1, 0), 0);
  if (bytes !== 8 * expected) throw new TernelError("toolAnswer", `${bytes} bytes of scores for ${expected} tokens`);
  const joined = Buffer.concat(pieces);
  return Float64Array.from({ length: expected }, (_, i) => joined.readDoubleLE(8 * i));
}
