import { layerFractionNames } from "../container/format.ts";
import type { Layout } from "../container/layout.ts";
import type { Model } from "../container/model.ts";
import type { ErrorName } from "../errors.ts";
import type { Damage } from "./damage.ts";

/** Writes one number of `bits` bits at `offset` bytes into the array `array`. */
function patch(
  layout: Layout,
  array: string,
  offset: number,
  bits: 8 | 16 | 32,
  value: number,
  error: ErrorName | undefined,
): Damage {
  const place = layout.places.get(array);
  if (place === undefined || offset + bits / 8 > place.bytes) throw new Error(`no ${array} + ${offset}`);
  return {
    name: `${array}-${offset}-${bits}-${value}`,
    error,
    change: (_, view) => {
      if (bits === 8) view.setUint8(place.offset + offset, value);
      else if (bits === 16) view.setUint16(place.offset + offset, value & 0xffff, true);
      else view.setUint32(place.offset + offset, value, true);
    },
  };
}

/** Wrong offsets, tokens and merges under a right hash. */
export function tokenizerDamage(model: Model, layout: Layout): Damage[] {
  const { texts, merges } = model.tokenizer;
  const textBytes = texts.reduce((sum, text) => sum + text.length, 0);
  const offset = (token: number, value: number): Damage => patch(layout, "tokenOffset", 4 * token, 32, value, "tokenizerOffsets");
  const byte = (index: number, value: number, error: ErrorName | undefined): Damage =>
    patch(layout, "byteToken", 4 * index, 32, value, error);
  const range = (field: number, value: number): Damage =>
    patch(layout, "merge", 16 * 2 + 4 * field, 32, value, "tokenizerMergeRange");
  const [first, second] = merges;
  if (first === undefined || second === undefined) throw new Error("the small model has merges");
  return [
    offset(0, 1),
    offset(1, 0xffff_ffff),
    offset(5, textBytes + 1),
    offset(100, 0),
    offset(texts.length, textBytes - 1),
    offset(texts.length, textBytes + 1),
    offset(texts.length, 0),
    byte(0, texts.length, "tokenizerByteToken"),
    byte(255, 0xffff_fffe, "tokenizerByteToken"),
    byte(65, 0x8000_0000, "tokenizerByteToken"),
    byte(66, 0xffff_ffff, undefined),
    ...[0, 1, 3].flatMap((field) => [range(field, texts.length), range(field, 0xffff_ffff)]),
    range(2, merges.length),
    range(2, 0xffff_ffff),
    {
      name: "merge-twice",
      error: "tokenizerMergeOrder",
      change: (bytes) => {
        const start = layout.places.get("merge")?.offset ?? 0;
        bytes.copyWithin(start + 16, start, start + 16);
      },
    },
    {
      name: "merge-swapped",
      error: "tokenizerMergeOrder",
      change: (bytes) => {
        const start = layout.places.get("merge")?.offset ?? 0;
        const one = bytes.slice(start, start + 16);
        bytes.copyWithin(start, start + 16, start + 32);
        bytes.set(one, start + 16);
      },
    },
  ];
}

/** Wrong fractions, gains and scales under a right hash. */
export function tableDamage(model: Model, layout: Layout): Damage[] {
  const damages: Damage[] = [];
  for (const value of [21, 32, 64, 255]) {
    for (const index of [0, 1, 2]) damages.push(patch(layout, "fraction", index, 8, value, "tablesFraction"));
    for (const [index] of layerFractionNames.entries()) {
      damages.push(patch(layout, "layerFraction", 16 + index, 8, value, "tablesFraction"));
    }
  }
  damages.push(...productDamage(model, layout));
  const gains = [...layout.places.keys()].filter((name) => name.includes("gain") || name === "head.norm");
  for (const gain of gains) {
    damages.push(
      patch(layout, gain, 0, 32, 21, "tablesGainFraction"),
      patch(layout, gain, 0, 32, 0xffff_ffff, "tablesGainFraction"),
    );
    damages.push(
      patch(layout, gain, 12, 32, 0x4000_0000, "tablesEpsilon"),
      patch(layout, gain, 12, 32, 0xffff_ffff, "tablesEpsilon"),
    );
  }
  for (const array of ["scale", "embeddingScale"]) {
    const last = (layout.places.get(array)?.bytes ?? 0) - 4;
    for (const start of [0, last]) {
      for (const mantissa of [0, 1, 0x7fff]) damages.push(patch(layout, array, start, 16, mantissa, "tablesScale"));
      for (const exponent of [65, -65, 0x7fff, -0x8000]) damages.push(patch(layout, array, start + 2, 16, exponent, "tablesScale"));
    }
  }
  return damages;
}

/** A product whose fraction is above the sum of its factors'. */
function productDamage(model: Model, layout: Layout): Damage[] {
  const index = (name: (typeof layerFractionNames)[number]): number => layerFractionNames.indexOf(name);
  const start = layout.places.get("layerFraction")?.offset ?? 0;
  return model.layers.flatMap((_, l): Damage[] => [
    {
      name: `product-gated-output-${l}`,
      error: "tablesProductFraction",
      change: (bytes) => {
        bytes[start + 16 * l + index("normedGate")] = 5;
        bytes[start + 16 * l + index("candidate")] = 5;
        bytes[start + 16 * l + index("gatedOutput")] = 11;
      },
    },
    {
      name: `product-gated-linear-${l}`,
      error: "tablesProductFraction",
      change: (bytes) => {
        bytes[start + 16 * l + index("gateUp")] = 5;
        bytes[start + 16 * l + index("product")] = 11;
      },
    },
  ]);
}
