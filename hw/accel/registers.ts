/**
 * The accelerator's register map: defined here once, as data. From it come the Verilog's address decoder (register-file.ts), the C
 * header `ternel_registers.h`, the Python module and the table in docs/.
 *
 * How to run a command (for the author of the driver; every access is a 32-bit Wishbone access to the window):
 *
 *   y = W q (matrix times vector):
 *     1. Write the int8 activations, in column order, as little-endian words to ACTIVATION + 0, 4, 8 ...; bytes between the last real
 *        column and COLUMNS need not be cleared: their weights are zero trits.
 *     2. Write WEIGHT_ADDRESS, ROWS, COLUMNS, MANTISSA, SHIFT (each keeps its value; write only what changes).
 *     3. Write CONTROL = START_MATVEC (or-ed with IRQ_ENABLE where wanted).
 *     4. Read ROWS words from RESULT: each read takes the next row's int32, in order. A read made while the matrix runs waits for the
 *        row; when nothing runs and nothing is left it returns 0 at once. There is no need to poll in between, and rows beyond the
 *        FIFO's depth make the engine wait, so read while it runs. Then read STATUS: DONE = 1 and ERROR = 0 say that all of them are right.
 *     Check STATUS.ERROR once after step 3 where parameters may be wrong: a refused command has BUSY = 0, DONE = 1, ERROR != 0 in the
 *     first read after the write, starts nothing and gives no results.
 *
 *   SHA-256 of memory: write SHA_ADDRESS, SHA_BLOCKS (64 bytes each), then CONTROL = START_SHA | SHA_INIT for the first part of a message
 *     and START_SHA alone to go on; poll STATUS until BUSY = 0. Blocks in registers: write 16 words to SHA_BLOCK as little-endian words of
 *     the message, CONTROL = START_SHA_BLOCK (| SHA_INIT), poll. The caller pads the message. DIGEST0..7 hold H0..H7 as numbers: the
 *     digest's bytes are each word's bytes, most significant first.
 *
 *   Parameters are copied when a command starts, so those of the next one may be written while one runs; activations may not (the
 *   engine reads them all the time). ABORT ends a command: outstanding reads are drained, the result FIFO is emptied, then BUSY = 0,
 *   DONE = 1, ERROR = ABORTED. Writes to read-only registers do nothing; unused addresses read 0.
 */

/** ro: hardware writes; rw: software writes, reads back; wo: bits that act when written 1 and read 0 (unless the field says otherwise). */
export type Access = "ro" | "rw" | "wo";

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
export const parameterWidths = { rows: 19, columns: 15, mantissa: 16, shift: 6, blocks: 26 } as const;

const value = (name: string, width: number, description: string): Field => ({ name, bit: 0, width, description });

const counter = (name: string, offset: number, description: string): Register => ({
  name,
  offset,
  access: "ro",
  reset: 0,
  fields: [value("VALUE", 32, "modulo 2^32; 0 when a command starts")],
  description,
});

/** H0..H7. */
const digest: readonly Register[] = Array.from({ length: 8 }, (_, i) => ({
  name: `DIGEST${i}`,
  offset: 0x40 + 4 * i,
  access: "ro",
  reset: 0,
  fields: [value("VALUE", 32, `H${i} of SHA-256 after the last block`)],
  description: `Word ${i} of the hash state`,
}));

export const registers: readonly Register[] = [
  {
    name: "ID",
    offset: 0x00,
    access: "ro",
    reset: identification,
    fields: [value("VALUE", 32, '"TRNL", least significant byte first')],
    description: "Says that the accelerator is there",
  },
  {
    name: "BUILD_ID",
    offset: 0x04,
    access: "ro",
    reset: "parameter",
    fields: [value("VALUE", 32, "must equal the firmware's")],
    description: "The build this hardware belongs to",
  },
  {
    name: "CONFIG",
    offset: 0x08,
    access: "ro",
    reset: "parameter",
    fields: [
      { name: "PORT_BYTES", bit: 0, width: 8, description: "bytes of a DRAM port word = columns a cycle" },
      { name: "RESULT_DEPTH", bit: 16, width: 16, description: "results the FIFO holds" },
    ],
    description: "Parameters of the hardware",
  },
  {
    name: "ACTIVATION_BYTES",
    offset: 0x0c,
    access: "ro",
    reset: "parameter",
    fields: [value("VALUE", 32, "largest COLUMNS")],
    description: "Size of the activation buffer",
  },
  {
    name: "CONTROL",
    offset: 0x10,
    access: "wo",
    reset: 0,
    fields: [
      { name: "START_MATVEC", bit: 0, width: 1, description: "start matrix times vector" },
      { name: "START_SHA", bit: 1, width: 1, description: "hash SHA_BLOCKS blocks of DRAM" },
      { name: "START_SHA_BLOCK", bit: 2, width: 1, description: "hash the block in the SHA_BLOCK window" },
      { name: "SHA_INIT", bit: 3, width: 1, description: "with a SHA start: begin a new message" },
      { name: "ABORT", bit: 4, width: 1, description: "end the running command, empty the result FIFO" },
      { name: "CLEAR_DONE", bit: 5, width: 1, description: "clear STATUS.DONE and the interrupt" },
      { name: "IRQ_ENABLE", bit: 8, width: 1, description: "interrupt while STATUS.DONE; kept as last written, reads back" },
    ],
    description: "Commands: one start bit at a time",
  },
  {
    name: "STATUS",
    offset: 0x14,
    access: "ro",
    reset: 0,
    fields: [
      { name: "BUSY", bit: 0, width: 1, description: "a command runs" },
      {
        name: "DONE",
        bit: 1,
        width: 1,
        description: "the last command has ended or was refused; cleared by a start or CLEAR_DONE",
      },
      { name: "ERROR", bit: 8, width: 4, description: "error code of the last command, 0 = none" },
      { name: "RESULTS", bit: 16, width: 16, description: "results waiting in the FIFO" },
    ],
    description: "What the engine does",
  },
  {
    name: "WEIGHT_ADDRESS",
    offset: 0x18,
    access: "rw",
    reset: 0,
    fields: [value("VALUE", 32, "bytes, a multiple of PORT_BYTES")],
    description: "Offset of the packed matrix from the start of DRAM",
  },
  {
    name: "ROWS",
    offset: 0x1c,
    access: "rw",
    reset: 0,
    fields: [value("VALUE", parameterWidths.rows, "at least 1; the weights hold them padded to a multiple of 5")],
    description: "Rows of the matrix = results",
  },
  {
    name: "COLUMNS",
    offset: 0x20,
    access: "rw",
    reset: 0,
    fields: [value("VALUE", parameterWidths.columns, "a multiple of PORT_BYTES, at most ACTIVATION_BYTES, not 0")],
    description: "Columns of the matrix, padding included",
  },
  {
    name: "MANTISSA",
    offset: 0x24,
    access: "rw",
    reset: 0,
    fields: [value("VALUE", parameterWidths.mantissa, "unsigned factor of every accumulator")],
    description: "Rescaling: y = S24(R(sum * MANTISSA, SHIFT))",
  },
  {
    name: "SHIFT",
    offset: 0x28,
    access: "rw",
    reset: 0,
    fields: [value("VALUE", parameterWidths.shift, "rounding shift to the right")],
    description: "Rescaling: y = S24(R(sum * MANTISSA, SHIFT))",
  },
  {
    name: "SHA_ADDRESS",
    offset: 0x2c,
    access: "rw",
    reset: 0,
    fields: [value("VALUE", 32, "bytes, a multiple of PORT_BYTES")],
    description: "Offset of the message's blocks from the start of DRAM",
  },
  {
    name: "SHA_BLOCKS",
    offset: 0x30,
    access: "rw",
    reset: 0,
    fields: [value("VALUE", parameterWidths.blocks, "at least 1")],
    description: "Blocks of 64 bytes to hash by START_SHA",
  },
  ...digest,
  counter("CYCLES", 0x60, "Cycles the last command was busy"),
  counter("BEATS", 0x64, "Port words of weights or message used by the last command"),
  counter("STALL_WEIGHTS", 0x68, "Busy cycles of a matrix in which the lanes waited for weights"),
  counter("STALL_OUTPUT", 0x6c, "Busy cycles of a matrix in which the lanes waited for the rescaler or the result FIFO"),
  counter("DMA_STALL_COMMAND", 0x70, "Cycles in which DRAM did not take an offered read command"),
  counter("DMA_STALL_ROOM", 0x74, "Cycles in which no command was offered because the weight FIFO had no room"),
  counter("DMA_STALL_DATA", 0x78, "Cycles in which reads were outstanding and no data came"),
];

export const windows: readonly Window[] = [
  {
    name: "ACTIVATION",
    offset: 0x4000,
    bytes: 0x4000,
    description: "activation buffer, write only, int8 in column order, byte enables",
  },
  { name: "RESULT", offset: 0x8000, bytes: 0x4000, description: "result FIFO: a read anywhere takes the next int32" },
  { name: "SHA_BLOCK", offset: 0xc000, bytes: 0x40, description: "message block for START_SHA_BLOCK, write only, whole words" },
];

/** Codes of STATUS.ERROR. The command of a code marked `refused` did not start. */
export const statusErrors = [
  { code: 0, name: "NONE", refused: false, description: "no error" },
  { code: 1, name: "COMMAND", refused: true, description: "more than one start bit in one write" },
  { code: 2, name: "BUSY", refused: true, description: "started while a command runs, which goes on; also set if it ends well" },
  { code: 3, name: "ROWS", refused: true, description: "ROWS is 0" },
  { code: 4, name: "COLUMNS", refused: true, description: "COLUMNS is 0, no multiple of PORT_BYTES, or above ACTIVATION_BYTES" },
  { code: 5, name: "ADDRESS", refused: true, description: "the address is no multiple of PORT_BYTES or lies outside DRAM" },
  { code: 6, name: "BLOCKS", refused: true, description: "SHA_BLOCKS is 0" },
  { code: 7, name: "RANGE", refused: false, description: "the matrix or message runs beyond the end of DRAM: stopped there" },
  { code: 8, name: "ABORTED", refused: false, description: "ended by CONTROL.ABORT" },
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
