// What every engine can do for the command line: run a prompt. Settings and results are the same for all of them.
import type { ConfigurationName } from "../../boards/configuration.ts";

export type TargetName = "reference" | "native" | "soc";
export const targetNames: readonly TargetName[] = ["reference", "native", "soc"];

/** Who multiplies on the simulated SoC. */
export type EngineName = "accelerator" | "cpu";

export interface RunSettings {
  readonly prompt: string;
  /** Most tokens to generate. */
  readonly tokens: number;
  /** Thousandths, 0 (greedy) to 10000. */
  readonly temperature: number;
  /** Thousandths, 1 to 1000. */
  readonly topP: number;
  /** 0 to 2^64 - 1. */
  readonly seed: bigint;
}

/** What `run --json` prints. Fields after `logitsHash` depend on the target. */
export interface RunResult {
  readonly target: TargetName;
  /** The ids generated; an end-of-text token ends the run and is not in the list. */
  readonly tokens: readonly number[];
  readonly text: string;
  readonly stop: "end" | "length";
  /** Tokens of the prompt, without the start token. */
  readonly promptTokens: number;
  /** SHA-256, in hex, over the int32 little-endian logits of every step that chose a token. */
  readonly logitsHash: string;
  readonly config?: ConfigurationName;
  readonly engine?: EngineName;
  /** Clock cycles from the prompt to the last token (soc). */
  readonly cycles?: number;
  /** Those of them in which the accelerator was busy (soc). */
  readonly acceleratorCycles?: number;
  readonly clockHz?: number;
  readonly seconds: number;
}

/** An engine with a model in it, ready to run prompts one after another. */
export interface Target {
  readonly run: (settings: RunSettings, onToken?: (id: number) => void) => Promise<RunResult>;
  readonly close: () => Promise<void>;
}

/** Tokens per second: at the board's clock where cycles are known, else by this machine's clock. */
export function tokensPerSecond(result: RunResult): number {
  const seconds = result.cycles === undefined || result.clockHz === undefined ? result.seconds : result.cycles / result.clockHz;
  return result.tokens.length / seconds;
}
