// Valid containers with values that no training would give: they reach the saturations and the widest products of every engine.
import { layerFractionNames, layerGainNames, layerMatrixNames, limits } from "../container/format.ts";
import type { Gain, Layer, Matrix, Model, Scale } from "../container/model.ts";
import { packModel } from "../convert/pack.ts";
import { RandomSource } from "../reference/sampler.ts";
import { randomCheckpoint } from "./random-model.ts";

/** A model whose every table and weight is random within what the format allows, extremes being likely. */
export function extremeModel(seed: bigint): Model {
  const random = new RandomSource(seed);
  const below = (count: number): number => Number(random.next()) % count;
  const pick = <T>(...choices: readonly (() => T)[]): T => (choices[below(choices.length)] ?? choices[0] ?? fail)();
  const between = (smallest: number, largest: number): number => smallest + below(largest - smallest + 1);

  const fraction = (): number =>
    pick(
      () => limits.fraction,
      () => between(0, limits.fraction),
      () => between(10, 16),
    );
  const scale = (near: number): Scale => ({
    mantissa: pick(
      () => 32_768,
      () => 65_535,
      () => between(32_768, 65_535),
    ),
    exponent:
      below(20) === 0
        ? pick(
            () => -limits.scaleExponent,
            () => limits.scaleExponent,
          )
        : near + between(-8, 8),
  });
  const gainValue = pick(
    () => () => between(-0x8000, 0x7fff),
    () => () => -0x8000,
    () => () => between(-50, 50),
    () => () => 0x7fff,
  );
  const gain = ({ values }: Gain): Gain => ({
    fraction: fraction(),
    epsilon:
      below(10) === 0
        ? (1n << BigInt(limits.epsilonBits)) - 1n
        : pick(
            () => 0n,
            () => random.next(),
            () => BigInt(below(100)),
          ),
    values: values.map(gainValue),
  });
  const matrix = (given: Matrix): Matrix => ({ ...given, packed: given.packed.map(() => below(256)), scale: scale(30) });

  const base = packModel(
    randomCheckpoint({
      dimension: between(1, 40),
      intermediate: between(1, 60),
      layers: between(1, 3),
      vocabulary: 280,
      tokenCount: 270,
      seed,
    }),
    {
      name: `extreme-${seed}`,
      calibrationTokens: 2,
    },
  ).model;
  const layer = (given: Layer): Layer => {
    const chosen = Object.fromEntries(layerFractionNames.map((name) => [name, fraction()])) as Layer["fractions"];
    return {
      fractions: {
        ...chosen,
        gatedOutput: Math.min(chosen.gatedOutput, chosen.normedGate + chosen.candidate),
        product: Math.min(chosen.product, 2 * chosen.gateUp),
      },
      gains: Object.fromEntries(layerGainNames.map((name) => [name, gain(given.gains[name])])) as Layer["gains"],
      matrices: Object.fromEntries(layerMatrixNames.map((name) => [name, matrix(given.matrices[name])])) as Layer["matrices"],
      lowerBound: given.lowerBound.map(() =>
        pick(
          () => 0,
          () => 65_535,
          () => between(0, 65_535),
        ),
      ),
    };
  };
  return {
    ...base,
    fractions: { residual: fraction(), finalNorm: fraction(), logits: fraction() },
    layers: base.layers.map(layer),
    head: { norm: gain(base.head.norm), gain: gain(base.head.gain), matrix: matrix(base.head.matrix) },
    embedding: {
      values: base.embedding.values.map(() =>
        pick(
          () => -128,
          () => 127,
          () => between(-128, 127),
        ),
      ),
      scales: base.embedding.scales.map(() => scale(16)),
    },
  };
}

function fail(): never {
  throw new Error("nothing to choose from");
}
