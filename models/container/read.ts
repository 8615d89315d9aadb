import { TernelError } from "../errors.ts";
import type { ErrorName } from "../errors.ts";
import {
  gainHeaderBytes,
  layerFractionNames,
  layerGainNames,
  layerMatrixNames,
  limits,
  noToken,
  smallestMantissa,
} from "./format.ts";
import { gainLength, matrixShape, rowStride } from "./layout.ts";
import type { Layout } from "./layout.ts";
import type { Gain, Layer, Matrix, Merge, Model, Scale, TokenizerTables } from "./model.ts";
import { readHeader } from "./read-header.ts";
import type { Header } from "./read-header.ts";

/** Reads and checks a whole container; throws a TernelError with the code of the first thing that is wrong. */
export function readContainer(bytes: Uint8Array): Model {
  const { header, layout } = readHeader(bytes);
  return new ContentReader(bytes, header, layout).model();
}

/** Reads the sections of a container whose header, size and hash are good. Their contents are still checked. */
class ContentReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #header: Header;
  readonly #layout: Layout;

  constructor(bytes: Uint8Array, header: Header, layout: Layout) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#header = header;
    this.#layout = layout;
  }

  model(): Model {
    const { vocabulary, dimension, intermediate, startToken, endToken, name, layers: layerCount } = this.#header;
    // The order of these checks is part of the format.
    const tokenizer = this.#tokenizer();
    const fractions = this.#fractions();
    const layerFractions = Array.from({ length: layerCount }, (_, l) => this.#layerFractions(l));
    const layerGains = Array.from({ length: layerCount }, (_, l) =>
      recordOf(layerGainNames, (gain) => this.#gain(`layers.${l}.gain.${gain}`, gainLength(gain, this.#header))),
    );
    const norm = this.#gain("head.norm", dimension);
    const gain = this.#gain("head.gain", dimension);
    const scales = this.#scales("scale", layerMatrixNames.length * layerCount + 1);
    const embeddingScales = this.#scales("embeddingScale", vocabulary);

    const layers: Layer[] = layerFractions.map((fractions, l) => ({
      fractions,
      gains: valueAt(layerGains, l),
      matrices: recordOf(layerMatrixNames, (matrix) => {
        const scale = valueAt(scales, layerMatrixNames.length * l + layerMatrixNames.indexOf(matrix));
        return this.#matrix(`layers.${l}.matrix.${matrix}`, matrixShape[matrix](this.#header), scale);
      }),
      lowerBound: Uint16Array.from({ length: dimension }, (_, i) =>
        this.#view.getUint16(this.#offset(`layers.${l}.lowerBound`) + 2 * i, true),
      ),
    }));
    const matrix = this.#matrix("head.matrix", [vocabulary, dimension], valueAt(scales, scales.length - 1));
    return {
      ...{ name, vocabulary, dimension, intermediate, startToken, endToken, tokenizer, fractions, layers },
      head: { norm, gain, matrix },
      embedding: { values: this.#embedding(vocabulary, dimension), scales: embeddingScales },
    };
  }

  #offset(name: string): number {
    const place = this.#layout.places.get(name);
    if (place === undefined) throw new Error(`no array ${name} in the layout`);
    return place.offset;
  }

  #slice(name: string): Uint8Array {
    const place = this.#layout.places.get(name);
    if (place === undefined) throw new Error(`no array ${name} in the layout`);
    return this.#bytes.subarray(place.offset, place.offset + place.bytes);
  }

  #words(name: string, count: number): Uint32Array {
    const offset = this.#offset(name);
    return Uint32Array.from({ length: count }, (_, i) => this.#view.getUint32(offset + 4 * i, true));
  }

  #tokenizer(): TokenizerTables {
    const { tokenCount, tokenTextBytes, mergeCount } = this.#header;
    const offsets = this.#words("tokenOffset", tokenCount + 1);
    require(offsets[0] === 0 && offsets[tokenCount] === tokenTextBytes, "tokenizerOffsets");
    offsets.forEach((offset, token) => {
      require(token === 0 || offset >= valueAt(offsets, token - 1), "tokenizerOffsets", `token ${token - 1}`);
    });
    const byteToken = this.#words("byteToken", 256);
    byteToken.forEach((token, byte) => {
      require(token < tokenCount || token === noToken, "tokenizerByteToken", `byte ${byte}`);
    });
    const merges: Merge[] = [];
    const words = this.#words("merge", 4 * mergeCount);
    for (let i = 0; i < mergeCount; i++) {
      const [left, right, rank, result] = [0, 1, 2, 3].map((k) => valueAt(words, 4 * i + k)) as [number, number, number, number];
      const inRange = left < tokenCount && right < tokenCount && result < tokenCount && rank < mergeCount;
      require(inRange, "tokenizerMergeRange", `merge ${i}`);
      const before = merges.at(-1);
      const ascending = before === undefined || left > before.left || (left === before.left && right > before.right);
      require(ascending, "tokenizerMergeOrder", `merge ${i}`);
      merges.push({ left, right, rank, result });
    }
    const text = this.#slice("text");
    const texts = Array.from({ length: tokenCount }, (_, token) => text.subarray(offsets[token], offsets[token + 1]));
    return { texts, byteToken, merges };
  }

  #fractions(): Model["fractions"] {
    const [residual, finalNorm, logits] = this.#slice("fraction").subarray(0, 3) as unknown as [number, number, number];
    for (const fraction of [residual, finalNorm, logits]) require(fraction <= limits.fraction, "tablesFraction", `${fraction}`);
    return { residual, finalNorm, logits };
  }

  #layerFractions(layer: number): Layer["fractions"] {
    const offset = this.#offset("layerFraction") + 16 * layer;
    const fractions = recordOf(layerFractionNames, (name) => valueAt(this.#bytes, offset + layerFractionNames.indexOf(name)));
    for (const [name, fraction] of Object.entries(fractions)) {
      require(fraction <= limits.fraction, "tablesFraction", `layer ${layer}, ${name}: ${fraction}`);
    }
    require(fractions.gatedOutput <= fractions.normedGate + fractions.candidate &&
      fractions.product <= 2 * fractions.gateUp, "tablesProductFraction", `layer ${layer}`);
    return fractions;
  }

  #gain(name: string, length: number): Gain {
    const offset = this.#offset(name);
    const fraction = this.#view.getUint32(offset, true);
    require(fraction <= limits.fraction, "tablesGainFraction", name);
    const epsilon = this.#view.getBigUint64(offset + 8, true);
    require(epsilon >> BigInt(limits.epsilonBits) === 0n, "tablesEpsilon", name);
    const values = Int16Array.from({ length }, (_, i) => this.#view.getInt16(offset + gainHeaderBytes + 2 * i, true));
    return { fraction, epsilon, values };
  }

  #scales(name: string, count: number): Scale[] {
    const offset = this.#offset(name);
    return Array.from({ length: count }, (_, i) => {
      const mantissa = this.#view.getUint16(offset + 4 * i, true);
      const exponent = this.#view.getInt16(offset + 4 * i + 2, true);
      require(mantissa >= smallestMantissa && Math.abs(exponent) <= limits.scaleExponent, "tablesScale", `${name} ${i}`);
      return { mantissa, exponent };
    });
  }

  /** The embedding without its padding; where there is none, not a copy but the container's own bytes. */
  #embedding(vocabulary: number, dimension: number): Int8Array {
    const padded = this.#slice("embedding");
    const rows = new Int8Array(padded.buffer, padded.byteOffset, padded.length);
    const stride = rowStride(dimension);
    if (stride === dimension) return rows;
    const values = new Int8Array(vocabulary * dimension);
    for (let row = 0; row < vocabulary; row++) values.set(rows.subarray(row * stride, row * stride + dimension), row * dimension);
    return values;
  }

  #matrix(name: string, [rows, columns]: readonly [number, number], scale: Scale): Matrix {
    return { rows, columns, packed: this.#slice(name), scale };
  }
}

function require(condition: boolean, error: ErrorName, detail?: string): void {
  if (!condition) throw new TernelError(error, detail);
}

function valueAt<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`no element ${index}`);
  return value;
}

function recordOf<const Names extends readonly string[], T>(
  names: Names,
  make: (name: Names[number]) => T,
): Record<Names[number], T> {
  return Object.fromEntries(names.map((name: Names[number]) => [name, make(name)])) as Record<Names[number], T>;
}
