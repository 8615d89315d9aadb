// A model's graph (docs/numerics.md section 5) as the accelerator's command list: one token, or several columns of tokens.
import { encodeList, type Command } from "../../hw/accel/command-codec.ts";
import { commandBytes, lastColumn } from "../../hw/accel/commands.ts";
import { divideUp } from "../checked.ts";
import { layoutOf } from "../container/counts.ts";
import { gainHeaderBytes, rowsPerByte, type LayerGainName, type LayerMatrixName } from "../container/format.ts";
import { rowStride, type Layout } from "../container/layout.ts";
import type { Gain, Layer, Matrix, Model } from "../container/model.ts";
import { bufferLayout, type BufferLayout } from "./buffer-layout.ts";
import { vectorLayout, type VectorLayout } from "./vector-layout.ts";

/** What a list computes. */
export interface CompileOptions {
  /**
   * Left out: one sequence. Its active columns are consecutive tokens: they share one state, and the logits are those behind the last one.
   * n: the active columns are the next tokens of up to n sequences, each with its own state and its own logits.
   */
  readonly sequences?: number;
}

/** The command list of one sequence, as the packer writes it into a container. */
export function commandListOf(model: Model): Uint8Array {
  return encodeList(compileCommands(model));
}

/** Bytes of that list. */
export function commandListBytes(layers: number): number {
  return commandBytes * (24 * layers + 6);
}

/** The commands for a model. Offsets count from the start of its container (region M) and of its buffers (region B). */
export function compileCommands(model: Model, options: CompileOptions = {}): Command[] {
  const compiler = new Compiler(model, options);
  return [
    compiler.embed(),
    ...model.layers.flatMap((layer, l) => [...compiler.mixTime(layer, l), ...compiler.mixChannels(layer, l)]),
    { operation: "END_UNLESS_LOGITS" },
    ...compiler.head(),
    { operation: "END" },
  ];
}

class Compiler {
  readonly #model: Model;
  readonly #layout: Layout;
  readonly #vectors: VectorLayout;
  readonly #buffers: BufferLayout;
  readonly #sequences: number | undefined;

  constructor(model: Model, { sequences }: CompileOptions) {
    const { vocabulary, dimension, layers } = model;
    this.#model = model;
    this.#layout = layoutOf(model, 0); // where the list lies, and how long it is, moves nothing that it refers to
    this.#vectors = vectorLayout(model);
    this.#buffers = bufferLayout({ vocabulary, dimension, layers: layers.length }, sequences);
    this.#sequences = sequences;
  }

  embed(): Command {
    const { vocabulary, dimension } = this.#model;
    return {
      operation: "EMBED",
      count: dimension,
      offset: this.#at("embedding"),
      groups: vocabulary,
      stride: rowStride(dimension),
      destination: this.#vectors.residual,
    };
  }

  /** The gated recurrence. A BitLinear copies its input to the activation buffer, so its vector is free afterwards. */
  mixTime({ fractions, gains }: Layer, l: number): Command[] {
    const { dimension: count, fractions: model } = this.#model;
    const { residual, normed, first, second } = this.#vectors;
    const normedFraction = fractions.normedGate;
    const fractionIn = fractions.candidate;
    return [
      this.#norm(gains.attentionNorm, `layers.${l}.gain.attentionNorm`, residual, normed, fractions.attentionNorm),
      ...this.#bitLinear(l, "forget", normed, fractions.forget, first),
      this.#gate(l, first, fractions.forget),
      ...this.#bitLinear(l, "candidate", normed, fractions.candidate, second),
      ...this.#update(l, fractions.candidate),
      ...this.#bitLinear(l, "gate", normed, fractions.gate, second),
      { operation: "SQUARES", count, a: second },
      this.#norm(gains.gateNorm, `layers.${l}.gain.gateNorm`, second, normed, normedFraction),
      {
        operation: "GLU",
        ...{ count, a: first, b: normed, destination: second, fractionIn },
        shift: normedFraction + fractionIn - fractions.gatedOutput,
      },
      ...this.#bitLinear(l, "output", second, model.residual, normed),
      { operation: "RESIDUAL", count, a: residual, b: normed },
    ];
  }

  /** The gated linear unit. */
  mixChannels({ fractions, gains }: Layer, l: number): Command[] {
    const { dimension, intermediate: count, fractions: model } = this.#model;
    const { residual, normed, first, second } = this.#vectors;
    const fractionIn = fractions.gateUp;
    return [
      this.#norm(gains.mlpNorm, `layers.${l}.gain.mlpNorm`, residual, normed, fractions.mlpNorm),
      ...this.#bitLinear(l, "gateUp", normed, fractions.gateUp, first, second),
      {
        operation: "GLU",
        ...{ count, a: first, b: second, destination: second, fractionIn },
        shift: 2 * fractionIn - fractions.product,
      },
      ...this.#bitLinear(l, "down", second, model.residual, normed),
      { operation: "RESIDUAL", count: dimension, a: residual, b: normed },
    ];
  }

  /** The logits: behind a sequence's last token only, or of every column where each is a sequence. */
  head(): Command[] {
    const { head, fractions } = this.#model;
    const { residual, normed } = this.#vectors;
    const column = this.#sequences === undefined ? { column: lastColumn } : {};
    return [
      { ...this.#norm(head.norm, "head.norm", residual, normed, fractions.finalNorm), ...column },
      { ...this.#quantise(head.gain, "head.gain", head.matrix, normed, fractions.logits), ...column },
      {
        ...this.#matrix(head.matrix, "head.matrix"),
        ...column,
        flag: true,
        destination: this.#buffers.logits(),
        split: head.matrix.rows,
      },
    ];
  }

  #at(place: string): number {
    const found = this.#layout.places.get(place);
    if (found === undefined) throw new Error(`no array ${place} in the layout`);
    return found.offset;
  }

  #norm(gain: Gain, place: string, a: number, destination: number, fractionOut: number): Command {
    const { epsilon, fraction: gainFraction } = gain;
    const offset = this.#at(place) + gainHeaderBytes;
    return { operation: "NORM", count: gain.values.length, offset, a, destination, epsilon, gainFraction, fractionOut };
  }

  #quantise(gain: Gain, place: string, { scale }: Matrix, a: number, fractionOut: number): Command {
    const { mantissa, exponent } = scale;
    const { epsilon, fraction: gainFraction } = gain;
    const offset = this.#at(place) + gainHeaderBytes;
    return {
      operation: "QUANTISE",
      ...{ count: gain.values.length, offset, a, epsilon, mantissa, exponent, gainFraction, fractionOut },
    };
  }

  #matrix({ rows, columns }: Matrix, place: string): Command {
    const groups = divideUp(rows, rowsPerByte) ?? 0;
    return { operation: "MATRIX", count: rows, offset: this.#at(place), groups, stride: rowStride(columns) };
  }

  /** A layer's matrix times the quantised vector `a`; the lower half of the rows goes to `lower` where that is given. */
  #bitLinear(
    l: number,
    name: LayerMatrixName & LayerGainName,
    a: number,
    fraction: number,
    destination: number,
    lower?: number,
  ): Command[] {
    const { gains, matrices } = this.#model.layers[l] ?? fail(l);
    const { rows } = matrices[name];
    const halves = lower === undefined ? { split: rows } : { split: rows / 2, destination2: lower };
    return [
      this.#quantise(gains[name], `layers.${l}.gain.${name}`, matrices[name], a, fraction),
      { ...this.#matrix(matrices[name], `layers.${l}.matrix.${name}`), destination, ...halves },
    ];
  }

  /** The forget gate: only from the second layer on has it a lower bound. */
  #gate(l: number, a: number, fractionIn: number): Command {
    const gate: Command = { operation: "GATE", count: this.#model.dimension, a, fractionIn };
    return l === 0 ? gate : { ...gate, flag: true, offset: this.#at(`layers.${l}.lowerBound`) };
  }

  /** The state's step; the new state lands where the gate was. Several sequences take turns in the one state memory. */
  #update(l: number, fractionIn: number): Command[] {
    const { dimension: count } = this.#model;
    const { first, second } = this.#vectors;
    const columns = this.#sequences === undefined ? [undefined] : Array.from({ length: this.#sequences }, (_, column) => column);
    return columns.flatMap((column): Command[] => {
      const own = column === undefined ? {} : { column };
      const offset = this.#buffers.state(l, column);
      return [
        { operation: "LOAD_STATE", ...own, count, offset },
        { operation: "UPDATE", ...own, count, a: first, b: second, destination: first, fractionIn },
        { operation: "STORE_STATE", ...own, count, offset },
      ];
    });
  }
}

function fail(layer: number): never {
  throw new Error(`no layer ${layer}`);
}
