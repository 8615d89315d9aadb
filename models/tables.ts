// The tables that all engines share: sigmoid, powers of two, Unicode classes, trit codes. docs/numerics.md defines them.
import { decodeTrits } from "../hw/accel/trit-code.ts";
import { sigmoidPieces } from "./sigmoid-pieces.ts";

/** T[k] = round(65536 * (sigmoid(k / 64) - 1/2)), k = 0..1023; T[1024] repeats the last. */
export const sigmoidTable: Uint16Array = Uint16Array.from({ length: 1025 }, (_, k) =>
  Math.round(65536 * (1 / (1 + Math.exp(-Math.min(k, 1023) / 64)) - 0.5)),
);

/** X[j] = round(2^30 * 2^(-j/256)), j = 0..256. */
export const exponentialTable: Uint32Array = Uint32Array.from({ length: 257 }, (_, j) => Math.round(2 ** (30 - j / 256)));

/** Inclusive ranges of code points, ascending, with gaps between them. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** The code points that match a pattern, as ranges. Surrogates are left out: they are no characters in UTF-8. */
function rangesOf(pattern: RegExp): Ranges {
  const ranges: [number, number][] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    if (!pattern.test(String.fromCodePoint(point))) continue;
    const last = ranges.at(-1);
    if (last?.[1] === point - 1) last[1] = point;
    else ranges.push([point, point]);
  }
  return ranges;
}

/** The character classes of the GPT-2 pre-tokenizer, in the version of Unicode that this Node.js knows. */
export function unicodeRanges(): { readonly letter: Ranges; readonly number: Ranges; readonly space: Ranges } {
  return { letter: rangesOf(/\p{L}/u), number: rangesOf(/\p{N}/u), space: rangesOf(/\p{White_Space}/u) };
}

/** Breaks a list into lines of a macro. */
function macro(name: string, items: readonly string[], separator: string): string {
  const lines: string[] = [];
  let line = "   ";
  for (const [i, item] of items.entries()) {
    const piece = ` ${item}${i + 1 < items.length ? separator : ""}`;
    if (line.length + piece.length > 118) {
      lines.push(line);
      line = "   ";
    }
    line += piece;
  }
  return `#define ${name} \\\n${[...lines, line].join(" \\\n")}\n`;
}

/** The pieces' coefficients as floats of C, power by power. */
function sigmoidCoefficients(): string[] {
  const pieces = sigmoidPieces(sigmoidTable);
  const literal = (value: number): string => `${Number.isInteger(value) ? value.toFixed(1) : value}f`;
  return [0, 1, 2, 3].flatMap((power) => pieces.map((piece) => literal(piece[power] ?? 0)));
}

/**
 * The C header ternel_tables.h: one macro per table, so that a table costs nothing where it is not used.
 * `TERNEL_TRIT_CODES(X)` expands `X(t0, t1, t2, t3, t4)` 256 times, byte 0 first, t0 being the first row's trit.
 */
export function emitTablesHeader(): string {
  const { letter, number, space } = unicodeRanges();
  const pairs = (ranges: Ranges): string[] => ranges.map(([first, last]) => `{0x${first.toString(16)}, 0x${last.toString(16)}}`);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  return [
    "// Generated from models/tables.ts and hw/accel/trit-code.ts. Do not edit. docs/numerics.md defines the tables.",
    "#ifndef TERNEL_TABLES_H",
    "#define TERNEL_TABLES_H",
    "",
    "// uint16_t[1025]: 65536 * (sigmoid(k / 64) - 1/2)",
    macro("TERNEL_SIGMOID_VALUES", [...sigmoidTable].map(String), ","),
    "// float[4 * 32]: T[x - 64] + 1.5 * 2^23 as cubics of x: the coefficients of x^0 in all pieces, of x^1, ...",
    macro("TERNEL_SIGMOID_PIECES", sigmoidCoefficients(), ","),
    "// uint32_t[257]: 2^30 * 2^(-j/256)",
    macro(
      "TERNEL_EXP2_VALUES",
      [...exponentialTable].map((value) => `${value}u`),
      ",",
    ),
    "// Inclusive ranges of code points, ascending: \\p{L}, \\p{N}, \\p{White_Space}",
    macro("TERNEL_LETTER_RANGES", pairs(letter), ","),
    macro("TERNEL_NUMBER_RANGES", pairs(number), ","),
    macro("TERNEL_SPACE_RANGES", pairs(space), ","),
    "// The five trits of each of the 256 bytes, first row first",
    macro(
      "TERNEL_TRIT_CODES(X)",
      bytes.map((byte) => `X(${decodeTrits(byte).join(", ")})`),
      "",
    ),
    "#endif",
    "",
  ].join("\n");
}
