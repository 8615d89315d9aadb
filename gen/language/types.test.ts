/**
 * What TypeScript accepts and refuses. The functions here are checked by `tsc`; a line under @ts-expect-error that compiles is an error. Each
 * refused line is run, too: the elaboration must refuse what the compiler does.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bit,
  bundle,
  check,
  concatenate,
  input,
  module,
  mux,
  output,
  sint,
  stream,
  uint,
  vector,
  type AssignableUInt,
  type Builder,
  type SInt,
  type UInt,
} from "../index.ts";

type Shape<V> = V extends UInt<infer W> ? ["unsigned", W] : V extends SInt<infer W> ? ["signed", W] : never;
/** true where V has exactly the kind and the literal width, so that `const x: Is<...> = true` compiles only then. */
type Is<V, Kind, W> = [Shape<V>] extends [[Kind, W]] ? ([[Kind, W]] extends [Shape<V>] ? true : false) : false;

/** Filled by lines that compile only where a type is as expected. */
const checks: true[] = [];

const ports = { a: input(uint(8)), b: input(uint(4)), s: input(sint(8)), c: input(bit), y: output(uint(8)), z: output(sint(8)) };

/** The codes that the elaboration reports for a body. */
function codesOf(
  body: (io: { a: UInt<8>; b: UInt<4>; s: SInt<8>; c: UInt<1>; y: AssignableUInt<8> }, m: Builder) => void,
): string[] {
  const result = check(
    module("Types", ports, (io, m) => {
      io.y.set(io.a);
      io.z.set(io.s);
      m.when(io.c, () => {
        body(io, m);
      });
    }),
  );
  return "diagnostics" in result ? result.diagnostics.map((diagnostic) => diagnostic.code) : [];
}

test("literal widths are computed", () => {
  const result = check(
    module("Widths", { a: input(uint(8)), b: input(uint(4)), s: input(sint(8)), y: output(uint(9)) }, (io, m) => {
      const sum = io.a.add(io.b);
      checks.push(true satisfies Is<typeof sum, "unsigned", 9>);
      const difference = io.a.sub(io.b);
      checks.push(true satisfies Is<typeof difference, "signed", 9>);
      const product = io.a.mul(io.b);
      checks.push(true satisfies Is<typeof product, "unsigned", 12>);
      const signed = io.s.mul(io.a.toSigned());
      checks.push(true satisfies Is<typeof signed, "signed", 17>);
      const counted = io.a.add(1);
      checks.push(true satisfies Is<typeof counted, "unsigned", 9>);
      const range = io.a.bits(6, 2);
      checks.push(true satisfies Is<typeof range, "unsigned", 5>);
      const left = io.a.shiftLeft(100);
      checks.push(true satisfies Is<typeof left, "unsigned", 108>);
      const right = io.a.shiftRight(3);
      checks.push(true satisfies Is<typeof right, "unsigned", 5>);
      const least = io.a.shiftRight(12);
      checks.push(true satisfies Is<typeof least, "unsigned", 1>);
      const compared = io.a.lt(io.b);
      checks.push(true satisfies Is<typeof compared, "unsigned", 1>);
      const wide = uint(512).constant(1).mul(uint(487).constant(1));
      checks.push(true satisfies Is<typeof wide, "unsigned", 999>);
      const joined = concatenate(io.a, io.b);
      checks.push(true satisfies Is<typeof joined, "unsigned", number>);
      const chosen = mux(compared, io.s, -1);
      checks.push(true satisfies Is<typeof chosen, "signed", 8>);
      for (const value of [difference, product, signed, counted, range, left, right, least, wide, joined, chosen]) {
        m.cover(value.reduceOr(), "used");
      }
      io.y.set(sum);
    }),
  );
  assert.ok("circuit" in result);
});

test("different literal widths and signedness are refused by both", () => {
  assert.deepEqual(
    codesOf((io) => {
      // @ts-expect-error 9 bits do not fit into 8
      io.y.set(io.a.add(io.b));
    }),
    ["W101"],
  );
  assert.deepEqual(
    codesOf((io) => {
      // @ts-expect-error a signed value for an unsigned signal
      io.y.set(io.s);
    }),
    ["W102"],
  );
  assert.deepEqual(
    codesOf((io) => {
      // @ts-expect-error and works on equal widths
      io.y.set(io.a.and(io.b));
    }),
    ["W103"],
  );
  assert.deepEqual(
    codesOf((io) => {
      // @ts-expect-error signed and unsigned operands
      io.y.set(io.a.add(io.s).wrap(8));
    }),
    ["W104"],
  );
  assert.deepEqual(
    codesOf((io, m) => {
      // @ts-expect-error a condition is one bit
      m.when(io.a, () => {
        io.y.set(1);
      });
    }),
    ["W108"],
  );
  assert.deepEqual(
    codesOf((io) => {
      // @ts-expect-error branches of different widths
      io.y.set(mux(io.c, io.a, io.b));
    }),
    ["W103"],
  );
});

test("widths that are only numbers are left to the elaboration", () => {
  const width = Number("8");
  assert.deepEqual(
    codesOf((io) => {
      io.y.set(io.a.extend(width).truncate(width));
    }),
    [],
  );
  assert.deepEqual(
    codesOf((io) => {
      io.y.set(io.a.extend(width + 1));
    }),
    ["W101"],
  );
});

test("inputs and results are not assignable, outputs and registers are", () => {
  module("Directions", ports, (io, m) => {
    // @ts-expect-error an input is read only
    assert.equal(io.a.set, undefined);
    // @ts-expect-error the result of an operation is read only
    assert.equal(io.a.add(1).set, undefined);
    const register = m.register("r", uint(8));
    checks.push(true satisfies Is<typeof register, "unsigned", 8>);
    register.set(io.a);
    register.bits(3, 0).set(io.b);
  });
});

test("bundles, vectors and streams keep the types of their parts", () => {
  const point = bundle({ x: sint(8), y: uint(4) });
  module("Aggregates", { p: input(point), v: input(vector(uint(8), 3)), s: input(stream(point, { last: true })) }, (io, m) => {
    checks.push(true satisfies Is<typeof io.p.x, "signed", 8>);
    const element = io.v.select(io.p.y);
    checks.push(true satisfies Is<typeof element, "unsigned", 8>);
    m.cover(element.reduceOr(), "nonzero");
    checks.push(true satisfies Is<typeof io.s.last, "unsigned", 1>);
    checks.push(true satisfies Is<typeof io.s.payload.y, "unsigned", 4>);
    const register = m.register("r", point, { init: { x: -1, y: 2 } });
    register.set(io.p);
    register.set({ x: io.p.x, y: 3 });
    register.x.set(io.s.payload.x);
    // @ts-expect-error a field is missing
    register.set({ x: 1 });
    // @ts-expect-error there is no such field
    assert.equal(io.p.w, undefined);
    // @ts-expect-error ready runs the other way: valid of an input is read only
    assert.equal(io.s.valid.set, undefined);
    io.s.ready.set(1);
  });
});

test("instances show the ports from outside", () => {
  const child = module("Child", { x: input(uint(8)), q: output(stream(bit)) }, () => undefined);
  module("Parent", {}, (_io, m) => {
    const inner = m.instance("inner", child);
    inner.x.set(1);
    checks.push(true satisfies Is<typeof inner.x, "unsigned", 8>);
    checks.push(true satisfies Is<typeof inner.q.valid, "unsigned", 1>);
    inner.q.ready.set(1);
    // @ts-expect-error 4 bits for an input of 8
    inner.x.set(uint(4).constant(1));
  });
});

test("states are checked by name", () => {
  module("States", {}, (_io, m) => {
    const fsm = m.fsm("state", ["idle", "run"]);
    fsm.goto("idle");
    // @ts-expect-error there is no such state
    fsm.goto("runn");
  });
});
