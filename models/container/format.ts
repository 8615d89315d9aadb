// The fixed numbers of the container format (docs/formats.md): defined here once, emitted to C and to the documentation.

export const magic = 0x4e524554; // "TERN", read as a little-endian word
export const version = 2;
export const headerBytes = 128;
export const trailerBytes = 64;
/** Sections, and matrices within the weights, start at multiples of this. */
export const sectionAlign = 64;
/** Arrays within the tables start at multiples of this, so that the accelerator can stream each of them. */
export const tableAlign = 64;
/** Columns of a packed matrix, elements of an embedding row and the bytes of a layer's lower bounds pad to this: the widest memory port. */
export const columnAlign = 64;
/** Bytes of a gain's fraction and epsilon, padded so that the values behind them start at a multiple of 64. */
export const gainHeaderBytes = 64;
/** The command list is a whole number of commands of this many bytes. */
export const commandAlign = 64;
export const architectureMatmulfree = 1;
/** "No token for this byte" in the tokenizer section. */
export const noToken = 0xffff_ffff;
/** Rows that share one byte of packed weights. */
export const rowsPerByte = 5;

/** The header's fields: 32-bit (version and headerBytes: 16-bit) unsigned numbers, but for the two byte strings at the end. */
export const headerFields = {
  magic: { offset: 0, bytes: 4, meaning: "`TERN`" },
  version: { offset: 4, bytes: 2, meaning: "2" },
  headerBytes: { offset: 6, bytes: 2, meaning: "128" },
  architecture: { offset: 8, bytes: 4, meaning: "1 = matmulfree" },
  totalBytes: { offset: 12, bytes: 4, meaning: "must equal the size computed from the fields below" },
  vocabulary: { offset: 16, bytes: 4, meaning: "V: rows of the embedding and of the head" },
  dimension: { offset: 20, bytes: 4, meaning: "d" },
  layers: { offset: 24, bytes: 4, meaning: "L" },
  intermediate: { offset: 28, bytes: 4, meaning: "width of the gated linear unit" },
  columnAlign: { offset: 32, bytes: 4, meaning: "64: columns of a packed matrix and of the embedding pad to this" },
  tokenCount: { offset: 36, bytes: 4, meaning: "tokens with a text, <= V" },
  tokenTextBytes: { offset: 40, bytes: 4, meaning: "bytes of all tokens' texts" },
  mergeCount: { offset: 44, bytes: 4, meaning: "merges of the tokenizer" },
  commandBytes: { offset: 48, bytes: 4, meaning: "of the command list: a multiple of 64, at most 2^20" },
  startToken: { offset: 52, bytes: 4, meaning: "< V" },
  endToken: { offset: 56, bytes: 4, meaning: "< V" },
  flags: { offset: 60, bytes: 4, meaning: "0" },
  name: { offset: 64, bytes: 32, meaning: "printable ASCII, zero padded, at least one zero" },
  reserved: { offset: 96, bytes: 32, meaning: "0" },
} as const;

export type HeaderField = keyof typeof headerFields;

/** Largest allowed values. What is not listed is limited by other fields. */
export const limits = {
  vocabulary: 262_144,
  dimension: 8192,
  layers: 128,
  intermediate: 32_768,
  tokenTextBytes: 2 ** 24,
  mergeCount: 262_144,
  commandBytes: 2 ** 20,
  totalBytes: 2 ** 32 - 1,
  /** of a vector, and of a norm's gain */
  fraction: 20,
  /** of a scale's exponent, in absolute value */
  scaleExponent: 64,
  /** an epsilon is below 2 to the power of this */
  epsilonBits: 62,
} as const;

/** A scale's mantissa has its highest bit set: 32768..65535. */
export const smallestMantissa = 32_768;

/** The order of the fractions in layerFraction[L][16]. */
export const layerFractionNames = [
  "attentionNorm",
  "forget",
  "candidate",
  "gate",
  "normedGate",
  "gatedOutput",
  "mlpNorm",
  "gateUp",
  "product",
] as const;
export type LayerFractionName = (typeof layerFractionNames)[number];

/** The order of a layer's gains. A matrix has the gain of the norm inside its BitLinear. */
export const layerGainNames = [
  "attentionNorm",
  "candidate",
  "forget",
  "gate",
  "gateNorm",
  "output",
  "mlpNorm",
  "gateUp",
  "down",
] as const;
export type LayerGainName = (typeof layerGainNames)[number];

/** The order of a layer's matrices: i_proj, f_proj, g_proj, o_proj, gate_proj (gate above up), down_proj. */
export const layerMatrixNames = ["candidate", "forget", "gate", "output", "gateUp", "down"] as const;
export type LayerMatrixName = (typeof layerMatrixNames)[number];
