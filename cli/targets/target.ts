// What every engine can do for the command line: run a prompt. Settings and results are the same for all of them.
import type { ConfigurationName } from "../../boards/configuration.ts";
import type { RunRequest, RunResult as ReferenceResult } from "../../models/reference/run.ts";

export type TargetName = "reference" | "native" | "soc" | "uefi";
export const targetNames: readonly TargetName[] = ["reference", "native", "soc", "uefi"];

/** Who computes on the simulated SoC: whole tokens, the CPU with the accelerator for its matrices, or the CPU alone. */
export const engineNames = ["accelerator", "matrix", "cpu"] as const;
export type EngineName = (typeof engineNames)[number];

/** What `run --json` prints: what every engine computes, and what is particular to the target. */
export interface RunResult extends ReferenceResult {
  readonly target: TargetName;
  readonly config?: ConfigurationName;
  readonly engine?: EngineName;
  /** Clock cycles from the prompt to the last token (soc). */
  readonly cycles?: number;
  /** Those of them that the prompt took (soc). */
  readonly promptCycles?: number;
  /** Those of all in which the accelerator was busy (soc). */
  readonly acceleratorCycles?: number;
  readonly clockHz?: number;
  /** Seconds of each phase of the boot, by the machine's own clock: the firmware's, then the application's (uefi). */
  readonly boot?: Readonly<Record<string, number>>;
  /** From the application's start to the first token that it made (uefi). */
  readonly firstTokenSeconds?: number;
  /** Whose instructions computed (uefi). */
  readonly kernel?: string;
  readonly seconds: number;
}

/** An engine with a model in it, ready to run prompts one after another. */
export interface Target {
  readonly run: (settings: RunRequest, onToken?: (id: number) => void) => Promise<RunResult>;
  readonly close: () => Promise<void>;
}

/** Clock cycles for one generated token, the prompt's not counted; undefined where there are none to count. */
export function cyclesPerToken(result: RunResult): number | undefined {
  if (result.cycles === undefined || result.tokens.length === 0) return undefined;
  return (result.cycles - (result.promptCycles ?? 0)) / result.tokens.length;
}

/** Tokens per second: at the board's clock where cycles are known, else by this machine's clock. */
export function tokensPerSecond(result: RunResult): number {
  const cycles = cyclesPerToken(result);
  return cycles === undefined || result.clockHz === undefined ? result.tokens.length / result.seconds : result.clockHz / cycles;
}

/** The share of the cycles in which the accelerator was busy, 0 to 1; undefined where it is not known. */
export function acceleratorShare(result: RunResult): number | undefined {
  if (result.cycles === undefined || result.acceleratorCycles === undefined || result.cycles === 0) return undefined;
  return result.acceleratorCycles / result.cycles;
}
