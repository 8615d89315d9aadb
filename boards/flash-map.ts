/** What lies where in the SPI flash, and the checks that every map must pass before anything is built from it. */

/** A part of the flash, in bytes from the flash's beginning. */
export interface FlashRegion {
  readonly offset: number;
  readonly bytes: number;
}

/**
 * bitstream: what the FPGA loads at power on; stage0: code that runs in place from the reset vector; slotA, slotB: the second stage
 * behind its 64-byte header, twice, so that one can be rewritten while the other still boots; sessions: what the machine itself saves;
 * model: the model container.
 */
export type FlashMap = Readonly<Record<FlashRegionName, FlashRegion>>;

/** In the order in which they lie. */
export const flashRegionNames = ["bitstream", "stage0", "slotA", "slotB", "sessions", "model"] as const;
export type FlashRegionName = (typeof flashRegionNames)[number];

/** Where the FPGA looks for its bitstream, and the most bytes that one has. */
export type BitstreamPlace = FlashRegion;

/**
 * The largest piece that a flash of our boards erases at once. Every region is made of whole ones, and between two regions one is free:
 * a program that rewrites a region cannot reach its neighbours, even where it erases one block too many.
 */
export const flashBlockBytes = 64 * 1024;

/** An LFE5U-85F's bitstream, not compressed: 2.04 MB as ecppack writes it. */
export const ecp5Bitstream: BitstreamPlace = { offset: 0, bytes: 0x22_0000 };

const stage0Bytes = 64 * 1024;
const slotBytes = 448 * 1024;
const sessionsBytes = 448 * 1024;

const roundUp = (bytes: number): number => Math.ceil(bytes / flashBlockBytes) * flashBlockBytes;

/** The map of a flash of `flashBytes` bytes: the model takes what the others leave. Throws a RangeError when the map is impossible. */
export function flashMap(flashBytes: number, bitstream: BitstreamPlace): FlashMap {
  let next = bitstream.offset;
  const place = (bytes: number): FlashRegion => {
    const region = { offset: next, bytes: roundUp(bytes) };
    next += region.bytes + flashBlockBytes;
    return region;
  };
  const map: FlashMap = {
    bitstream: place(bitstream.bytes),
    stage0: place(stage0Bytes),
    slotA: place(slotBytes),
    slotB: place(slotBytes),
    sessions: place(sessionsBytes),
    model: { offset: next, bytes: flashBytes - next },
  };
  const problems = flashMapProblems(map, flashBytes);
  if (problems.length > 0) throw new RangeError(`flash map of ${flashBytes} bytes: ${problems.join("; ")}`);
  return map;
}

/** Everything that is wrong with a map, in words; an empty list when it is sound. */
export function flashMapProblems(map: FlashMap, flashBytes: number): string[] {
  const problems: string[] = [];
  const regions = Object.entries(map).map(([name, region]) => ({ name, ...region }));
  for (const { name, offset, bytes } of regions) {
    const whole =
      Number.isSafeInteger(offset) &&
      Number.isSafeInteger(bytes) &&
      offset % flashBlockBytes === 0 &&
      bytes % flashBlockBytes === 0;
    if (!whole) problems.push(`${name} is not made of whole ${flashBlockBytes}-byte blocks`);
    if (offset < 0 || bytes <= 0 || offset + bytes > flashBytes) problems.push(`${name} lies outside the flash`);
  }
  for (const [index, first] of regions.entries()) {
    for (const second of regions.slice(index + 1)) {
      const gap = Math.max(second.offset - first.offset - first.bytes, first.offset - second.offset - second.bytes);
      if (gap < 0) problems.push(`${first.name} overlaps ${second.name}`);
      else if (gap < flashBlockBytes) problems.push(`${first.name} and ${second.name} have no free block between them`);
    }
  }
  return problems;
}
