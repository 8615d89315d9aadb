// The corpus of damaged containers: each must be refused with the expected error, by the TypeScript reader and by the C reader.
// The expectations follow from docs/formats.md; nothing here calls a reader.
import { commandListBytes } from "../compile/compile.ts";
import { layoutOf } from "../container/counts.ts";
import type { Layout } from "../container/layout.ts";
import { sealContainer, writeContainer } from "../container/write.ts";
import type { Model } from "../container/model.ts";
import { packModel } from "../convert/pack.ts";
import type { ErrorName } from "../errors.ts";
import type { Damage } from "./damage.ts";
import { headerDamage } from "./damaged-headers.ts";
import { tableDamage, tokenizerDamage } from "./damaged-sections.ts";
import { randomCheckpoint } from "./random-model.ts";

/** A container and what a reader must say to it: an error, or nothing where the change leaves it valid. */
export interface DamagedContainer {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly error: ErrorName | undefined;
}

/** The valid container that all others are made from: odd shapes, a vocabulary beyond the tokenizer's, two layers. */
export function smallModel(): Model {
  const shape = { dimension: 11, intermediate: 13, layers: 2, vocabulary: 266, tokenCount: 263, seed: 7n };
  return packModel(randomCheckpoint(shape), { name: "damaged", calibrationTokens: 16 }).model;
}

/** The whole corpus, the valid container first. */
export function damagedContainers(): DamagedContainer[] {
  const model = smallModel();
  const valid = writeContainer(model);
  const layout = layoutOf(model, commandListBytes(model.layers.length));
  const damages = [...headerDamage(model), ...tokenizerDamage(model, layout), ...tableDamage(model, layout), ...bodyDamage(layout)];
  return [
    { name: "valid", bytes: valid, error: undefined },
    ...damages.map(({ name, error, keepHash, change }) => {
      const bytes = valid.slice();
      change(bytes, new DataView(bytes.buffer));
      if (keepHash !== true) sealContainer(bytes);
      return { name, bytes, error };
    }),
    ...truncations(valid, layout),
  ];
}

/** Ends at, before and behind every section and array. */
function truncations(valid: Uint8Array, layout: Layout): DamagedContainer[] {
  const boundaries = [...layout.sections, ...layout.places.values()].flatMap(({ offset, bytes }) => [offset, offset + bytes]);
  const lengths = new Set([0, 1, 4, 127, 191, 192, ...boundaries.flatMap((end) => [end - 1, end, end + 1])]);
  lengths.delete(-1);
  lengths.delete(valid.length);
  return [...lengths].map((length) => {
    const bytes = new Uint8Array(length);
    bytes.set(valid.subarray(0, length));
    const error = length < 192 ? "containerShort" : length < valid.length ? "containerTruncated" : "containerTrailing";
    return { name: `length-${length}`, bytes, error };
  });
}

/** One bit changed in each array, the hash, and the zeros behind it. */
function bodyDamage(layout: Layout): Damage[] {
  const flip = (name: string, offset: number, error: ErrorName): Damage => ({
    name,
    error,
    keepHash: true,
    change: (bytes) => {
      bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
    },
  });
  const arrays = [...layout.places.values()].filter(({ name, bytes }) => bytes > 0 && name !== "header" && name !== "trailer");
  const trailer = layout.totalBytes - 64;
  return [
    ...arrays.map(({ name, offset, bytes }) => flip(`flip-${name}`, offset + Math.floor(bytes / 2), "containerHash")),
    ...Array.from({ length: 32 }, (_, i) => flip(`flip-hash-${i}`, trailer + i, "containerHash")),
    ...Array.from({ length: 32 }, (_, i) => flip(`flip-trailer-${i}`, trailer + 32 + i, "containerTrailer")),
  ];
}
