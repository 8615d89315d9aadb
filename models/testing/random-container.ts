// Containers with random weights of any size, for benches: made directly in the container's bytes, without a checkpoint in between.
// The formats follow from the weights' statistics, so that vectors neither saturate nor vanish.
import { commandListOf } from "../compile/compile.ts";
import { layoutOf } from "../container/counts.ts";
import { layerGainNames, layerMatrixNames, type LayerGainName } from "../container/format.ts";
import { gainLength, matrixShape, type Layout } from "../container/layout.ts";
import type { Layer, Matrix, Model, Shape } from "../container/model.ts";
import { fillContainer } from "../container/write.ts";
import { gainInput } from "../convert/pack.ts";
import { gainOf, largestFraction, scaleOf } from "../convert/scales.ts";
import { fillRandomTrits, QuickRandom } from "./random-weights.ts";

/** The shape of a container with random weights. */
export interface ContainerShape extends Shape {
  readonly layers: number;
}

/** How large vectors become: standard deviations. A fraction leaves room for eight of them below 2^20, as calibration does. */
const deviations = {
  residual: 2,
  norm: 1,
  linear: 1,
  product: 1,
  added: 0.3,
  logits: 2,
} as const;

const fractionOf = (deviation: number): number => largestFraction(8 * deviation, 2 ** 20) ?? 0;

const layerFractions: Layer["fractions"] = {
  attentionNorm: fractionOf(deviations.norm),
  forget: fractionOf(deviations.linear),
  candidate: fractionOf(deviations.linear),
  gate: fractionOf(deviations.linear),
  normedGate: fractionOf(deviations.norm),
  gatedOutput: fractionOf(deviations.product),
  mlpNorm: fractionOf(deviations.norm),
  gateUp: fractionOf(deviations.linear),
  product: fractionOf(deviations.product),
};
const modelFractions: Model["fractions"] = {
  residual: fractionOf(deviations.residual),
  finalNorm: fractionOf(deviations.norm),
  logits: fractionOf(deviations.logits),
};

/** Two thirds of the trits are not 0: this mean |W| gives sums of `columns` normed values this deviation. */
const meanWeight = (columns: number, deviation: number): number => deviation / Math.sqrt((2 / 3) * columns);

/**
 * A container with random weights: always the same bytes for one shape and seed. The tokenizer knows single bytes only.
 */
export function randomContainer(name: string, shape: ContainerShape, seed: number): Uint8Array {
  const tables = randomTables(name, shape, seed);
  const commands = commandListOf(tables);
  const layout = layoutOf(tables, commands.length);
  const bytes = new Uint8Array(layout.totalBytes);
  return fillContainer(layout, bytes, withWeights(tables, layout, bytes, seed), commands);
}

/** Everything but the weights: matrices and embedding have no bytes yet. It tells the command list already. */
export function randomTables(name: string, shape: ContainerShape, seed: number): Model {
  const random = new QuickRandom(seed);
  const { vocabulary, dimension, intermediate, layers } = shape;
  const gammas = (length: number): Float32Array => Float32Array.from({ length }, () => 1 + 0.2 * random.normal());
  const matrix = (rows: number, columns: number, deviation: number): Matrix => {
    const scale = scaleOf(meanWeight(columns, deviation) / 127, name);
    return { rows, columns, packed: new Uint8Array(0), scale };
  };
  const layer = (l: number): Layer => ({
    fractions: layerFractions,
    gains: Object.fromEntries(
      layerGainNames.map((gain) => [gain, gainOf(gammas(gainLength(gain, shape)), inputFraction(gain), name)]),
    ) as Layer["gains"],
    matrices: Object.fromEntries(
      layerMatrixNames.map((which) => {
        const isAdded = which === "output" || which === "down";
        return [which, matrix(...matrixShape[which](shape), isAdded ? deviations.added : deviations.linear)];
      }),
    ) as Layer["matrices"],
    lowerBound: Uint16Array.from({ length: dimension }, () =>
      l === 0 ? 0 : Math.floor((60_000 * l) / layers) + random.below(4096),
    ),
  });
  return {
    ...{ name, vocabulary, dimension, intermediate, startToken: 0, endToken: 0 },
    tokenizer: byteTokenizer(),
    fractions: modelFractions,
    layers: Array.from({ length: layers }, (_, l) => layer(l)),
    head: {
      norm: gainOf(gammas(dimension), modelFractions.residual, name),
      gain: gainOf(gammas(dimension), modelFractions.finalNorm, name),
      matrix: matrix(vocabulary, dimension, deviations.logits),
    },
    embedding: {
      values: new Int8Array(0),
      scales: Array.from({ length: vocabulary }, () => scaleOf((1 + 0.1 * random.normal()) / 74, name)),
    },
  };
}

function inputFraction(gain: LayerGainName): number {
  const input = gainInput[gain];
  return input === "residual" ? modelFractions.residual : layerFractions[input];
}

/** Fills the weights where they lie in the container. */
function withWeights(tables: Model, layout: Layout, bytes: Uint8Array, seed: number): Model {
  const random = new QuickRandom(~seed);
  const place = (name: string): Uint8Array => {
    const found = layout.places.get(name);
    if (found === undefined) throw new Error(`no array ${name} in the layout`);
    return bytes.subarray(found.offset, found.offset + found.bytes);
  };
  const filled = (matrix: Matrix, name: string): Matrix => {
    const packed = place(name);
    fillRandomTrits(packed, matrix.rows, matrix.columns, random);
    return { ...matrix, packed };
  };
  const { vocabulary, dimension, head, embedding } = tables;
  const rows = place("embedding");
  const isUnpadded = rows.length === vocabulary * dimension;
  const values = isUnpadded ? new Int8Array(rows.buffer, rows.byteOffset, rows.length) : new Int8Array(vocabulary * dimension);
  random.fill(values);
  return {
    ...tables,
    layers: tables.layers.map((layer, l) => ({
      ...layer,
      matrices: Object.fromEntries(
        layerMatrixNames.map((name) => [name, filled(layer.matrices[name], `layers.${l}.matrix.${name}`)]),
      ) as Layer["matrices"],
    })),
    head: { ...head, matrix: filled(head.matrix, "head.matrix") },
    embedding: { ...embedding, values },
  };
}

/** Token 0 ends a text, token b + 1 is the byte b. */
function byteTokenizer(): Model["tokenizer"] {
  return {
    texts: [new Uint8Array(0), ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte))],
    byteToken: Uint32Array.from({ length: 256 }, (_, byte) => byte + 1),
    merges: [],
  };
}
