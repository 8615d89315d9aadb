/**
 * The accelerator's register map: defined here once, as data. From it come the Verilog's address decoder (register-file.ts), the C
 * header `ternel_registers.h`, the Python module and the table in docs/.
 *
 * How to run a command list (for the author of the driver; every access is a 32-bit Wishbone access to the window):
 *
 *   1. Once: write MODEL_BASE, MODEL_BYTES, BUFFER_BASE, BUFFER_BYTES (regions M and B; bytes from the start of DRAM, multiples of 64),
 *      LIST_OFFSET and LIST_BYTES.
 *   2. For each of the n active columns, 1 <= n <= CONFIG.COLUMNS: TOKENc and TOKEN_SCALEc. Consecutive tokens of one sequence are
 *      consecutive columns, the earliest in column 0.
 *   3. Write RUN = START_LIST | n << ACTIVE, or-ed with LOGITS where the logits after the last column are wanted, and with LIST_IN_BUFFER where the
 *      list lies in region B.
 *   4. Poll STATUS until BUSY = 0, or wait for the interrupt. ERROR = 0: the list has ended, and all that it stored is in DRAM. Else
 *      FAULT_COMMAND is the index of the command at fault; the commands before it have run, it and those after it have not (with HUNG,
 *      ABORTED: it has run in part).
 *   5. Logits lie in region B, where the list put them; the largest is in BEST_TOKENc and BEST_LOGITc, the TOP_COUNT largest of the
 *      last selected column in the window TOP.
 *
 *   HUNG has DONE = 1 at once, and BUSY = 0 only when DRAM has answered everything that it was asked: until then no start is accepted.
 *
 *   A start that is refused has BUSY = 0, DONE = 1 and ERROR != 0 in the first read after the write. Registers from RUN to BUFFER_BYTES,
 *   TOKEN and TOKEN_SCALE are locked while a list runs: writes do nothing.
 *
 *   SHA-256 of memory: write SHA_ADDRESS, SHA_BLOCKS (64 bytes each), then CONTROL = START_SHA | SHA_INIT for the first part of a message
 *     and START_SHA alone to go on; poll STATUS until BUSY = 0. Blocks in registers: write 16 words to SHA_BLOCK as little-endian words of
 *     the message, CONTROL = START_SHA_BLOCK (| SHA_INIT), poll. The caller pads the message. DIGEST0..7 hold H0..H7 as numbers: the
 *     digest's bytes are each word's bytes, most significant first. SHA_ADDRESS and SHA_BLOCKS are copied when the command starts.
 *
 *   ABORT ends whatever runs: outstanding reads are drained, then BUSY = 0, DONE = 1, ERROR = ABORTED. Writes to read-only registers do
 *   nothing; unused addresses read 0.
 */

/** ro: hardware writes; wo: software writes, reads 0 (unless a field says otherwise). */
export type Access = "ro" | "wo";

export interface Field {
  readonly name: string;
  /** Lowest bit. */
  readonly bit: number;
  readonly width: number;
  readonly description: string;
}

export interface Register {
  readonly name: string;
  /** Byte offset in the window, a multiple of 4. */
  readonly offset: number;
  readonly access: Access;
  /** Value after reset; "parameter" where elaboration fixes it. */
  readonly reset: number | "parameter";
  readonly fields: readonly Field[];
  readonly description: string;
}

/** A part of the window that is not a register. */
export interface Window {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly description: string;
}

/** "TRNL" in the order of its bytes in memory. */
export const identification = 0x4c4e5254;

/** Bytes of the whole Wishbone window. */
export const windowBytes = 0x10000;

/** Widths of the parameters a command takes, in bits. */
export const parameterWidths = { rows: 19, mantissa: 16, shift: 6, blocks: 26 } as const;

/** Columns that the map has room for; those that the hardware lacks read 0. */
export const columnsMax = 8;

const value = (name: string, width: number, description: string): Field => ({ name, bit: 0, width, description });

/** The counters of events, in cycles unless the name says otherwise, in the order of their offsets. */
export const counters = [
  ["CYCLES", "Cycles the last command was busy"],
  ["WEIGHT_BEATS", "Port words of weights that the matrix unit took"],
  ["BEATS", "Port words of all streams that were taken: weights, gains, embeddings, state, messages"],
  ["WRITE_BEATS", "Port words written to DRAM"],
  ["STALL_WEIGHTS", "Cycles in which a matrix waited for weights"],
  ["STALL_OUTPUT", "Cycles in which a matrix waited for room for its results"],
  ["MATRIX_CYCLES", "Cycles in which a MATRIX command ran"],
  ["VECTOR_CYCLES", "Cycles in which any other command ran"],
  ["VECTOR_STALL", "Of these, cycles in which it waited for its stream"],
  ["COMMAND_CYCLES", "Cycles of a list in which no command ran"],
  ["DMA_STALL_COMMAND", "Cycles in which DRAM did not take an offered read command"],
  ["DMA_STALL_ROOM", "Cycles in which no command was offered because the words of the stream had no room"],
  ["DMA_STALL_DATA", "Cycles in which reads were outstanding and no data came"],
] as const;
export type CounterName = (typeof counters)[number][0];

/** One register for each of `columnsMax` columns. */
function perColumn(
  name: string,
  offset: number,
  access: Access,
  fields: readonly Field[],
  description: string,
): readonly Register[] {
  return Array.from({ length: columnsMax }, (_, column) => ({
    name: `${name}${column}`,
    offset: offset + 4 * column,
    access,
    reset: 0,
    fields,
    description: `${description} of column ${column}`,
  }));
}

/** A parameter of the hardware. */
const parameter = (name: string, offset: number, fields: readonly Field[], description: string): Register => ({
  name,
  offset,
  access: "ro",
  reset: "parameter",
  fields,
  description,
});

/** A setting of 32 bits. */
const setting = (name: string, offset: number, width: number, meaning: string, description: string): Register => ({
  name,
  offset,
  access: "wo",
  reset: 0,
  fields: [value("VALUE", width, meaning)],
  description,
});

export const registers: readonly Register[] = [
  {
    name: "ID",
    offset: 0x00,
    access: "ro",
    reset: identification,
    fields: [value("VALUE", 32, '"TRNL", least significant byte first')],
    description: "Says that the accelerator is there",
  },
  parameter("BUILD_ID", 0x04, [value("VALUE", 32, "must equal the firmware's")], "The build this hardware belongs to"),
  parameter(
    "CONFIG",
    0x08,
    [
      { name: "PORT_BYTES", bit: 0, width: 8, description: "bytes of a port word = columns of weights a cycle" },
      { name: "VECTOR_LANES", bit: 8, width: 8, description: "elements the vector unit takes a cycle" },
      { name: "COLUMNS", bit: 16, width: 8, description: "activation columns = tokens that a list can take at once" },
      { name: "DRAM_PORTS", bit: 24, width: 8, description: "DRAM ports of the stream reader" },
    ],
    "Parameters of the hardware",
  ),
  parameter(
    "CONFIG2",
    0x0c,
    [
      { name: "FIFO_DEPTH", bit: 0, width: 16, description: "port words behind each DRAM port" },
      { name: "ROW_BYTES", bit: 16, width: 16, description: "bytes after which the next DRAM port takes its turn" },
    ],
    "Parameters of the hardware",
  ),
  {
    name: "CONTROL",
    offset: 0x10,
    access: "wo",
    reset: 0,
    fields: [
      { name: "START_SHA", bit: 1, width: 1, description: "hash SHA_BLOCKS blocks of DRAM" },
      { name: "START_SHA_BLOCK", bit: 2, width: 1, description: "hash the block in the SHA_BLOCK window" },
      { name: "SHA_INIT", bit: 3, width: 1, description: "with a SHA start: begin a new message" },
      { name: "ABORT", bit: 4, width: 1, description: "end what runs" },
      { name: "CLEAR_DONE", bit: 5, width: 1, description: "clear STATUS.DONE and the interrupt" },
      { name: "IRQ_ENABLE", bit: 8, width: 1, description: "interrupt while STATUS.DONE; kept as last written, reads back" },
    ],
    description: "Commands other than lists: one start bit at a time",
  },
  {
    name: "STATUS",
    offset: 0x14,
    access: "ro",
    reset: 0,
    fields: [
      { name: "BUSY", bit: 0, width: 1, description: "a list or a hash runs" },
      {
        name: "DONE",
        bit: 1,
        width: 1,
        description: "the last start has ended or was refused; cleared by a start or CLEAR_DONE",
      },
      { name: "ERROR", bit: 8, width: 8, description: "error code of the last start, 0 = none" },
    ],
    description: "What the accelerator does",
  },
  parameter(
    "CONFIG3",
    0x18,
    [
      { name: "VECTOR_ELEMENTS", bit: 0, width: 16, description: "elements of a vector bank, for each column" },
      { name: "STATE_ELEMENTS", bit: 16, width: 16, description: "elements of the state memory" },
    ],
    "Parameters of the hardware",
  ),
  parameter(
    "CONFIG4",
    0x1c,
    [
      { name: "ACTIVATION_BYTES", bit: 0, width: 16, description: "largest padded columns of a matrix" },
      { name: "TOP_K", bit: 16, width: 8, description: "entries of the window TOP" },
    ],
    "Parameters of the hardware",
  ),
  {
    name: "RUN",
    offset: 0x20,
    access: "wo",
    reset: 0,
    fields: [
      { name: "START_LIST", bit: 0, width: 1, description: "start the list" },
      { name: "LOGITS", bit: 1, width: 1, description: "go on behind END_UNLESS_LOGITS" },
      { name: "LIST_IN_BUFFER", bit: 2, width: 1, description: "LIST_OFFSET counts from BUFFER_BASE, else from MODEL_BASE" },
      { name: "ACTIVE", bit: 8, width: 4, description: "active columns, 1 to CONFIG.COLUMNS" },
    ],
    description: "The doorbell",
  },
  setting("LIST_OFFSET", 0x24, 32, "bytes, a multiple of 64", "The command list, from the start of its region"),
  setting("LIST_BYTES", 0x28, 32, "a multiple of 64, at most 2^20, not 0", "Bytes of the command list"),
  setting("MODEL_BASE", 0x2c, 32, "bytes, a multiple of 64", "Region M, from the start of DRAM"),
  setting("MODEL_BYTES", 0x30, 32, "bytes, a multiple of 64", "Size of region M, which is only read"),
  setting("BUFFER_BASE", 0x34, 32, "bytes, a multiple of 64", "Region B, from the start of DRAM"),
  setting("BUFFER_BYTES", 0x38, 32, "bytes, a multiple of 64", "Size of region B: nothing outside it is ever written"),
  {
    name: "FAULT_COMMAND",
    offset: 0x3c,
    access: "ro",
    reset: 0,
    fields: [value("VALUE", 15, "64-byte commands from the list's start")],
    description: "The command at which the last list ended: END, or the one at fault",
  },
  ...Array.from({ length: 8 }, (_, i): Register => ({
    name: `DIGEST${i}`,
    offset: 0x40 + 4 * i,
    access: "ro",
    reset: 0,
    fields: [value("VALUE", 32, `H${i} of SHA-256 after the last block`)],
    description: `Word ${i} of the hash state`,
  })),
  setting("SHA_ADDRESS", 0x60, 32, "bytes, a multiple of 64", "The message's blocks, from the start of DRAM"),
  setting("SHA_BLOCKS", 0x64, parameterWidths.blocks, "at least 1", "Blocks of 64 bytes to hash by START_SHA"),
  {
    name: "TOP_COUNT",
    offset: 0x68,
    access: "ro",
    reset: 0,
    fields: [value("VALUE", 7, "the smaller one of CONFIG4.TOP_K and the rows of the matrix with LOGITS")],
    description: "Entries of the window TOP that are filled",
  },
  ...counters.map(([name, description], i): Register => ({
    name,
    offset: 0x80 + 4 * i,
    access: "ro",
    reset: 0,
    fields: [value("VALUE", 32, "modulo 2^32; 0 when a command starts")],
    description,
  })),
  ...perColumn("TOKEN", 0xc0, "wo", [value("VALUE", parameterWidths.rows, "its row of the embedding")], "Token"),
  ...perColumn(
    "TOKEN_SCALE",
    0xe0,
    "wo",
    [
      { name: "MANTISSA", bit: 0, width: parameterWidths.mantissa, description: "of the embedding row's scale" },
      {
        name: "SHIFT",
        bit: 16,
        width: parameterWidths.shift,
        description: "clamp(exponent - x, 0, 63), docs/numerics.md section 5",
      },
    ],
    "Scale of the token",
  ),
  ...perColumn(
    "BEST_TOKEN",
    0x100,
    "ro",
    [value("VALUE", parameterWidths.rows, "ties: the lower one")],
    "Row of the largest logit",
  ),
  ...perColumn("BEST_LOGIT", 0x120, "ro", [value("VALUE", 32, "signed")], "Largest logit"),
];

export const windows: readonly Window[] = [
  {
    name: "TOP",
    offset: 0x8000,
    bytes: 0x200,
    description:
      "the largest logits, read only: entry i is the int32 logit at 8 i and its row at 8 i + 4, descending, ties: the lower row first",
  },
  { name: "SHA_BLOCK", offset: 0xc000, bytes: 0x40, description: "message block for START_SHA_BLOCK, write only, whole words" },
];

/** Codes of STATUS.ERROR. What a code marked `refused` is for did not start. */
export const statusErrors = [
  { code: 0, name: "NONE", refused: false, description: "no error" },
  { code: 1, name: "STARTS", refused: true, description: "more than one start bit in one write of CONTROL" },
  { code: 2, name: "BUSY", refused: true, description: "started while something runs, which goes on; also set if it ends well" },
  { code: 3, name: "BLOCKS", refused: true, description: "SHA_BLOCKS is 0" },
  { code: 4, name: "ACTIVE", refused: true, description: "RUN.ACTIVE is 0 or above CONFIG.COLUMNS" },
  {
    code: 5,
    name: "RANGE",
    refused: true,
    description:
      "an address or size in the registers is no multiple of 64, or what it says lies outside DRAM or its region, or the list is empty or too long",
  },
  { code: 6, name: "ABORTED", refused: false, description: "ended by CONTROL.ABORT" },
  {
    code: 7,
    name: "HUNG",
    refused: false,
    description: "the list took no word and began no command for 2^20 cycles; BUSY lasts until DRAM has answered",
  },
  { code: 8, name: "LENGTH", refused: false, description: "the list has no END within LIST_BYTES" },
  { code: 9, name: "OPCODE", refused: false, description: "a command's opcode is unknown" },
  { code: 10, name: "FIELD", refused: false, description: "a command's field has a value that it cannot have, or should be 0" },
  { code: 11, name: "COUNT", refused: false, description: "a command's count is 0 or above the memory" },
  { code: 12, name: "BANK", refused: false, description: "a command's operand lies in the wrong bank" },
  { code: 13, name: "ADDRESS", refused: false, description: "a command's address is no multiple of 64" },
  { code: 14, name: "TOKEN", refused: false, description: "a token has no row in the embedding" },
  { code: 15, name: "REGION", refused: false, description: "a command reads or writes outside its region" },
] as const;

export type StatusErrorName = (typeof statusErrors)[number]["name"];

/** The code of STATUS.ERROR with this name. */
export function statusError(name: StatusErrorName): number {
  return statusErrors.findIndex((error) => error.name === name);
}

/** The register of this name; a name that is not in the map is a mistake in the program that asks. */
export function registerNamed(name: string): Register {
  const found = registers.find((register) => register.name === name);
  if (found === undefined) throw new RangeError(`the accelerator has no register ${name}`);
  return found;
}
