import { commandAlign, headerFields, limits, version } from "../container/format.ts";
import type { HeaderField } from "../container/format.ts";
import { containerLayout } from "../container/layout.ts";
import type { Counts } from "../container/layout.ts";
import { countsOf } from "../container/counts.ts";
import type { Model } from "../container/model.ts";
import { commandListBytes } from "../compile/compile.ts";
import type { ErrorName } from "../errors.ts";
import type { Damage } from "./damage.ts";

type NumberField = Exclude<HeaderField, "name" | "reserved">;
const numberFields = (Object.keys(headerFields) as HeaderField[]).filter((field) => field !== "name" && field !== "reserved");

/** What a field's own check reports. */
const fieldError: Readonly<Record<NumberField, ErrorName>> = {
  magic: "containerMagic",
  version: "containerVersion",
  headerBytes: "containerHeaderBytes",
  architecture: "containerArchitecture",
  totalBytes: "containerTotalBytes",
  vocabulary: "containerVocabulary",
  dimension: "containerDimension",
  layers: "containerLayers",
  intermediate: "containerIntermediate",
  columnAlign: "containerColumnAlign",
  tokenCount: "containerTokenCount",
  tokenTextBytes: "containerTokenTextBytes",
  mergeCount: "containerMergeCount",
  commandBytes: "containerCommands",
  startToken: "containerStartToken",
  endToken: "containerEndToken",
  flags: "containerFlags",
};

/** The values that a counting field may have whatever the others are. */
const range: Readonly<Partial<Record<NumberField, readonly [number, number]>>> = {
  vocabulary: [1, limits.vocabulary],
  dimension: [1, limits.dimension],
  layers: [1, limits.layers],
  intermediate: [1, limits.intermediate],
  tokenTextBytes: [0, limits.tokenTextBytes],
  mergeCount: [0, limits.mergeCount],
  commandBytes: [0, limits.commandBytes],
};

/** The counts that stand in the model's own container. */
function ownCounts(model: Model): Counts {
  return countsOf(model, commandListBytes(model.layers.length));
}

/** What a reader must say when one field has another value and the hash is right. */
function expectation(model: Model, field: NumberField, value: number): ErrorName | undefined {
  const counts = ownCounts(model);
  const [smallest, largest] = range[field] ?? [0, Infinity];
  if (value < smallest || value > largest) return fieldError[field];
  switch (field) {
    case "vocabulary":
      if (value < counts.tokenCount) return "containerTokenCount";
      return sizeExpectation(counts, { ...counts, vocabulary: value }) ?? "tablesScale"; // padding read as a scale
    case "tokenCount":
      if (value < 1 || value > counts.vocabulary) return "containerTokenCount";
      return sizeExpectation(counts, { ...counts, tokenCount: value }) ?? "tokenizerOffsets";
    case "dimension":
    case "layers":
    case "intermediate":
      return sizeExpectation(counts, { ...counts, [field]: value });
    case "tokenTextBytes":
      return sizeExpectation(counts, { ...counts, tokenTextBytes: value }) ?? "tokenizerOffsets";
    case "mergeCount":
      return sizeExpectation(counts, { ...counts, mergeCount: value }) ?? "tokenizerMergeRange";
    case "commandBytes":
      return value % commandAlign === 0 ? sizeExpectation(counts, { ...counts, commandBytes: value }) : "containerCommands";
    case "startToken":
    case "endToken":
      return value < model.vocabulary ? undefined : fieldError[field];
    default:
      return fieldError[field];
  }
}

/** Another count gives another size; where padding swallows the difference, the contents must be looked at. */
function sizeExpectation(before: Counts, after: Counts): ErrorName | undefined {
  const layout = containerLayout(after);
  if (layout === undefined) return "containerTooLarge";
  return layout.totalBytes === containerLayout(before)?.totalBytes ? undefined : "containerTotalBytes";
}

/** Every byte of the header changed, with the hash left wrong and with the hash repaired, and hostile values in every field. */
export function headerDamage(model: Model): Damage[] {
  return [...flips(model, true), ...flips(model, false), ...hostileFields(model), ...combinations(model)];
}

function flips(model: Model, keepHash: boolean): Damage[] {
  const damages: Damage[] = [];
  const suffix = keepHash ? "" : "-repaired";
  for (const mask of [0x01, 0x80, 0xff]) {
    for (let offset = 0; offset < 128; offset++) {
      const field = numberFields.find(
        (name) => offset >= headerFields[name].offset && offset < headerFields[name].offset + headerFields[name].bytes,
      );
      const repaired = field === undefined ? byteExpectation(model, offset, mask) : flipExpectation(model, field, offset, mask);
      damages.push({
        name: `flip-header-${offset}-${mask.toString(16)}${suffix}`,
        error: keepHash ? (hashHides(repaired) ? "containerHash" : repaired) : repaired,
        keepHash,
        change: (bytes) => {
          bytes[offset] = (bytes[offset] ?? 0) ^ mask;
        },
      });
    }
  }
  return damages;
}

/** Whether the hash is looked at before this error can show. */
function hashHides(error: ErrorName | undefined): boolean {
  return error === undefined || error.startsWith("tokenizer") || error.startsWith("tables");
}

function flipExpectation(model: Model, field: NumberField, offset: number, mask: number): ErrorName | undefined {
  const values: Readonly<Partial<Record<NumberField, number>>> = {
    ...ownCounts(model),
    startToken: model.startToken,
    endToken: model.endToken,
  };
  const before = values[field];
  if (before === undefined) return fieldError[field]; // a fixed field, or the total size
  return expectation(model, field, (before ^ (mask << (8 * (offset - headerFields[field].offset)))) >>> 0);
}

/** A byte of the name may change to another printable one; behind the name's end, and in the reserved bytes, all must be zero. */
function byteExpectation(model: Model, offset: number, mask: number): ErrorName | undefined {
  if (offset >= headerFields.reserved.offset) return "containerReserved";
  const changed = (model.name.charCodeAt(offset - headerFields.name.offset) || 0) ^ mask;
  const inName = offset - headerFields.name.offset < model.name.length;
  return inName && changed >= 0x20 && changed <= 0x7e ? undefined : "containerName";
}

function hostileFields(model: Model): Damage[] {
  const damages: Damage[] = [];
  for (const field of numberFields) {
    const { offset, bytes } = headerFields[field];
    const own = field in limits ? limits[field as keyof typeof limits] : 1;
    for (const value of new Set([0, 1, 2, 3, 13, own, own + 1, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])) {
      if (value >= 2 ** (8 * bytes)) continue;
      const change = (_: Uint8Array, view: DataView): void => {
        if (bytes === 2) view.setUint16(offset, value, true);
        else view.setUint32(offset, value, true);
      };
      const unchanged = { version, architecture: 1, flags: 0 }[field as string] === value;
      damages.push({ name: `hostile-${field}-${value}`, error: unchanged ? undefined : expectation(model, field, value), change });
    }
  }
  return damages;
}

/** Several fields at once: each alone allowed, together beyond 4 GiB; and a small lie about the size. */
function combinations(model: Model): Damage[] {
  const set =
    (values: Readonly<Partial<Record<NumberField, number>>>) =>
    (_: Uint8Array, view: DataView): void => {
      for (const [field, value] of Object.entries(values)) view.setUint32(headerFields[field as NumberField].offset, value, true);
    };
  const { vocabulary, dimension, layers, intermediate } = limits;
  const largest = containerLayout({ ...ownCounts(model), vocabulary, dimension })?.totalBytes ?? 0;
  return [
    { name: "hostile-all-limits", error: "containerTooLarge", change: set({ vocabulary, dimension, layers, intermediate }) },
    { name: "hostile-wrapping-size", error: "containerTooLarge", change: set({ dimension, layers, intermediate, totalBytes: 0 }) },
    { name: "hostile-huge-embedding", error: "containerTotalBytes", change: set({ vocabulary, dimension }) },
    { name: "hostile-huge-honest", error: "containerTruncated", change: set({ vocabulary, dimension, totalBytes: largest }) },
    { name: "hostile-start-beyond", error: "containerStartToken", change: set({ startToken: model.vocabulary }) },
    { name: "hostile-end-beyond", error: "containerEndToken", change: set({ endToken: model.vocabulary }) },
    { name: "hostile-tokens-beyond", error: "containerTokenCount", change: set({ tokenCount: model.vocabulary + 1 }) },
    {
      name: "hostile-name-unended",
      error: "containerName",
      change: (bytes) => bytes.fill(0x41, headerFields.name.offset, headerFields.name.offset + headerFields.name.bytes),
    },
    {
      name: "hostile-name-control",
      error: "containerName",
      change: (bytes) => {
        bytes[headerFields.name.offset] = 0x1b;
      },
    },
  ];
}
