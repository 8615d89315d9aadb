/** Every operator at widths around the limb boundaries, against BigInt arithmetic written from the IR's definition. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { binary, constant, convert, mux, unary } from "../ir/build.ts";
import type { BinaryOperator, BitsType, CheckedCircuit, Expression, Location, Module, Signal, Statement } from "../ir/nodes.ts";
import { CompiledEngine } from "./compiled-engine.ts";
import { rangeOf } from "./limbs.ts";
import { Random } from "./random.ts";

const location: Location = { file: "test.ts", line: 1, column: 1 };
const widths = [1, 2, 5, 16, 26, 27, 31, 32, 33, 52, 53, 54, 63, 64, 65, 95, 96, 97, 128, 130];

interface Case {
  readonly name: string;
  readonly expression: Expression;
  readonly expected: (a: bigint, b: bigint, c: bigint) => bigint;
}

function input(signal: string, type: BitsType): Expression {
  return { kind: "reference", type, signal, location };
}

/** A combinational module with one output a case. */
function circuitOf(inputs: readonly [string, BitsType][], cases: readonly Case[]): CheckedCircuit {
  const base = { location, documentation: "" };
  const signals: Signal[] = [
    ...inputs.map(([id, type]): Signal => ({ ...base, id, path: id, type, signal: { kind: "input" } })),
    ...cases.map(({ name, expression }): Signal => ({
      ...base,
      id: name,
      path: name,
      type: expression.type,
      signal: { kind: "output" },
    })),
  ];
  const statements = cases.map(({ name, expression }): Statement => ({
    kind: "assign",
    target: name,
    range: null,
    value: expression,
    location,
  }));
  const module: Module = {
    ...base,
    name: "Operators",
    signals,
    statements,
    memories: [],
    instances: [],
    properties: [],
    domains: [],
    blackBox: null,
    streams: [],
  };
  return { top: "Operators", modules: [module] } as unknown as CheckedCircuit;
}

/** Reads the low bits of `value` as the type does. */
function as(type: BitsType, value: bigint): bigint {
  return type.signed ? BigInt.asIntN(type.width, value) : BigInt.asUintN(type.width, value);
}

function parity(value: bigint): bigint {
  let ones = 0n;
  for (let rest = value; rest > 0n; rest >>= 1n) ones += rest & 1n;
  return ones & 1n;
}

const comparisons: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

function casesFor(left: BitsType, right: BitsType): Case[] {
  const a = input("a", left);
  const b = input("b", right);
  const sameAsA = input("c", left);
  const cases: Case[] = [];
  const add = (name: string, expression: Expression, expected: Case["expected"]): void => {
    cases.push({ name, expression, expected });
  };
  const arithmetic: Readonly<Record<string, (x: bigint, y: bigint) => bigint>> = {
    add: (x, y) => x + y,
    sub: (x, y) => x - y,
    mul: (x, y) => x * y,
  };
  for (const [operator, compute] of Object.entries(arithmetic)) {
    const expression = binary(operator as BinaryOperator, a, b, location);
    add(operator, expression, (x, y) => as(expression.type, compute(x, y)));
  }
  for (const [operator, compute] of Object.entries(comparisons)) {
    add(operator, binary(operator as BinaryOperator, a, b, location), (x, y) => (compute(x, y) ? 1n : 0n));
    add(`${operator}_same`, binary(operator as BinaryOperator, a, sameAsA, location), (x, _, z) => (compute(x, z) ? 1n : 0n));
  }
  add("and", binary("and", a, sameAsA, location), (x, _, z) => x & z);
  add("or", binary("or", a, sameAsA, location), (x, _, z) => x | z);
  add("xor", binary("xor", a, sameAsA, location), (x, _, z) => x ^ z);
  add("not", unary("not", a, location), (x) => as(left, ~x));
  add("negate", unary("negate", a, location), (x) => as(left, -x));
  const bitsOf = (x: bigint): bigint => BigInt.asUintN(left.width, x);
  add("reduceAnd", unary("reduceAnd", a, location), (x) => (bitsOf(x) === bitsOf(-1n) ? 1n : 0n));
  add("reduceOr", unary("reduceOr", a, location), (x) => (x === 0n ? 0n : 1n));
  add("reduceXor", unary("reduceXor", a, location), (x) => parity(bitsOf(x)));
  add("mux", mux(binary("lt", a, b, location), a, sameAsA, location), (x, y, z) => (x < y ? x : z));
  add("convert", convert(a, right, location), (x) => as(right, x));
  add("reinterpret", convert(a, { signed: !left.signed, width: left.width }, location), (x) =>
    as({ signed: !left.signed, width: left.width }, x),
  );
  const low = Math.floor(left.width / 3);
  const high = left.width - 1 - Math.floor(left.width / 4);
  for (const [top, bottom] of [
    [high, low],
    [left.width - 1, low],
    [high, 0],
  ] as const) {
    if (top < bottom) continue;
    const width = top - bottom + 1;
    const slice: Expression = { kind: "slice", type: { signed: false, width }, operand: a, high: top, low: bottom, location };
    add(`slice_${top}_${bottom}`, slice, (x) => BigInt.asUintN(width, x >> BigInt(bottom)));
  }
  const three = constant(5n, { signed: false, width: 3 }, location);
  const joined: Expression = {
    kind: "concatenate",
    type: { signed: false, width: left.width + right.width + 3 },
    parts: [a, three, b],
    location,
  };
  add(
    "concatenate",
    joined,
    (x, y) => (bitsOf(x) << BigInt(right.width + 3)) | (5n << BigInt(right.width)) | BigInt.asUintN(right.width, y),
  );
  return cases;
}

function shiftCases(type: BitsType, amount: BitsType): Case[] {
  const a = input("a", type);
  const b = input("b", amount);
  const clamp = (shift: bigint): bigint => (shift > 1000n ? 1000n : shift);
  return [
    { name: "left", expression: binary("shiftLeft", a, b, location), expected: (x, y) => as(type, x << clamp(y)) },
    { name: "right", expression: binary("shiftRight", a, b, location), expected: (x, y) => as(type, x >> clamp(y)) },
  ];
}

/** Edge values and random ones. */
function valuesOf(type: BitsType, random: Random): bigint[] {
  const { minimum, maximum } = rangeOf(type);
  const edges = [
    minimum,
    maximum,
    0n,
    as(type, 1n),
    as(type, -1n),
    as(type, 1n << 31n),
    as(type, (1n << 32n) - 1n),
    as(type, 1n << 32n),
  ];
  return [...edges, ...Array.from({ length: 4 }, () => as(type, random.bits(type.width)))];
}

function compare(
  inputs: readonly [string, BitsType][],
  cases: readonly Case[],
  values: (random: Random) => [bigint, bigint, bigint][],
): void {
  const engine = new CompiledEngine(circuitOf(inputs, cases));
  for (const [a, b, c] of values(new Random(1))) {
    [a, b, c].forEach((value, index) => {
      const port = inputs[index];
      if (port !== undefined) engine.setInput(port[0], value);
    });
    for (const { name, expected, expression } of cases) {
      const want = expected(a, b, c);
      if (engine.get(name) === want) continue;
      const types = inputs.map(([id, type]) => `${id}: ${type.signed ? "s" : "u"}${type.width}`).join(", ");
      assert.equal(engine.get(name), want, `${name} -> ${expression.type.width} bits of ${types} at a=${a} b=${b} c=${c}`);
    }
  }
}

for (const signed of [false, true]) {
  test(`${signed ? "signed" : "unsigned"} operators are exact at every pair of widths`, () => {
    for (const leftWidth of widths) {
      for (const rightWidth of widths) {
        const left = { signed, width: leftWidth };
        const right = { signed, width: rightWidth };
        compare(
          [
            ["a", left],
            ["b", right],
            ["c", left],
          ],
          casesFor(left, right),
          (random) => {
            const as_ = valuesOf(left, random);
            const bs = valuesOf(right, random);
            return as_.flatMap((a, index) =>
              bs
                .slice(index % 3, 7 + (index % 3))
                .map((b): [bigint, bigint, bigint] => [a, b, as_[random.below(as_.length)] ?? 0n]),
            );
          },
        );
      }
    }
  });

  test(`${signed ? "signed" : "unsigned"} dynamic shifts are exact, amounts beyond the width included`, () => {
    for (const width of widths) {
      for (const amountWidth of [1, 3, 5, 6, 8, 32, 40]) {
        const type = { signed, width };
        const amount = { signed: false, width: amountWidth };
        compare(
          [
            ["a", type],
            ["b", amount],
          ],
          shiftCases(type, amount),
          (random) => {
            const shifts = [
              0n,
              1n,
              31n,
              32n,
              33n,
              BigInt(width - 1),
              BigInt(width),
              BigInt(width + 1),
              127n,
              128n,
              200n,
              (1n << 40n) - 1n,
              1n << 31n,
              1n << 32n,
            ].filter((shift) => shift <= rangeOf(amount).maximum);
            return valuesOf(type, random).flatMap((a) => shifts.map((b): [bigint, bigint, bigint] => [a, b, 0n]));
          },
        );
      }
    }
  });
}
