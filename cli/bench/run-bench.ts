// One function for each bench: boots the SoC, measures, compares with the reference.
import type { ConfigurationName } from "../../boards/configuration.ts";
import type { EngineName } from "../targets/target.ts";
import { equals, expectedDecode, expectedPrefill } from "./expected.ts";
import { benchResult, type BenchResult } from "./measurement.ts";
import type { BenchModel } from "./model.ts";
import { expectedCycles, openSocBench, type SocBench } from "./soc-bench.ts";

/** What all benches of tokens are told. */
export interface TokenBench {
  readonly config: ConfigurationName;
  readonly engine: EngineName;
  readonly flash?: boolean;
}

async function withSoc<T>(
  model: BenchModel,
  options: TokenBench,
  tokens: number,
  measure: (soc: SocBench) => Promise<T>,
): Promise<T> {
  const { config, flash = false, engine } = options;
  const soc = await openSocBench(model.file, { config, flash, expectedCycles: expectedCycles(config, model.weightBytes, tokens) });
  try {
    await soc.use(engine);
    return await measure(soc);
  } finally {
    await soc.close();
  }
}

/** `tokens` greedy tokens from the start token on, each with its logits. */
export async function benchDecode(model: BenchModel, options: TokenBench, tokens: number): Promise<BenchResult> {
  const expected = expectedDecode(model.file, tokens);
  return withSoc(model, options, tokens, async (soc) => {
    const measured = await soc.decode(tokens);
    const { config, engine } = options;
    return benchResult({ what: "decode", config, engine, shape: model.shape, equal: equals(measured, expected) }, measured);
  });
}

/** The tokens of a bench's prompt: some that are far apart, whatever the vocabulary. */
export function benchPrompt(model: BenchModel, tokens: number): number[] {
  return Array.from({ length: tokens }, (_, i) => (i === 0 ? model.startToken : (7919 * i + 1) % model.vocabulary));
}

/** A prompt of `tokens` tokens, read in groups of as many as the accelerator takes at once, and the logits after it. */
export async function benchPrefill(model: BenchModel, options: TokenBench, tokens: number): Promise<BenchResult> {
  const prompt = benchPrompt(model, tokens);
  const expected = expectedPrefill(model.file, prompt);
  return withSoc(model, options, tokens, async (soc) => {
    const measured = await soc.prefill(prompt);
    const { config, engine } = options;
    return benchResult({ what: "prefill", config, engine, shape: model.shape, equal: equals(measured, expected) }, measured);
  });
}

/** One token through the layers, without the head. That the numbers are right is seen on a second token, with its logits. */
export async function benchBlock(model: BenchModel, options: TokenBench): Promise<BenchResult> {
  const expected = expectedDecode(model.file, 1);
  return withSoc(model, options, 2, async (soc) => {
    const measured = await soc.block();
    const equal = equals(await soc.decode(1), expected);
    const { config, engine } = options;
    return benchResult({ what: "block", config, engine, shape: model.shape, equal }, measured);
  });
}

/** A pseudo-random matrix on the accelerator alone; `model` only has to boot. */
export async function benchMatvec(model: BenchModel, options: TokenBench, rows: number, columns: number): Promise<BenchResult> {
  return withSoc(model, options, 1, async (soc) => {
    const { equal, counters } = await soc.matvec(rows, columns);
    const facts = { what: "matvec", config: options.config, engine: "accelerator", shape: `${rows}x${columns}`, equal } as const;
    return benchResult(facts, { count: 1, cycles: counters.cycles, counters });
  });
}
