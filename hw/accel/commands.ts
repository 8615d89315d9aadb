/**
 * The commands of the accelerator's lists: defined here once, as data. From it come the list fetcher's checks (list-fetcher.ts), the
 * encoder and decoder (command-codec.ts) that compiler, disassembler and tests use, the C header `ternel_commands.h` and docs/commands.md.
 *
 * A list is a sequence of commands of 64 bytes in DRAM, at a multiple of 64 bytes. They run one after the other, in order, and the list
 * ends with END. What a command streams from DRAM is fetched long before the command runs: a list must not load what it stores itself.
 */

/** Bytes of a command; lists begin at multiples of it. */
export const commandBytes = 64;
/** Words of 32 bits of a command. */
export const commandWords = commandBytes / 4;

/** A field of a command, little-endian. Fields do not cross words of 32 bits, but for epsilon. */
export interface CommandField {
  readonly offset: number;
  readonly bytes: number;
  readonly signed?: true;
  readonly meaning: string;
}

/** The fields of a command. Bytes that are in none of them are 0, and so are the fields that an operation does not use. */
export const commandFields = {
  opcode: { offset: 0, bytes: 1, meaning: "the operation" },
  flags: { offset: 1, bytes: 1, meaning: "LOGITS or BOUND" },
  column: { offset: 2, bytes: 1, meaning: "255: every active column; 254: the last active one; else this one" },
  count: { offset: 4, bytes: 4, meaning: "elements; MATRIX: rows" },
  offset: { offset: 8, bytes: 4, meaning: "bytes from the start of the region to what is streamed or stored, a multiple of 64" },
  groups: { offset: 12, bytes: 4, meaning: "MATRIX: row groups, rows / 5 rounded up; EMBED: rows of the embedding" },
  stride: { offset: 16, bytes: 4, meaning: "MATRIX: bytes of a row group; EMBED: bytes of a row; a multiple of 64" },
  a: { offset: 20, bytes: 4, meaning: "first operand: bank << 31 | element, the element a multiple of 64" },
  b: { offset: 24, bytes: 4, meaning: "second operand, likewise" },
  destination: { offset: 28, bytes: 4, meaning: "result, likewise; with LOGITS bytes from the start of region B" },
  split: { offset: 32, bytes: 4, meaning: "MATRIX: the first row that goes to destination2; the rows where there is none" },
  destination2: { offset: 36, bytes: 4, meaning: "MATRIX: where the rows from split on go, 0 where there are none" },
  epsilon: { offset: 40, bytes: 8, meaning: "added to the sum of squares, below 2^62" },
  mantissa: { offset: 48, bytes: 2, meaning: "of the tensor's scale; LOAD_ACTIVATIONS: the rescaler's" },
  exponent: { offset: 50, bytes: 2, signed: true, meaning: "of the tensor's scale, -64 to 64" },
  gainFraction: { offset: 52, bytes: 1, meaning: "fraction of the gain, at most 20" },
  fractionIn: { offset: 53, bytes: 1, meaning: "fraction of the sigmoid's argument, at most 20" },
  fractionOut: { offset: 54, bytes: 1, meaning: "fraction of the result, at most 20" },
  shift: { offset: 55, bytes: 1, meaning: "rounding shift of the product, at most 63; LOAD_ACTIVATIONS: the rescaler's" },
} as const satisfies Record<string, CommandField>;
export type CommandFieldName = keyof typeof commandFields;

/** What `column` holds instead of a column's number. */
export const everyColumn = 0xff;
export const lastColumn = 0xfe;
/** The bit of an operand address that chooses the bank. */
export const bankBit = 31;

/** Largest values of fields, whatever the hardware's memories. */
export const commandLimits = {
  /** of any of the three fractions */
  fraction: 20,
  shift: 63,
  /** of the exponent, in absolute value */
  exponent: 64,
  /** an epsilon is below 2 to the power of this */
  epsilonBits: 62,
  /** rows of a matrix, rows of the embedding */
  rows: 2 ** 19 - 1,
  stride: 2 ** 16 - 64,
  /** bytes of a list */
  listBytes: 2 ** 20,
} as const;
/** A tensor's mantissa has its highest bit set. */
export const smallestCommandMantissa = 2 ** 15;

/** Flags. A flag that the operation does not know is an error. */
export const commandFlags = { LOGITS: 1, BOUND: 1 } as const;
export type CommandFlagName = keyof typeof commandFlags;

/** M: the model, read only. B: buffers, read and written. */
export type RegionName = "M" | "B";

/**
 * What an operation streams: what, and from where. EMBED streams one row for each selected column, in ascending order; the others stream
 * once, and gains and bounds serve every selected column.
 */
export interface CommandStream {
  readonly region: RegionName;
  readonly kind: "row" | "gain" | "bound" | "state" | "activations" | "weights";
  /** Bytes of an element; of weights: the bytes are groups * stride. */
  readonly elementBytes: 1 | 2 | 4;
  readonly each: "command" | "column";
}

export interface Operation {
  readonly opcode: number;
  readonly name: string;
  readonly flags: readonly CommandFlagName[];
  /** Acts on one column: `column` may not be 255. */
  readonly oneColumn?: true;
  /** Fields that it uses besides opcode, flags and column; the others must be 0. */
  readonly fields: readonly CommandFieldName[];
  readonly stream?: CommandStream;
  /** Stores int32 to region B. */
  readonly stores?: "state" | "vector" | "logits";
  /** The bank in which an operand must lie, where it is not free. */
  readonly banks?: Readonly<Partial<Record<"a" | "b", 0 | 1>>>;
  /** The memory that limits `count`. */
  readonly limit: "none" | "vector" | "state" | "activations" | "rows";
  readonly unit: "control" | "vector" | "matrix";
  readonly meaning: string;
}

const norm = ["count", "offset", "a", "epsilon", "gainFraction", "fractionOut"] as const;
const gain = { region: "M", kind: "gain", elementBytes: 2, each: "command" } as const;

/** The operations, by opcode. 32 to 47 are kept for attention: int8 dot products over a cache of keys and values. */
export const operations = [
  {
    opcode: 0,
    name: "END",
    flags: [],
    fields: [],
    limit: "none",
    unit: "control",
    meaning: "ends the list",
  },
  {
    opcode: 1,
    name: "EMBED",
    flags: [],
    fields: ["count", "offset", "groups", "stride", "destination"],
    stream: { region: "M", kind: "row", elementBytes: 1, each: "column" },
    limit: "vector",
    unit: "vector",
    meaning: "destination = S24(R(row of the column's token * the token's mantissa, its shift)); squares of the result",
  },
  {
    opcode: 2,
    name: "NORM",
    flags: [],
    fields: [...norm, "destination"],
    stream: gain,
    limit: "vector",
    unit: "vector",
    meaning: "destination = RMSNorm(a) with the column's squares, which must be those of a; squares of the result",
  },
  {
    opcode: 3,
    name: "QUANTISE",
    flags: [],
    fields: [...norm, "mantissa", "exponent"],
    stream: gain,
    limit: "activations",
    unit: "vector",
    meaning: "activations = BitLinear's int8 of a, with the column's squares; sets the rescaler's mantissa and shift",
  },
  {
    opcode: 4,
    name: "MATRIX",
    flags: ["LOGITS"],
    fields: ["count", "offset", "groups", "stride", "destination", "split", "destination2"],
    stream: { region: "M", kind: "weights", elementBytes: 1, each: "command" },
    stores: "logits",
    limit: "rows",
    unit: "matrix",
    meaning:
      "row r of trits * activations, rescaled, to destination[r], from split on to destination2[r - split]; LOGITS: to region B, the n-th selected column 4 * rows rounded up to 64 behind the one before, with largest and top-k",
  },
  {
    opcode: 5,
    name: "SQUARES",
    flags: [],
    fields: ["count", "a"],
    limit: "vector",
    unit: "vector",
    meaning: "squares = the sum of a[i]^2",
  },
  {
    opcode: 6,
    name: "GATE",
    flags: ["BOUND"],
    fields: ["count", "offset", "a", "fractionIn"],
    stream: { region: "M", kind: "bound", elementBytes: 2, each: "command" },
    limit: "vector",
    unit: "vector",
    meaning: "a = sigmoid(a); BOUND: a = bound + R((65536 - bound) * a, 16), else nothing is streamed and offset is 0",
  },
  {
    opcode: 7,
    name: "LOAD_STATE",
    flags: [],
    fields: ["count", "offset"],
    stream: { region: "B", kind: "state", elementBytes: 4, each: "command" },
    limit: "state",
    unit: "vector",
    meaning: "state memory = the low 24 bits of int32 words; once, if a column is selected",
  },
  {
    opcode: 8,
    name: "UPDATE",
    flags: [],
    fields: ["count", "a", "b", "destination", "fractionIn"],
    banks: { a: 0, b: 1 },
    limit: "state",
    unit: "vector",
    meaning: "h = S24(R(a * h + (65536 - a) * SiLU(b), 16)) with h of the state memory, to there and to destination",
  },
  {
    opcode: 9,
    name: "STORE_STATE",
    flags: [],
    fields: ["count", "offset"],
    stores: "state",
    limit: "state",
    unit: "vector",
    meaning: "the state memory to region B as int32; once, if a column is selected",
  },
  {
    opcode: 10,
    name: "GLU",
    flags: [],
    fields: ["count", "a", "b", "destination", "fractionIn", "shift"],
    banks: { a: 0, b: 1 },
    limit: "vector",
    unit: "vector",
    meaning: "destination = S24(R(SiLU(a) * b, shift)); squares of the result",
  },
  {
    opcode: 11,
    name: "RESIDUAL",
    flags: [],
    fields: ["count", "a", "b"],
    banks: { a: 0, b: 1 },
    limit: "vector",
    unit: "vector",
    meaning: "a = S24(a + b); squares of the result",
  },
  {
    opcode: 12,
    name: "END_UNLESS_LOGITS",
    flags: [],
    fields: [],
    limit: "none",
    unit: "control",
    meaning: "ends the list unless RUN.LOGITS is set",
  },
  {
    opcode: 13,
    name: "LOAD_ACTIVATIONS",
    flags: [],
    oneColumn: true,
    fields: ["count", "offset", "mantissa", "shift"],
    stream: { region: "B", kind: "activations", elementBytes: 1, each: "command" },
    limit: "activations",
    unit: "vector",
    meaning: "activations = the streamed int8; the rescaler's mantissa and shift = those of the command",
  },
  {
    opcode: 14,
    name: "STORE",
    flags: [],
    oneColumn: true,
    fields: ["count", "offset", "a"],
    stores: "vector",
    limit: "vector",
    unit: "vector",
    meaning: "a to region B as int32",
  },
] as const satisfies readonly Operation[];
export type OperationName = (typeof operations)[number]["name"];

/** The operation of this name. */
export function operationNamed(name: OperationName): Operation {
  return operationOf(operations.findIndex((operation) => operation.name === name));
}

/** The operation with this opcode, which there is. */
function operationOf(opcode: number): Operation {
  const found = operationWithOpcode(opcode);
  if (found === undefined) throw new RangeError(`no operation has the opcode ${opcode}`);
  return found;
}

/** The operation with this opcode, where there is one. */
export function operationWithOpcode(opcode: number): Operation | undefined {
  const found: Operation | undefined = operations[opcode];
  return found;
}

/** Rounds up to a multiple of 64: where the next column's logits begin. */
export function aligned64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
