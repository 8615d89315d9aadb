/**
 * The headers of the two firmware stages, as they lie in flash. Stage 0 runs in place, so its header hides behind its first
 * instruction, a jump. Stage 1's header is 64 bytes, the size of one SHA-256 block: the hash is over the header with its digest
 * field zero, then the payload, so the hash unit can be fed straight from DRAM in whole blocks.
 */

/** One field of a header: byte offset and size. Numbers are little-endian. */
export interface HeaderField {
  readonly offset: number;
  readonly bytes: number;
}

/** "TRN0" and "TRN1", read as little-endian words. */
export const stage0Magic = 0x304e_5254;
export const stage1Magic = 0x314e_5254;
/** Version of stage 1's header. */
export const stage1Version = 1;

/** Stage 0: offset 0 holds the jump over this header. */
export const stage0Header = {
  magic: { offset: 4, bytes: 4 },
  buildId: { offset: 8, bytes: 4 },
} as const satisfies Record<string, HeaderField>;
export const stage0HeaderBytes = 12;

/**
 * Stage 1. The header and the payload lie in DRAM as in flash. `length` counts the payload alone and is a multiple of a block; `entry`
 * is the address that stage 0 jumps to, inside the payload in DRAM. Of two slots stage 0 takes the one with the higher `sequence` number, and slot A where they are equal.
 */
export const stage1Header = {
  magic: { offset: 0, bytes: 4, meaning: '"TRN1"' },
  version: { offset: 4, bytes: 4, meaning: "1" },
  length: { offset: 8, bytes: 4, meaning: "bytes of the payload behind the header: a multiple of 64" },
  buildId: { offset: 12, bytes: 4, meaning: "must be stage 0's and the accelerator's" },
  entry: { offset: 16, bytes: 4, meaning: "address of the first instruction, in the payload's copy in DRAM" },
  sequence: { offset: 20, bytes: 4, meaning: "of two valid slots the higher one boots; A where they are equal" },
  reserved: { offset: 24, bytes: 8, meaning: "zero" },
  sha256: { offset: 32, bytes: 32, meaning: "over the header with this field zero, then the payload" },
} as const satisfies Record<string, HeaderField & { readonly meaning: string }>;
export const stage1HeaderBytes = 64;
/** The payload is padded to whole blocks of SHA-256. */
export const stage1BlockBytes = 64;
