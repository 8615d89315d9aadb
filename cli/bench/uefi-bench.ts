// The UEFI application in QEMU, measured by itself: its boot in phases, tokens and prompts of each kernel on one and two cores.
import { numberIn, objectIn, textIn } from "../reply.ts";
import { startProgress } from "../progress.ts";
import type { KernelName } from "../targets/native.ts";
import { bootTimes, openMachineSession, settingsText, temporaryImage, type BootTimes } from "../targets/uefi.ts";

/** The kernels that QEMU's emulated processor runs and that are worth it. */
const kernels = ["sse41", "avx2"] as const satisfies readonly KernelName[];
const coreCounts = [1, 2] as const;
const decodeTokens = 64;
const promptTokens = 64;

/** One boot; cycles are those of the time-stamp counter, at the rate that the application measured. */
export interface UefiRun extends BootTimes {
  readonly kernel: string;
  readonly cores: number;
  readonly tokensPerSecond: number;
  readonly tokenCycles: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly prefillTokensPerSecond: number;
  /** Of the best token; and of a loop on the same cores that only reads the same bytes, in the same seconds. */
  readonly weights: { readonly bytes: number; readonly bytesPerSecond: number; readonly readingBytesPerSecond: number };
}

/** Boots once for each kernel and number of cores. */
export async function benchUefi(model: string): Promise<UefiRun[]> {
  const progress = startProgress("uefi", kernels.length * coreCounts.length, "boots");
  const runs: UefiRun[] = [];
  try {
    for (const kernel of kernels) {
      for (const cores of coreCounts) {
        runs.push(await benchBoot(model, kernel, cores));
        progress.update(runs.length);
      }
    }
  } finally {
    progress.stop();
  }
  return runs;
}

async function benchBoot(model: string, kernel: KernelName, cores: number): Promise<UefiRun> {
  const { image, dispose } = await temporaryImage({ models: [model], ...settingsText({ kernel, cores }) });
  try {
    const session = await openMachineSession(image, { cores });
    try {
      const times = await bootTimes(session);
      const hertz = numberIn(await session.send("/info"), "clockHz");
      const prompt = Array.from({ length: promptTokens }, (_, i) => 1 + ((7919 * i) % 255));
      await session.send(`/bench prefill ${prompt.join(" ")}`); // QEMU translates the code at its first use
      const prefill = await session.send(`/bench prefill ${prompt.join(" ")}`);
      const decode = await session.send(`/bench decode ${decodeTokens}`);
      const cycles = objectIn(decode, "tokenCycles");
      const weights = objectIn(decode, "weights");
      return {
        kernel: textIn(decode, "engine"),
        cores,
        tokensPerSecond: (decodeTokens * hertz) / numberIn(decode, "cycles"),
        tokenCycles: { p50: numberIn(cycles, "p50"), p99: numberIn(cycles, "p99"), max: numberIn(cycles, "max") },
        prefillTokensPerSecond: (promptTokens * hertz) / numberIn(prefill, "cycles"),
        weights: {
          bytes: numberIn(weights, "bytes"),
          bytesPerSecond: numberIn(weights, "bytesPerSecond"),
          readingBytesPerSecond: numberIn(weights, "readingBytesPerSecond"),
        },
        ...times,
      };
    } finally {
      await session.close();
    }
  } finally {
    dispose();
  }
}
