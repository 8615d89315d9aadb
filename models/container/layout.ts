// Where everything in a container lies: derived from the header's counts, by checked arithmetic, in this one place.
import { add, alignUp, divideUp, multiply } from "../checked.ts";
import type { Length } from "../checked.ts";
import {
  columnAlign,
  gainHeaderBytes,
  headerBytes,
  layerGainNames,
  layerMatrixNames,
  limits,
  rowsPerByte,
  sectionAlign,
  tableAlign,
  trailerBytes,
} from "./format.ts";
import type { LayerGainName, LayerMatrixName } from "./format.ts";

/** The header's fields from which all sizes follow. */
export interface Counts {
  readonly vocabulary: number;
  readonly dimension: number;
  readonly layers: number;
  readonly intermediate: number;
  readonly tokenCount: number;
  readonly tokenTextBytes: number;
  readonly mergeCount: number;
  readonly commandBytes: number;
}

/** A run of bytes. */
export interface Place {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Rows and columns of a layer's matrices. */
export const matrixShape: Readonly<
  Record<LayerMatrixName, (shape: { dimension: number; intermediate: number }) => [number, number]>
> = {
  candidate: ({ dimension: d }) => [d, d],
  forget: ({ dimension: d }) => [d, d],
  gate: ({ dimension: d }) => [d, d],
  output: ({ dimension: d }) => [d, d],
  gateUp: ({ dimension: d, intermediate }) => [2 * intermediate, d],
  down: ({ dimension: d, intermediate }) => [d, intermediate],
};

/** The length of a layer's gains. */
export function gainLength(name: LayerGainName, shape: { dimension: number; intermediate: number }): number {
  return name === "down" ? shape.intermediate : shape.dimension;
}

/** Bytes of one row group of a packed matrix, and of one row of the embedding: one byte a column, padded. */
export function rowStride(columns: number): number {
  return Math.ceil(columns / columnAlign) * columnAlign;
}

/** Bytes of a packed matrix: one byte for five rows of a column, columns padded. */
export function packedBytes(rows: number, columns: number): Length {
  return multiply(divideUp(rows, rowsPerByte), rowStride(columns));
}

/** All arrays of a container in file order, and its size. */
export interface Layout {
  /** The arrays, by names such as "layers.0.gain.forget". */
  readonly places: ReadonlyMap<string, Place>;
  /** The six sections: header, tokenizer, tables, weights, commands, trailer. */
  readonly sections: readonly Place[];
  readonly totalBytes: number;
}

class LayoutBuilder {
  readonly places = new Map<string, Place>();
  readonly sections: Place[] = [];
  end: Length = 0;

  place(name: string, bytes: Length, alignment: number): void {
    const offset = alignUp(this.end, alignment);
    this.end = add(offset, bytes);
    if (offset !== undefined && bytes !== undefined && this.end !== undefined) this.places.set(name, { name, offset, bytes });
  }

  /** A section from a multiple of 64 to a multiple of 64, filled by `fill`. */
  section(name: string, fill: () => void): void {
    const offset = alignUp(this.end, sectionAlign);
    this.end = offset;
    fill();
    this.end = alignUp(this.end, sectionAlign);
    if (offset !== undefined && this.end !== undefined) this.sections.push({ name, offset, bytes: this.end - offset });
  }
}

/** The layout for these counts, or `undefined` where the container would not fit 32 bits. */
export function containerLayout(counts: Counts): Layout | undefined {
  const { vocabulary, dimension, layers, tokenCount } = counts;
  const builder = new LayoutBuilder();
  const layerIndices = Array.from({ length: layers }, (_, layer) => layer);
  builder.section("header", () => {
    builder.place("header", headerBytes, sectionAlign);
  });
  builder.section("tokenizer", () => {
    builder.place("tokenOffset", multiply(4, add(tokenCount, 1)), sectionAlign);
    builder.place("byteToken", 4 * 256, 1);
    builder.place("merge", multiply(16, counts.mergeCount), 1);
    builder.place("text", counts.tokenTextBytes, 1);
  });
  builder.section("tables", () => {
    builder.place("fraction", 4, tableAlign);
    builder.place("layerFraction", multiply(layers, 16), tableAlign);
    const gain = (name: string, length: number): void => {
      builder.place(name, alignUp(add(gainHeaderBytes, multiply(2, length)), tableAlign), tableAlign);
    };
    for (const layer of layerIndices) {
      for (const name of layerGainNames) gain(`layers.${layer}.gain.${name}`, gainLength(name, counts));
    }
    gain("head.norm", dimension);
    gain("head.gain", dimension);
    builder.place("scale", multiply(4, add(multiply(layerMatrixNames.length, layers), 1)), tableAlign);
    builder.place("embeddingScale", multiply(4, vocabulary), tableAlign);
    for (const layer of layerIndices) builder.place(`layers.${layer}.lowerBound`, multiply(2, dimension), tableAlign);
  });
  builder.section("weights", () => {
    builder.place("embedding", multiply(vocabulary, rowStride(dimension)), sectionAlign);
    for (const layer of layerIndices) {
      for (const name of layerMatrixNames) {
        const [rows, columns] = matrixShape[name](counts);
        builder.place(`layers.${layer}.matrix.${name}`, packedBytes(rows, columns), sectionAlign);
      }
    }
    builder.place("head.matrix", packedBytes(vocabulary, dimension), sectionAlign);
  });
  builder.section("commands", () => {
    builder.place("commands", counts.commandBytes, sectionAlign);
  });
  builder.section("trailer", () => {
    builder.place("trailer", trailerBytes, sectionAlign);
  });
  const totalBytes = builder.end;
  if (totalBytes === undefined || totalBytes > limits.totalBytes) return undefined;
  return { places: builder.places, sections: builder.sections, totalBytes };
}
