/** What the operations compute, against BigInt: all values for narrow operands, random ones up to 70 bits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  concatenate,
  elaborate,
  input,
  module,
  mux,
  output,
  sint,
  uint,
  vector,
  type Builder,
  type SInt,
  type UInt,
} from "../index.ts";
import { simulate } from "../simulator/simulate.ts";

interface Expected {
  readonly signed: boolean;
  readonly width: number;
  readonly value: (a: bigint, b: bigint) => bigint;
}

type Operation = readonly [name: string, result: UInt | SInt, expected: Expected["value"]];

const wrapTo = (signed: boolean, width: number, value: bigint): bigint =>
  signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);

/** Comparisons, sums, products and shifts, which UInt and SInt share by name. */
function shared(a: UInt | SInt, b: UInt | SInt, amount: UInt): Operation[] {
  const left = a as UInt;
  const right = b as UInt;
  const { width } = a;
  const { signed } = a.expression.type;
  const amountOf = (value: bigint): bigint => BigInt.asUintN(amount.width, value);
  const bitsOf = (value: bigint): bigint => BigInt.asUintN(width, value);
  return [
    ["add", left.add(right), (x, y) => x + y],
    ["sub", left.sub(right), (x, y) => x - y],
    ["mul", left.mul(right), (x, y) => x * y],
    ["negate", left.negate(), (x) => -x],
    ["add_literal", left.add(5), (x) => x + 5n],
    ["eq", left.eq(right), (x, y) => truth(x === y)],
    ["ne", left.ne(right), (x, y) => truth(x !== y)],
    ["lt", left.lt(right), (x, y) => truth(x < y)],
    ["le", left.le(right), (x, y) => truth(x <= y)],
    ["gt", left.gt(right), (x, y) => truth(x > y)],
    ["ge", left.ge(right), (x, y) => truth(x >= y)],
    ["lt_literal", left.lt(3), (x) => truth(x < 3n)],
    ["ge_literal", left.ge(100), (x) => truth(x >= 100n)],
    ["left", left.shiftLeft(3), (x) => x << 3n],
    ["right", left.shiftRight(2), (x) => x >> 2n],
    ["right_all", left.shiftRight(width + 1), (x) => (x < 0n ? -1n : 0n)],
    ["left_by", left.shiftLeftBy(amount), (x, y) => wrapTo(signed, width, x << amountOf(y))],
    ["right_by", left.shiftRightBy(amount), (x, y) => x >> amountOf(y)],
    ["truncated", left.truncate(Math.max(1, width - 1)), (x) => wrapTo(signed, Math.max(1, width - 1), x)],
    ["extended", left.extend(width + 3), (x) => x],
    ["as_unsigned", left.asUInt(), bitsOf],
    ["as_signed", left.asSInt(), (x) => BigInt.asIntN(width, x)],
    ["top", left.bit(width - 1), (x) => bitsOf(x) >> BigInt(width - 1)],
    ["repeated", left.repeat(2), (x) => (bitsOf(x) << BigInt(width)) | bitsOf(x)],
    ["all", left.reduceAnd(), (x) => truth(bitsOf(x) === bitsOf(-1n))],
    ["any", left.reduceOr(), (x) => truth(x !== 0n)],
    ["parity", left.reduceXor(), (x) => BigInt(bitsOf(x).toString(2).replaceAll("0", "").length % 2)],
    ["inverted", left.not(), (x) => wrapTo(signed, width, ~x)],
    ["joined", concatenate(left, right), (x, y) => (bitsOf(x) << BigInt(b.width)) | BigInt.asUintN(b.width, y)],
    ["chosen", mux(left.lt(right), left, left.not()), (x, y) => (x < y ? x : wrapTo(signed, width, ~x))],
  ];
}

/** A module with an output for every operation, and what each output should be. */
function operations(signed: boolean, widthA: number, widthB: number) {
  const expected: { readonly port: string; readonly value: Expected["value"] }[] = [];
  const names: [string, UInt | SInt][] = [];
  const typeA = signed ? sint(widthA) : uint(widthA);
  const typeB = signed ? sint(widthB) : uint(widthB);
  const build = (a: UInt | SInt, b: UInt | SInt): void => {
    for (const [name, result, value] of shared(a, b, b.asUInt())) {
      expected.push({ port: name, value });
      names.push([name, result]);
    }
  };
  // The ports follow from the operations: a first elaboration finds their types.
  elaborate(
    module("Probe", { a: input(typeA), b: input(typeB), y: output(uint(1)) }, (io) => {
      build(io.a, io.b);
      io.y.set(io.a.reduceOr());
    }),
  );
  const outputs = Object.fromEntries(
    names.map(([name, { expression }]) => [
      name,
      output(expression.type.signed ? sint(expression.type.width) : uint(expression.type.width)),
    ]),
  );
  expected.length = 0;
  const inputs = { a: input(typeA), b: input(typeB) };
  const design = module("Operations", { ...inputs, ...outputs }, (io, m: Builder) => {
    names.length = 0;
    const { a, b } = io as unknown as { a: UInt | SInt; b: UInt | SInt };
    build(a, b);
    const targets = io as unknown as Record<string, { set(value: unknown): void }>;
    for (const [name, result] of names) targets[name]?.set(result);
    m.cover(a.reduceOr(), "nonzero");
  });
  return { engine: simulate(elaborate(design)).engine, expected };
}

function compare(signed: boolean, widthA: number, widthB: number, pairs: Iterable<readonly [bigint, bigint]>): void {
  const { engine, expected } = operations(signed, widthA, widthB);
  for (const [a, b] of pairs) {
    engine.setInput("a", a);
    engine.setInput("b", b);
    for (const { port, value } of expected) {
      assert.equal(engine.get(port), value(a, b), `${port} of ${a} (${widthA} bits) and ${b} (${widthB} bits)`);
    }
  }
}

function* allPairs(signed: boolean, widthA: number, widthB: number): Iterable<readonly [bigint, bigint]> {
  for (let a = 0n; a < 1n << BigInt(widthA); a++) {
    for (let b = 0n; b < 1n << BigInt(widthB); b++) yield [wrapTo(signed, widthA, a), wrapTo(signed, widthB, b)];
  }
}

for (const signed of [false, true]) {
  for (const [widthA, widthB] of [
    [1, 1],
    [4, 4],
    [5, 3],
    [2, 5],
  ] as const) {
    test(`all values of ${widthA} and ${widthB} ${signed ? "signed" : "unsigned"} bits`, () => {
      compare(signed, widthA, widthB, allPairs(signed, widthA, widthB));
    });
  }
  test(`random values and widths, ${signed ? "signed" : "unsigned"}`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.tuple(fc.bigInt(), fc.bigInt()), { minLength: 5, maxLength: 20 }),
        (widthA, widthB, pairs) => {
          const inRange = pairs.map(([a, b]): [bigint, bigint] => [wrapTo(signed, widthA, a), wrapTo(signed, widthB, b)]);
          compare(signed, widthA, widthB, inRange);
        },
      ),
      { numRuns: 25 },
    );
  });
}

test("select reads every element, and the last one beyond the end", () => {
  for (const length of [1, 2, 3, 5, 8]) {
    const indexWidth = 4;
    const design = module(
      "Select",
      { v: input(vector(uint(8), length)), index: input(uint(indexWidth)), y: output(uint(8)) },
      (io) => {
        io.y.set(io.v.select(io.index));
      },
    );
    const { engine } = simulate(elaborate(design));
    for (let element = 0; element < length; element++) engine.setInput(`v_${element}`, 10 + element);
    for (let index = 0; index < 1 << indexWidth; index++) {
      engine.setInput("index", index);
      assert.equal(engine.get("y"), BigInt(10 + Math.min(index, length - 1)), `element ${index} of ${length}`);
    }
  }
});
