// The engine on this machine: every kernel and number of cores, measured by build/host/ternel-bench.
import { join } from "node:path";
import { makeTargets } from "../make.ts";
import { projectRoot } from "../paths.ts";
import { startProgress } from "../progress.ts";
import { jsonLines } from "./json-lines.ts";
import type { LlamaRun } from "./llama/peer.ts";
import type { BenchModel } from "./model.ts";
import type { UefiRun } from "./uefi-bench.ts";

/** Seconds, and cycles of the time stamp counter, that one thing took each of the times it was done. */
export interface Times {
  readonly samples: number;
  readonly best: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly cycles: { readonly best: number; readonly p50: number; readonly p99: number; readonly max: number };
}

interface Rate {
  readonly best: number;
  readonly p50: number;
}

/** One kernel with one number of cores. */
export interface X86Run {
  readonly kernel: string;
  readonly threads: number;
  /** Bytes of repacked weights; a token reads all of them. */
  readonly weightBytes: number;
  /** Until the weights are repacked. */
  readonly loadSeconds: number;
  /** The logits equal those of the engine without kernels. */
  readonly equal: boolean;
  /** Weight bytes a second of a token over those of plain reading, the median over the turns. */
  readonly ofStreaming: number;
  /** All weights read by a loop that does nothing else. */
  readonly streaming: Times & { readonly bytesPerSecond: Rate };
  /** One token with its logits. */
  readonly decode: Times & { readonly bytesPerSecond: Rate; readonly tokensPerSecond: Rate };
  /** A prompt in one pass over the weights, with the logits after it. */
  readonly prefill?: Times & {
    readonly tokens: number;
    readonly tokensPerSecond: Rate;
    /** Products of bytes that it takes. */
    readonly products: number;
    readonly productsPerSecond: Rate;
  };
  /** The arithmetic of the prompt's kernel alone, in registers, on all cores: what no prompt can exceed. Not for "plain". */
  readonly peak?: Times & { readonly products: number; readonly productsPerSecond: Rate };
  /** Products of a prompt over those of the arithmetic alone, each for a second of computing: the median over the turns. */
  readonly ofPeak?: number;
}

/** What `bench x86 --json` prints (docs/cli.md). */
export interface X86Bench {
  readonly shape: string;
  readonly dimension: number;
  readonly layers: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  readonly cores: number;
  readonly runs: readonly X86Run[];
  readonly peers?: readonly LlamaRun[];
  readonly uefi?: readonly UefiRun[];
}

export interface X86Options {
  /** Numbers of cores; all there are and one when it is left out. */
  readonly threads?: readonly number[];
  /** Names of kernels; all that this processor runs when it is left out. */
  readonly kernels?: readonly string[];
  /** Tokens of the prompt. */
  readonly prefill: number;
  /** For each kernel and number of cores. */
  readonly seconds: number;
}

/** Measures. The program prints the model first, then a line for each kernel and number of cores. */
export async function benchX86(model: BenchModel, options: X86Options): Promise<X86Bench> {
  await makeTargets(["host-bench"]);
  const { threads, kernels, prefill, seconds } = options;
  const list = (name: string, values: readonly (string | number)[] | undefined) =>
    values === undefined ? [] : [name, values.join(",")];
  const progress = startProgress("measuring", (kernels?.length ?? 5) * (threads?.length ?? 2), "measurements");
  let done = 0;
  const [head, ...runs] = await jsonLines(
    join(projectRoot, "build/host/ternel-bench"),
    [
      ...["--model", model.file, "--prefill", String(prefill), "--milliseconds", String(Math.round(1000 * seconds))],
      ...list("--threads", threads),
      ...list("--kernels", kernels),
    ],
    {
      onObject: () => {
        progress.update(done++);
      },
    },
  ).finally(progress.stop);
  const { dimension, layers, intermediate, vocabulary, cores } = head as unknown as Omit<X86Bench, "runs" | "shape">;
  return { shape: model.shape, dimension, layers, intermediate, vocabulary, cores, runs: runs as unknown as X86Run[] };
}
