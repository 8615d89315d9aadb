// A simulated SoC with a model in it, ready to be measured by its console's /bench.
import { configurationNamed, type ConfigurationName } from "../../boards/configuration.ts";
import { startProgress } from "../progress.ts";
import { openSocSession } from "../targets/soc.ts";
import type { EngineName } from "../targets/target.ts";
import { countersIn, measurementIn, type Counters, type Measurement } from "./measurement.ts";

export interface SocBench {
  /** Greedy tokens from the start token on, each after the logits of the one before. */
  readonly decode: (tokens: number) => Promise<Measurement>;
  /** These tokens, and the logits after the last. */
  readonly prefill: (tokens: readonly number[]) => Promise<Measurement>;
  /** The start token through the layers, without the head. */
  readonly block: () => Promise<Measurement>;
  /** A pseudo-random matrix; whether the CPU gets the same results. */
  readonly matvec: (rows: number, columns: number) => Promise<{ readonly equal: boolean; readonly counters: Counters }>;
  readonly use: (engine: EngineName) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SocBenchOptions {
  readonly config: ConfigurationName;
  readonly flash?: boolean;
  /** About how many cycles will be simulated, for the progress bar. */
  readonly expectedCycles: number;
}

/** Boots the SoC. The simulator's harness checks the model's hash, so that a large model boots in a few million cycles. */
export async function openSocBench(modelFile: string, options: SocBenchOptions): Promise<SocBench> {
  const megacycles = (cycles: number): number => Math.round(cycles / 1e6);
  const progress = startProgress(`simulating ${options.config}`, megacycles(options.expectedCycles), "million cycles");
  const onCycles = (cycles: number): void => {
    progress.update(Math.min(megacycles(cycles), megacycles(options.expectedCycles)));
  };
  const { config, flash = false } = options;
  try {
    const session = await openSocSession(modelFile, { config, flash, harnessHash: true, onCycles });
    return {
      decode: async (tokens) => measurementIn(await session.send(`/bench decode ${tokens}`)),
      prefill: async (tokens) => measurementIn(await session.send(`/bench prefill ${tokens.join(" ")}`)),
      block: async () => measurementIn(await session.send("/bench block")),
      matvec: async (rows, columns) => {
        const reply = await session.send(`/bench matvec ${rows} ${columns}`);
        return { equal: reply["equal"] === true, counters: countersIn(reply) };
      },
      use: async (engine) => {
        await session.send(`/set engine ${engine}`);
      },
      close: async () => {
        progress.stop();
        await session.close();
      },
    };
  } catch (error) {
    progress.stop();
    throw error;
  }
}

/** About how many cycles a boot takes without copying and hashing the model, before anything is measured. */
export const bootCycles = 3_000_000;

/** About how many cycles the weights of `tokens` tokens take on a configuration. */
export function expectedCycles(config: ConfigurationName, bytesPerToken: number, tokens: number): number {
  const { portBytes, columns } = configurationNamed(config).accelerator;
  return bootCycles + (1.1 * bytesPerToken * Math.ceil(tokens / columns)) / portBytes;
}
