import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sigmoid, silu } from "./reference/sigmoid.ts";
import { emitTablesHeader, exponentialTable, sigmoidTable, unicodeRanges } from "./tables.ts";
import type { Ranges } from "./tables.ts";

test("the sigmoid's error stays below 2^-14 over all inputs", () => {
  let worst = 0;
  for (let z = -(2 ** 19); z < 2 ** 19; z++) {
    const exact = 1 / (1 + Math.exp(-z / 2 ** 14));
    worst = Math.max(worst, Math.abs(sigmoid(z, 14) / 65536 - exact));
  }
  assert.ok(worst < 2 ** -14, `${worst}`);
});

test("the sigmoid is monotonic, symmetric where nothing is rounded, and saturates at 0 and 1", () => {
  assert.deepEqual([sigmoid(-0x80_0000, 0), sigmoid(0, 12), sigmoid(0x7f_ffff, 0)], [0, 32768, 65536]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x7f_fffe }), fc.integer({ min: 0, max: 20 }), (z, fraction) => {
      if (fraction <= 12) assert.equal(sigmoid(-z, fraction), 65536 - sigmoid(z, fraction));
      assert.ok(sigmoid(z + 1, fraction) >= sigmoid(z, fraction));
    }),
  );
});

test("SiLU is close to the real one", () => {
  fc.assert(
    fc.property(fc.integer({ min: -0x80_0000, max: 0x7f_ffff }), fc.integer({ min: 10, max: 20 }), (z, fraction) => {
      const real = z / 2 ** fraction;
      const exact = real / (1 + Math.exp(-real));
      assert.ok(Math.abs(silu(z, fraction) / 2 ** fraction - exact) <= Math.abs(real) * 2 ** -14 + 2 ** -fraction);
    }),
  );
});

test("the tables' ends are what the formulas give", () => {
  assert.deepEqual([sigmoidTable.length, sigmoidTable[0], sigmoidTable[64], sigmoidTable[1024]], [1025, 0, 15143, 32768]);
  assert.deepEqual([exponentialTable.length, exponentialTable[0], exponentialTable[256]], [257, 2 ** 30, 2 ** 29]);
});

function contains(ranges: Ranges, point: number): boolean {
  return ranges.some(([first, last]) => first <= point && point <= last);
}

test("the Unicode ranges are ascending, apart, and agree with the regular expressions", () => {
  const { letter, number, space } = unicodeRanges();
  for (const ranges of [letter, number, space]) {
    ranges.forEach(([first, last], i) => {
      assert.ok(first <= last && first > (ranges[i - 1]?.[1] ?? -2) + 1);
    });
  }
  fc.assert(
    fc.property(fc.oneof(fc.nat(0x3fff), fc.nat(0x10ffff)), (point) => {
      if (point >= 0xd800 && point <= 0xdfff) return;
      const character = String.fromCodePoint(point);
      assert.equal(contains(letter, point), /\p{L}/u.test(character));
      assert.equal(contains(number, point), /\p{N}/u.test(character));
      assert.equal(contains(space, point), /\p{White_Space}/u.test(character));
    }),
    { numRuns: 2000 },
  );
});

test("the C header has all values", () => {
  const header = emitTablesHeader();
  assert.equal(header.match(/X\((-?[01], ){4}-?[01]\)/g)?.length, 256);
  assert.match(header, /TERNEL_SIGMOID_VALUES \\\n +0, 256, 512,/);
  assert.match(header, /TERNEL_SIGMOID_PIECES \\\n +12\d{6}\.0f, /);
  for (const line of header.split("\n")) assert.ok(line.length <= 132);
});
