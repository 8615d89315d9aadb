// What a container holds, as data: the reader makes it, the writer takes it, the reference engine computes from it.
import type { LayerFractionName, LayerGainName, LayerMatrixName } from "./format.ts";

/** mantissa * 2^-exponent, 32768 <= mantissa < 65536. */
export interface Scale {
  readonly mantissa: number;
  readonly exponent: number;
}

/** The gain of an RMSNorm, with the mean's division by n folded in: value * 2^-fraction = gamma * sqrt(n). */
export interface Gain {
  readonly fraction: number;
  /** round(n * 1e-6 * 2^(2f)), f being the fraction of the norm's input. */
  readonly epsilon: bigint;
  readonly values: Int16Array;
}

/** A ternary matrix, packed: see trits.ts. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly packed: Uint8Array;
  /** mean|W| / 127 */
  readonly scale: Scale;
}

export interface Layer {
  readonly fractions: Readonly<Record<LayerFractionName, number>>;
  readonly gains: Readonly<Record<LayerGainName, Gain>>;
  readonly matrices: Readonly<Record<LayerMatrixName, Matrix>>;
  /** Q16, one per channel; zeros in layer 0. */
  readonly lowerBound: Uint16Array;
}

export interface Merge {
  readonly left: number;
  readonly right: number;
  /** Lower ranks merge first. */
  readonly rank: number;
  readonly result: number;
}

/** A byte-level BPE tokenizer. */
export interface TokenizerTables {
  /** Raw bytes of each token; special tokens have none. */
  readonly texts: readonly Uint8Array[];
  /** The token of each single byte, 0xffffffff where there is none. */
  readonly byteToken: Uint32Array;
  /** Strictly ascending by left, then right. */
  readonly merges: readonly Merge[];
}

export interface Shape {
  readonly vocabulary: number;
  readonly dimension: number;
  readonly intermediate: number;
}

/** A packed model: everything that is in a container but its sizes and its hash. */
export interface Model extends Shape {
  /** Printable ASCII, at most 31 characters. */
  readonly name: string;
  readonly startToken: number;
  readonly endToken: number;
  readonly tokenizer: TokenizerTables;
  readonly fractions: { readonly residual: number; readonly finalNorm: number; readonly logits: number };
  readonly layers: readonly Layer[];
  readonly head: { readonly norm: Gain; readonly gain: Gain; readonly matrix: Matrix };
  /** int8 rows of `dimension` elements, unpadded, each with its own scale. */
  readonly embedding: { readonly values: Int8Array; readonly scales: readonly Scale[] };
}
