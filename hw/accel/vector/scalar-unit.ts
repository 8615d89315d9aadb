/** The numbers of a vector that its elements need: docs/numerics.md sections 2 and 3, serially. */
import { bit, concatenate, input, module, mux, output, sint, uint } from "../../../gen/index.ts";
import { parameterWidths } from "../registers.ts";
import { divider, dividerCycles } from "./divider.ts";
import { fractionWidth } from "./sigmoid.ts";
import { squareRoot, squareRootCycles } from "./square-root.ts";

/** Bits of the sum of squares and of the epsilon term. */
export const squaresWidth = 64;
/** Bits of max |g|, g being the product of an element and a gain. */
export const maximumWidth = 40;
/** Bits of a mantissa: the root's, M', c. */
export const mantissaWidth = 16;
/** Bits of a matrix's exponent, signed. */
export const exponentWidth = 16;
/** Bits of rootShift, 0 to 31. */
export const rootShiftWidth = 5;
/** What the first shift of NORM adds to e - 22, so that it is never negative: u = R(x * r * 2^6, rootShift). */
export const rootShiftBias = 6;

const digits = mantissaWidth;
/** Bits by which a value with a long run of zeros in front moves in one cycle. */
const stride = 8;

/** Cycles that a number takes at most until one of its two highest bits is 1. */
const moves = (width: number): number => width / stride - 1 + (stride / 2 - 1);

/** Cycles from startRoot to rootDone, at most. */
export const rootCycles = 2 + moves(squaresWidth) + squareRootCycles(digits) + dividerCycles(digits);
/** Cycles from startScale to factorDone, at most. */
export const factorCycles = 3 + moves(maximumWidth) + dividerCycles(digits);
/** Cycles from startScale to scaleDone, at most. */
export const scaleCycles = factorCycles + 3;

/**
 * Two starts. `startRoot`: the reciprocal square root of squares + epsilon. `startScale`, while rootDone is 1: from the maximum of
 * |g| the factor c and its shift 24 + k, and after those the rescaler's mantissa and shift. Inputs are copied in the cycle after the start,
 * from registers that say so: the starts come late, and wide numbers wait for them. Outputs hold until the next start of their kind. A start
 * at any time begins anew.
 *
 * Where squares + epsilon is 0 the root's mantissa is 0; then, and where the maximum is 0, the other outputs are all 0.
 */
export function scalarUnit() {
  const ports = {
    startRoot: input(bit),
    squares: input(uint(squaresWidth), "sum of the squares; with epsilon below 2^64"),
    epsilon: input(uint(squaresWidth)),
    startScale: input(bit, "while rootDone is 1"),
    maximum: input(uint(maximumWidth), "the largest |g|"),
    mantissa: input(uint(mantissaWidth), "the matrix's scale"),
    exponent: input(sint(exponentWidth), "the matrix's scale"),
    gainFraction: input(uint(fractionWidth)),
    fractionOut: input(uint(fractionWidth)),
    busy: output(bit),
    rootDone: output(bit, "from the root's arrival until the next startRoot"),
    rootMantissa: output(uint(mantissaWidth), "r; 0 where squares + epsilon is 0"),
    rootShift: output(uint(rootShiftWidth), "e - 16: u = R(x * r * 2^6, rootShift)"),
    factorDone: output(bit, "from the factor's arrival until the next startScale"),
    factor: output(uint(mantissaWidth), "c"),
    factorShift: output(uint(parameterWidths.shift), "24 + k"),
    scaleDone: output(bit, "from the rescaler's pair's arrival until the next startScale"),
    rescaleMantissa: output(uint(parameterWidths.mantissa)),
    rescaleShift: output(uint(parameterWidths.shift)),
  };
  return module(
    "ScalarUnit",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const state = m.fsm("state", [
        "idle",
        "normaliseRoot",
        "root",
        "divideRoot",
        "normaliseMaximum",
        "beginFactor",
        "divideFactor",
        "multiplyRoot",
        "selectSecond",
        "clampShift",
      ]);
      // The number whose leading zeros are counted, at the upper end; the root takes its digits from there, too.
      const value = m.register("value", uint(squaresWidth), data);
      const leading = m.register("leading_zeros", uint(6), data);
      const top = (count: number) => value.bits(squaresWidth - 1, squaresWidth - count);
      const normal = m.node("is_normal", top(2).reduceOr());
      const strides = m.node("can_stride", top(stride).reduceOr().not());
      const isZero = m.node("is_zero", strides.and(leading.eq(squaresWidth - stride)));

      const rootDone = m.register("root_done", bit, { init: 0 });
      const rootMantissa = m.register("root_mantissa", uint(mantissaWidth), data);
      const rootShift = m.register("root_shift", uint(rootShiftWidth), data);
      const factorDone = m.register("factor_done", bit, { init: 0 });
      const factor = m.register("factor_held", uint(mantissaWidth), data);
      const factorShift = m.register("factor_shift", uint(parameterWidths.shift), data);
      const scaleDone = m.register("scale_done", bit, { init: 0 });
      const rescaleShift = m.register("rescale_shift", uint(parameterWidths.shift), data);
      // A mantissa has its highest bit set: 0 is the mark of a sum that is 0.
      const rootIsZero = rootMantissa.bit(mantissaWidth - 1).not();

      // Divisor and factor of the products: the root s, then M', then r. The scale: the matrix's mantissa and its products with M' and r.
      const operand = m.register("operand", uint(mantissaWidth), data);
      const scale = m.register("scale_mantissa", uint(mantissaWidth), data);
      const product = m.register("product", uint(2 * mantissaWidth), data);
      product.set(scale.mul(operand));
      const high = product.bit(2 * mantissaWidth - 1);
      const selected = mux(high, product.shiftRight(mantissaWidth), product.bits(2 * mantissaWidth - 2, mantissaWidth - 1));

      const root = m.instance("root_unit", squareRoot(digits));
      const startsRoot = m.register("starts_root", bit, { init: 0 });
      const startsScale = m.register("starts_scale", bit, { init: 0 });
      startsRoot.set(io.startRoot);
      startsScale.set(io.startScale);
      // Its first step is that of the cycle in which the number is found normal.
      root.start.set(startsRoot.or(state.is("normaliseRoot").and(normal.not())));
      root.digits.set(top(2));
      const quotient = m.instance("division", divider(digits));
      const beginsRoot = state.is("root").and(root.done);
      const beginsFactor = m.node("begins_factor", state.is("normaliseMaximum").and(normal).and(rootIsZero.not()));
      quotient.start.set(beginsRoot.or(beginsFactor));
      quotient.divisor.set(operand);
      // 2^31 / s and 127 * 2^24 / M' are both a number of 16 bits times 2^16.
      quotient.numerator.set(mux(beginsRoot, uint(16).constant(2 ** 15), uint(16).constant(127 * 2 ** 8)));

      // Moves to the left until one of the top two bits is 1: by an even number, as the root needs it.
      const moving = state.is("normaliseRoot").or(state.is("normaliseMaximum")).and(normal.not());
      m.when(moving.or(root.busy), () => {
        value.set(
          mux(moving.and(strides), value.shiftLeft(stride).truncate(squaresWidth), value.shiftLeft(2).truncate(squaresWidth)),
        );
      });
      m.when(moving, () => {
        leading.set(leading.add(mux(strides, uint(4).constant(stride), uint(4).constant(2))).truncate(6));
      });

      // ey - fy is summed up term by term.
      const exponent = m.register("exponent_sum", sint(exponentWidth + 1), data);
      const fractions = m.register("fractions", sint(fractionWidth + 1), data);
      const term = m.wire("exponent_term", sint(8), { default: 0 });
      exponent.set(exponent.add(term).truncate(exponentWidth + 1));
      const lessIfHigh = high.repeat(8).asSInt();

      state.in("normaliseRoot", () => {
        m.when(isZero, () => {
          rootMantissa.set(0);
          rootShift.set(0);
          rootDone.set(1);
          state.goto("idle");
        }).elseWhen(normal, () => {
          state.goto("root");
        });
      });
      state.in("root", () => {
        m.when(root.done, () => {
          operand.set(root.root);
          state.goto("divideRoot");
        });
      });
      state.in("divideRoot", () => {
        m.when(quotient.done, () => {
          rootMantissa.set(quotient.quotient);
          // With 2j leading zeros k is 32 - 2j, so e = 31 + k/2 = 47 - j, and e - 16 = 31 - j.
          rootShift.set(leading.bits(5, 1).not());
          rootDone.set(1);
          state.goto("idle");
        });
      });
      state.in("normaliseMaximum", () => {
        m.when(isZero.or(rootIsZero), () => {
          factor.set(0);
          factorShift.set(0);
          factorDone.set(1);
          scale.set(0);
          rescaleShift.set(0);
          scaleDone.set(1);
          state.goto("idle");
        }).elseWhen(normal, () => {
          const highest = value.bit(squaresWidth - 1);
          operand.set(mux(highest, top(16), value.bits(squaresWidth - 2, squaresWidth - 17)));
          leading.set(leading.add(highest.not()).truncate(6));
          // With z leading zeros of 40 bits k is 24 - z. Both products together give -30 (less what is high), e is rootShift + 16:
          // ey - fy = ea - k + e + fG - fy - 30 = ea + (fG - fy - 38) + (z + rootShift).
          term.set(fractions.sub(38).truncate(8));
          state.goto("beginFactor");
        });
      });
      state.in("beginFactor", () => {
        term.set(leading.add(rootShift).toSigned());
        state.goto("divideFactor");
      });
      state.in("divideFactor", () => {
        m.when(quotient.done, () => {
          factor.set(quotient.quotient);
          factorShift.set(uint(6).constant(48).sub(leading).asUInt().truncate(6));
          factorDone.set(1);
          scale.set(selected);
          term.set(lessIfHigh);
          operand.set(rootMantissa);
          state.goto("multiplyRoot");
        });
      });
      state.in("multiplyRoot", () => {
        state.goto("selectSecond");
      });
      state.in("selectSecond", () => {
        scale.set(selected);
        term.set(lessIfHigh);
        state.goto("clampShift");
      });
      state.in("clampShift", () => {
        const tooLarge = exponent.bits(exponentWidth - 1, 6).reduceOr();
        const least = mux(tooLarge, uint(6).constant(63), exponent.bits(5, 0));
        rescaleShift.set(mux(exponent.bit(exponentWidth), uint(6).constant(0), least));
        scaleDone.set(1);
        state.goto("idle");
      });

      m.when(io.startRoot.or(startsRoot), () => {
        rootDone.set(0);
      });
      m.when(startsRoot, () => {
        value.set(io.squares.add(io.epsilon).truncate(squaresWidth));
        leading.set(0);
        state.goto("normaliseRoot");
      });
      m.when(io.startScale.or(startsScale), () => {
        factorDone.set(0);
        scaleDone.set(0);
      });
      m.when(startsScale, () => {
        value.set(io.maximum.shiftLeft(squaresWidth - maximumWidth));
        leading.set(0);
        scale.set(io.mantissa);
        exponent.set(io.exponent.signExtend(exponentWidth + 1));
        fractions.set(io.gainFraction.sub(io.fractionOut));
        state.goto("normaliseMaximum");
      });
      m.assert(io.startScale.not().or(rootDone), "the scale needs the root");
      m.assert(io.startScale.not().or(io.startRoot.not()), "one start at a time");

      io.busy.set(concatenate(state.is("idle").not(), startsRoot, startsScale).ne(0));
      io.rootDone.set(rootDone);
      io.rootMantissa.set(rootMantissa);
      io.rootShift.set(rootShift);
      io.factorDone.set(factorDone);
      io.factor.set(factor);
      io.factorShift.set(factorShift);
      io.scaleDone.set(scaleDone);
      io.rescaleMantissa.set(scale);
      io.rescaleShift.set(rescaleShift);
    },
    { documentation: "Reciprocal square root of a sum of squares; factor and rescaler pair of a quantised vector." },
  );
}
