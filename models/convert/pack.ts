// From a float checkpoint to a container. The same input gives the same bytes on every machine: all arithmetic is IEEE double
// precision in a fixed order, and what is uncertain in it (exp) ends in values rounded to 16 bits.
import { layerGainNames, layerMatrixNames } from "../container/format.ts";
import type { LayerFractionName, LayerGainName, LayerMatrixName } from "../container/format.ts";
import type { Gain, Layer, Matrix, Model } from "../container/model.ts";
import { packTrits } from "../container/trits.ts";
import { writeContainer } from "../container/write.ts";
import { TernelError } from "../errors.ts";
import { floatModel } from "../float/model.ts";
import type { FloatLayer, FloatLinear, FloatModel } from "../float/model.ts";
import type { Checkpoint } from "../input/checkpoint.ts";
import { BytePairTokenizer, tokenizerTables } from "../tokenizer/tokenizer.ts";
import { chooseFractions, observeLargest, sampledSequences, textSequences } from "./calibrate.ts";
import type { Fractions } from "./calibrate.ts";
import { packReport } from "./report.ts";
import type { PackReport } from "./report.ts";
import { gainOf, scaleOf } from "./scales.ts";

export interface PackOptions {
  /** The model's name in the container: printable ASCII, up to 31 characters. */
  readonly name: string;
  /** A text like the ones that the model will read; the model writes one itself if there is none. */
  readonly calibrationText?: string;
  /** How many tokens to calibrate on: 4096 of a given text, 512 of the model's own, if not given. */
  readonly calibrationTokens?: number;
  /** Told of the stages and how far each is, 0 to 1. */
  readonly progress?: (stage: "sample" | "calibrate" | "check", done: number) => void;
}

export interface PackResult {
  readonly bytes: Uint8Array;
  readonly model: Model;
  readonly report: PackReport;
}

/** Packs a checkpoint: cuts its weights, chooses the formats on a text, writes the container, and checks it on that text. */
export function packModel(checkpoint: Checkpoint, options: PackOptions): PackResult {
  if (!/^[\x20-\x7e]{1,31}$/.test(options.name)) throw new TernelError("packName", JSON.stringify(options.name));
  const float = floatModel(checkpoint);
  const tables = tokenizerTables(checkpoint.tokenizer);
  const { calibrationText, progress } = options;
  const sequences =
    calibrationText === undefined
      ? sampledSequences(float, options.calibrationTokens ?? 512, (done) => progress?.("sample", done))
      : textSequences(float, new BytePairTokenizer(tables), calibrationText, options.calibrationTokens ?? 4096);
  const largest = observeLargest(float, sequences, (done) => progress?.("calibrate", done));
  const fractions = chooseFractions(largest, float.layers.length);
  const model: Model = {
    ...integerModel(float, fractions),
    name: options.name,
    startToken: float.startToken,
    endToken: float.config.endToken,
    tokenizer: tables,
  };
  const report = packReport(model, largest, sequences, (done) => progress?.("check", done));
  return { bytes: writeContainer(model), model, report };
}

/** Which vector each gain's norm reads: the epsilon is relative to that vector's fraction. */
export const gainInput: Readonly<Record<LayerGainName, LayerFractionName | "residual">> = {
  attentionNorm: "residual",
  candidate: "attentionNorm",
  forget: "attentionNorm",
  gate: "attentionNorm",
  gateNorm: "gate",
  output: "gatedOutput",
  mlpNorm: "residual",
  gateUp: "mlpNorm",
  down: "product",
};

type Integers = Pick<Model, "vocabulary" | "dimension" | "intermediate" | "fractions" | "layers" | "head" | "embedding">;

/** All weights and tables of a model in integers. */
function integerModel(float: FloatModel, fractions: Fractions): Integers {
  const { vocabulary, dimension, intermediate } = float.config;
  const { residual, finalNorm } = fractions.model;
  return {
    ...{ vocabulary, dimension, intermediate },
    fractions: fractions.model,
    layers: float.layers.map((layer, l) => integerLayer(layer, l, fractions)),
    head: {
      norm: gainOf(float.norm, residual, "model.norm"),
      gain: gainOf(float.head.gain, finalNorm, "lm_head.norm"),
      matrix: integerMatrix(float.head, "lm_head"),
    },
    embedding: {
      values: float.embedding.values,
      scales: Array.from(float.embedding.steps, (step, row) => scaleOf(step, `model.embeddings, row ${row}`)),
    },
  };
}

function integerMatrix(linear: FloatLinear, what: string): Matrix {
  const { rows, columns } = linear;
  return { rows, columns, packed: packTrits(linear.trits, rows, columns), scale: scaleOf(linear.mean / 127, what) };
}

function integerLayer(layer: FloatLayer, l: number, fractions: Fractions): Layer {
  const own = fractions.layers[l];
  if (own === undefined) throw new Error(`no fractions for layer ${l}`);
  const gamma = (name: LayerGainName): Float32Array =>
    name === "attentionNorm" || name === "gateNorm" || name === "mlpNorm" ? layer[name] : layer.linears[name].gain;
  const gain = (name: LayerGainName): Gain => {
    const input = gainInput[name];
    return gainOf(gamma(name), input === "residual" ? fractions.model.residual : own[input], `layer ${l}, ${name}`);
  };
  const matrix = (name: LayerMatrixName): Matrix => integerMatrix(layer.linears[name], `layer ${l}, ${name}`);
  return {
    fractions: own,
    gains: Object.fromEntries(layerGainNames.map((name) => [name, gain(name)])) as Layer["gains"],
    matrices: Object.fromEntries(layerMatrixNames.map((name) => [name, matrix(name)])) as Layer["matrices"],
    lowerBound: Uint16Array.from(layer.lowerBound, (bound) => Math.min(65535, Math.round(bound * 65536))),
  };
}
