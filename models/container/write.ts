import { createHash } from "node:crypto";
import { commandListOf } from "../compile/compile.ts";
import { countsOf, layoutOf } from "./counts.ts";
import {
  architectureMatmulfree,
  columnAlign,
  gainHeaderBytes,
  headerBytes,
  headerFields,
  layerFractionNames,
  layerGainNames,
  layerMatrixNames,
  magic,
  trailerBytes,
  version,
} from "./format.ts";
import type { HeaderField } from "./format.ts";
import { rowStride } from "./layout.ts";
import type { Counts, Layout } from "./layout.ts";
import type { Gain, Model, Scale } from "./model.ts";

/** Places values into a container by the names of its layout. */
class Placer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly layout: Layout;

  constructor(layout: Layout, bytes: Uint8Array) {
    this.layout = layout;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  offset(name: string): number {
    const place = this.layout.places.get(name);
    if (place === undefined) throw new Error(`no array ${name} in the layout`);
    return place.offset;
  }

  copy(name: string, data: Uint8Array | Int8Array): void {
    const offset = this.offset(name);
    const inPlace = data.buffer === this.bytes.buffer && data.byteOffset === this.bytes.byteOffset + offset;
    if (!inPlace) this.bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
  }

  gain(name: string, gain: Gain): void {
    const offset = this.offset(name);
    this.view.setUint32(offset, gain.fraction, true);
    this.view.setBigUint64(offset + 8, gain.epsilon, true);
    gain.values.forEach((value, i) => {
      this.view.setInt16(offset + gainHeaderBytes + 2 * i, value, true);
    });
  }

  scales(name: string, scales: readonly Scale[]): void {
    const offset = this.offset(name);
    scales.forEach(({ mantissa, exponent }, i) => {
      this.view.setUint16(offset + 4 * i, mantissa, true);
      this.view.setInt16(offset + 4 * i + 2, exponent, true);
    });
  }
}

/**
 * The container of a model. The model's own consistency is the packer's business; sizes beyond 32 bits are refused.
 *
 * @param commands - the command list; the one that computes one sequence, if not given
 */
export function writeContainer(model: Model, commands: Uint8Array = commandListOf(model)): Uint8Array {
  const layout = layoutOf(model, commands.length);
  return fillContainer(layout, new Uint8Array(layout.totalBytes), model, commands);
}

/**
 * Fills zeroed bytes with the container of a model, and returns them. Matrices and an embedding that lie in these bytes already, at
 * their places, are not copied: so a large model need not be held twice.
 */
export function fillContainer(layout: Layout, bytes: Uint8Array, model: Model, commands: Uint8Array): Uint8Array {
  const placer = new Placer(layout, bytes);
  writeHeader(placer, model, countsOf(model, commands.length));
  writeTokenizer(placer, model);
  writeTables(placer, model);
  writeEmbedding(placer, model);
  model.layers.forEach((layer, l) => {
    for (const name of layerMatrixNames) placer.copy(`layers.${l}.matrix.${name}`, layer.matrices[name].packed);
  });
  placer.copy("head.matrix", model.head.matrix.packed);
  placer.copy("commands", commands);
  sealContainer(bytes);
  return bytes;
}

/** Writes the hash of everything before the trailer into the trailer. */
export function sealContainer(bytes: Uint8Array): void {
  const content = bytes.subarray(0, bytes.length - trailerBytes);
  bytes.set(createHash("sha256").update(content).digest(), bytes.length - trailerBytes);
}

function writeHeader(placer: Placer, model: Model, counts: Counts): void {
  const values: Readonly<Record<Exclude<HeaderField, "name" | "reserved">, number>> = {
    magic,
    version,
    headerBytes,
    architecture: architectureMatmulfree,
    totalBytes: placer.layout.totalBytes,
    ...counts,
    columnAlign,
    startToken: model.startToken,
    endToken: model.endToken,
    flags: 0,
  };
  for (const [field, value] of Object.entries(values)) {
    const { offset, bytes } = headerFields[field as keyof typeof values];
    if (bytes === 2) placer.view.setUint16(offset, value, true);
    else placer.view.setUint32(offset, value, true);
  }
  placer.bytes.set(new TextEncoder().encode(model.name), headerFields.name.offset);
}

function writeTokenizer(placer: Placer, { tokenizer }: Model): void {
  const offsets = placer.offset("tokenOffset");
  const texts = placer.offset("text");
  let end = 0;
  tokenizer.texts.forEach((text, token) => {
    placer.bytes.set(text, texts + end);
    end += text.length;
    placer.view.setUint32(offsets + 4 * (token + 1), end, true);
  });
  const byteToken = placer.offset("byteToken");
  tokenizer.byteToken.forEach((token, byte) => {
    placer.view.setUint32(byteToken + 4 * byte, token, true);
  });
  const merges = placer.offset("merge");
  tokenizer.merges.forEach(({ left, right, rank, result }, i) => {
    [left, right, rank, result].forEach((value, k) => {
      placer.view.setUint32(merges + 16 * i + 4 * k, value, true);
    });
  });
}

function writeTables(placer: Placer, model: Model): void {
  const { residual, finalNorm, logits } = model.fractions;
  placer.bytes.set([residual, finalNorm, logits], placer.offset("fraction"));
  model.layers.forEach((layer, l) => {
    placer.bytes.set(
      layerFractionNames.map((name) => layer.fractions[name]),
      placer.offset("layerFraction") + 16 * l,
    );
    for (const name of layerGainNames) placer.gain(`layers.${l}.gain.${name}`, layer.gains[name]);
    const lowerBound = placer.offset(`layers.${l}.lowerBound`);
    layer.lowerBound.forEach((bound, i) => {
      placer.view.setUint16(lowerBound + 2 * i, bound, true);
    });
  });
  placer.gain("head.norm", model.head.norm);
  placer.gain("head.gain", model.head.gain);
  placer.scales("scale", [
    ...model.layers.flatMap((layer) => layerMatrixNames.map((name) => layer.matrices[name].scale)),
    model.head.matrix.scale,
  ]);
  placer.scales("embeddingScale", model.embedding.scales);
}

function writeEmbedding(placer: Placer, { vocabulary, dimension, embedding }: Model): void {
  const stride = rowStride(dimension);
  if (stride === dimension) {
    placer.copy("embedding", embedding.values);
    return;
  }
  const target = new Int8Array(placer.bytes.buffer, placer.bytes.byteOffset + placer.offset("embedding"), vocabulary * stride);
  for (let row = 0; row < vocabulary; row++) {
    target.set(embedding.values.subarray(row * dimension, (row + 1) * dimension), row * stride);
  }
}
