/**
 * What is proved about the serial units and the blocks of a vector lane, as circuits with assertions: each instantiates a part beside its
 * specification. Run by proofs.test.ts and proofs.full.test.ts; the rounding shift and the multipliers are in hw/accel/proofs.ts.
 *
 * Proved by induction, at the widths in use: the divider and the square root are exact (16 bits; the sums that stand for the products are
 * shown to be those at 6 and 8 bits), the root of a normalised radicand is normalised, the lanes' two shifts (57 bits saturated, 46 bits
 * cut to 24) and the sigmoid's argument (24 bits, fractions to 20). Not proved, because z3 does not finish: products of 16 and more bits
 * and the scalar unit as a whole. Those have tests instead, exhaustive for the quotients that docs/numerics.md needs (divider.test.ts)
 * and for the rest of the sigmoid (sigmoid.test.ts).
 */
import {
  bit,
  concatenate,
  input,
  module,
  mux,
  sint,
  uint,
  type Bit,
  type Builder,
  type SInt,
  type UInt,
} from "../../../gen/index.ts";
import { divider, dividerCycles } from "./divider.ts";
import { fractionWidth, sigmoidArgument, sigmoidArgumentLatency } from "./sigmoid.ts";
import { squareRoot, squareRootCycles } from "./square-root.ts";

/**
 * The divider is exact: numerator * 2^bits = quotient * divisor + remainder after every cycle, with a remainder below the divisor; and
 * with numerator = divisor the quotient is all ones. The product is summed up by Horner's rule, two bits of the quotient a cycle:
 * `multiplies` adds the assertion that this is the product, which the solver only manages at small widths.
 */
export function dividerProof(width: number, multiplies: boolean) {
  const ports = { start: input(bit), numerator: input(uint(width)), divisor: input(uint(width)) };
  return module("DividerProof", ports, (io, m) => {
    const wide = 2 * width;
    const numerator = m.register("numerator_chosen", uint(width));
    const divisor = m.register("divisor_chosen", uint(width), { init: 2 ** (width - 1) });
    m.when(io.start, () => {
      numerator.set(io.numerator);
      divisor.set(io.divisor);
    });
    m.assume(io.start.not().or(io.divisor.bit(width - 1)), "the divisor is normalised");
    m.assume(io.start.not().or(io.numerator.le(io.divisor)), "the numerator is at most the divisor");
    const part = m.instance("part", divider(width));
    part.start.set(io.start);
    part.numerator.set(io.numerator);
    part.divisor.set(divisor);

    const { stepped, valid } = progress(m, io.start, part.busy, part.done);
    const digit = part.quotient.bits(1, 0);
    const scaledBefore = m.register("scaled_before", uint(wide));
    const productBefore = m.register("product_before", uint(wide));
    const scaled = m.node("scaled_now", mux(stepped, scaledBefore.shiftLeft(2).truncate(wide), scaledBefore));
    const sum = productBefore.shiftLeft(2).add(digit.mul(divisor)).truncate(wide);
    const product = m.node("product_now", mux(stepped, sum, productBefore));
    scaledBefore.set(mux(io.start, io.numerator.zeroExtend(wide), scaled));
    productBefore.set(mux(io.start, uint(wide).constant(0), product));

    const equal = numerator.eq(divisor);
    m.assert(divisor.bit(width - 1), "the divisor stays normalised");
    m.assert(valid.not().or(scaled.eq(product.add(part.remainder).truncate(wide))), "the equation of the division");
    m.assert(
      valid.not().or(mux(equal, part.remainder.eq(divisor), part.remainder.lt(divisor))),
      "the remainder is below the divisor",
    );
    m.assert(stepped.and(valid).and(equal).not().or(digit.eq(3)), "equal numbers give ones");
    if (multiplies) m.assert(part.done.not().or(product.eq(part.quotient.mul(divisor))), "Horner's rule gives the product");
  });
}

/**
 * The square root is exact: radicand = root^2 + remainder with a remainder of at most 2 * root, for the bits so far after every cycle.
 * The square is summed up as the bits of the root come: `multiplies` adds the assertion that this is the square.
 */
export function squareRootProof(width: number, multiplies: boolean) {
  return module("SquareRootProof", { start: input(bit), digits: input(uint(2)) }, (io, m) => {
    const wide = 2 * width;
    const part = m.instance("part", squareRoot(width));
    part.start.set(io.start);
    part.digits.set(io.digits);
    const { stepped, valid } = progress(m, io.start, part.busy, part.done);

    const radicand = m.register("radicand", uint(wide));
    const squareBefore = m.register("square_before", uint(wide));
    // With the bit b behind r: (2 r + b)^2 = 4 r^2 + b (4 r + 1).
    const last = part.root.bit(0);
    const more = concatenate(part.root.shiftRight(1), uint(2).constant(1)).and(last.repeat(width + 1));
    const square = m.node("square_now", mux(stepped, squareBefore.shiftLeft(2).add(more).truncate(wide), squareBefore));
    m.when(part.busy, () => {
      radicand.set(concatenate(radicand, io.digits).truncate(wide));
    });
    squareBefore.set(square);
    // 2^steps. That a root has no more than `width` steps is proved apart from this: see stepsProof.
    const limit = m.register("limit", uint(width + 1));
    m.when(part.busy, () => {
      limit.set(limit.shiftLeft(1).truncate(width + 1));
    });
    m.assume(part.busy.not().or(limit.le(2 ** (width - 1))), "no more steps than bits");
    m.when(io.start, () => {
      radicand.set(0);
      squareBefore.set(0);
      limit.set(1);
    });

    m.assert(valid.not().or(part.root.lt(limit)), "the root has a bit for each step");
    m.assert(valid.not().or(limit.ne(0)), "the steps are counted");
    const normal = m.register("first_digits_not_zero", bit, { init: 0 });
    m.when(part.busy.and(limit.eq(1)), () => {
      normal.set(io.digits.reduceOr());
    });
    m.assert(
      valid.and(normal).and(limit.ne(1)).not().or(part.root.shiftLeft(1).ge(limit)),
      "the root of a normalised radicand is normalised",
    );
    m.assert(valid.not().or(radicand.eq(square.add(part.remainder).truncate(wide))), "the equation of the root");
    m.assert(valid.not().or(part.remainder.le(part.root.shiftLeft(1))), "the next root would be too large");
    if (multiplies) m.assert(part.done.not().or(square.eq(part.root.mul(part.root))), "the sum is the square");
  });
}

/** Whether a serial unit made a step in the cycle before, and whether its outputs belong to the last start. */
function progress(m: Builder, start: Bit, busy: Bit, done: Bit): { readonly stepped: Bit; readonly valid: Bit } {
  const stepped = m.register("has_stepped", bit, { init: 0 });
  stepped.set(busy.and(start.not()));
  return { stepped, valid: busy.or(done) };
}

/** A serial unit is busy for `steps` cycles behind its last start, and done in the one after those. */
export function stepsProof(unit: "divider" | "squareRoot", width: number) {
  return module("StepsProof", { start: input(bit), digits: input(uint(2)) }, (io, m) => {
    const since = m.register("cycles_since_start", uint(6), { init: 63 });
    since.set(mux(io.start, uint(6).constant(0), mux(since.eq(63), since, since.add(1).wrap(6))));
    const steps = (unit === "divider" ? dividerCycles(width) : squareRootCycles(width)) - 1;
    const check = (busy: Bit, done: Bit): void => {
      m.assert(busy.eq(since.lt(steps)), "busy for as many cycles as there are steps");
      m.assert(done.eq(since.eq(steps)), "done behind the last step");
    };
    if (unit === "divider") {
      const part = m.instance("part", divider(width));
      part.start.set(io.start);
      part.numerator.set(0);
      part.divisor.set(2 ** (width - 1));
      check(part.busy, part.done);
    } else {
      const part = m.instance("part", squareRoot(width));
      part.start.set(io.start);
      part.digits.set(io.digits);
      check(part.busy, part.done);
    }
  });
}

/** For every value and fraction the sigmoid's argument is min(|R(z, f - 12)|, 65535). */
export function sigmoidArgumentProof() {
  const [valueWidth, wide] = [24, 40];
  return module("SigmoidArgumentProof", { value: input(sint(valueWidth)), fraction: input(uint(fractionWidth)) }, (io, m) => {
    const part = m.instance("part", sigmoidArgument());
    part.value.set(io.value);
    part.fraction.set(io.fraction);
    m.assume(io.fraction.le(20), "a fraction is at most 20");
    let past: SInt = io.value;
    let fraction: UInt = io.fraction;
    let seen: Bit = bit.constant(1);
    for (let i = 0; i < sigmoidArgumentLatency; i++) {
      const next = m.register(`past_${i}`, sint(valueWidth));
      const nextFraction = m.register(`past_fraction_${i}`, uint(fractionWidth));
      const nextSeen = m.register(`seen_${i}`, bit, { init: 0 });
      next.set(past);
      nextFraction.set(fraction);
      nextSeen.set(seen);
      [past, fraction, seen] = [next, nextFraction, nextSeen];
    }
    // The shift to the right where the fraction is above 12, else to the left.
    const right = fraction.sub(12).asUInt().truncate(4);
    const left = uint(5).constant(12).sub(fraction).asUInt().truncate(4);
    const half = uint(wide).constant(1).shiftLeftBy(right).shiftRight(1).zeroExtend(wide).asSInt();
    const value = past.signExtend(wide);
    const argument = mux(fraction.gt(12), value.add(half).truncate(wide).shiftRightBy(right), value.shiftLeftBy(left));
    const magnitude = mux(argument.lt(0), argument.negate().truncate(wide), argument);
    const expected = mux(magnitude.gt(65535), sint(wide).constant(65535), magnitude);
    m.assert(seen.not().or(part.magnitude.toSigned().eq(expected)), "the argument's magnitude");
  });
}
