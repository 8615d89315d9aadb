/** What lies where in the SPI flash, and the checks that every map must pass before anything is built from it. */

/** A part of the flash, in bytes from the flash's beginning. */
export interface FlashRegion {
  readonly offset: number;
  readonly bytes: number;
}

/**
 * stage0: code that runs in place from the reset vector; stage1: the second stage behind its 64-byte header; model: the model container.
 */
export type FlashMap = Readonly<Record<"stage0" | "stage1" | "model", FlashRegion>>;

/** The smallest piece the flash can erase; every region is made of whole ones so that one can be rewritten alone. */
export const flashSectorBytes = 4096;

/** The map of a flash of `flashBytes` bytes: the model takes what the stages leave. Throws a RangeError when the map is impossible. */
export function flashMap(flashBytes: number): FlashMap {
  const map: FlashMap = {
    stage0: { offset: 0x00_0000, bytes: 64 * 1024 },
    stage1: { offset: 0x01_0000, bytes: 448 * 1024 },
    model: { offset: 0x08_0000, bytes: flashBytes - 0x08_0000 },
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
      offset % flashSectorBytes === 0 &&
      bytes % flashSectorBytes === 0;
    if (!whole) problems.push(`${name} is not made of whole ${flashSectorBytes}-byte sectors`);
    if (offset < 0 || bytes <= 0 || offset + bytes > flashBytes) problems.push(`${name} lies outside the flash`);
  }
  for (const [index, first] of regions.entries()) {
    for (const second of regions.slice(index + 1)) {
      const apart = first.offset + first.bytes <= second.offset || second.offset + second.bytes <= first.offset;
      if (!apart) problems.push(`${first.name} overlaps ${second.name}`);
    }
  }
  return problems;
}
