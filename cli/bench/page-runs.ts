// The measurements behind docs/performance.md. Each is made once, whoever asks.
import type { ConfigurationName } from "../../boards/configuration.ts";
import { defaultModel } from "../options.ts";
import type { EngineName } from "../targets/target.ts";
import { kept, machineKey } from "./kept.ts";
import type { BenchResult } from "./measurement.ts";
import { fileModel, shapeModel, type BenchModel } from "./model.ts";
import { benchBlock, benchDecode, benchPrefill, type TokenBench } from "./run-bench.ts";

export type PageShape = "370M" | "1.3B-layer" | "block512" | "default";

const model = (shape: PageShape): BenchModel => (shape === "default" ? fileModel(defaultModel()) : shapeModel(shape));

/** A differing result is no figure for a page. */
function checked(result: BenchResult): BenchResult {
  if (!result.equal) throw new Error(`${result.what} ${result.shape} on ${result.config} differs from the reference`);
  return result;
}

async function run(
  what: BenchResult["what"],
  shape: PageShape,
  config: ConfigurationName,
  engine: EngineName,
  tokens: number,
): Promise<BenchResult> {
  const options: TokenBench = { config, engine };
  return kept(`${what}-${shape}-${config}-${engine}-${tokens}`, await machineKey(config), async () => {
    process.stderr.write(`measuring: ${what} ${shape} on ${config}, engine ${engine}, ${tokens} token${tokens === 1 ? "" : "s"}\n`);
    switch (what) {
      case "decode":
        return checked(await benchDecode(model(shape), options, tokens));
      case "prefill":
        return checked(await benchPrefill(model(shape), options, tokens));
      case "block":
        return checked(await benchBlock(model(shape), options));
      case "matvec":
        throw new RangeError("no page shows a matvec");
    }
  });
}

export const decode = (shape: PageShape, config: ConfigurationName, tokens = 1, engine: EngineName = "accelerator") =>
  run("decode", shape, config, engine, tokens);
export const prefill = (shape: PageShape, config: ConfigurationName, tokens: number) =>
  run("prefill", shape, config, "accelerator", tokens);
export const block = (shape: PageShape, config: ConfigurationName) => run("block", shape, config, "accelerator", 1);

/** A token of 1.3B, from one layer and the head: a decode of `1.3B-layer` with 23 more layers of what its block takes. */
export async function scaled(config: ConfigurationName): Promise<BenchResult> {
  const whole = await decode("1.3B-layer", config);
  const layer = await block("1.3B-layer", config);
  const more = 23;
  const add = <T extends object>(a: T, b: T): T =>
    Object.fromEntries(
      Object.entries(a).map(([name, value]) => [name, (value as number) + more * (b[name as keyof T] as number)]),
    ) as T;
  const cycles = whole.cycles + more * layer.cycles;
  const beats = whole.beats + more * layer.beats;
  return {
    ...whole,
    shape: "1.3B",
    cycles,
    beats,
    bytes: whole.bytes + more * layer.bytes,
    efficiency: beats / cycles,
    stalls: add(whole.stalls, layer.stalls),
    counters: add(whole.counters, layer.counters),
    tokensPerSecond: whole.clockHz / cycles,
  };
}
