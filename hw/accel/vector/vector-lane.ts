/** One lane of the vector unit: from the operands of an element to its result. */
import { bit, bundle, concatenate, input, module, mux, output, sint, uint, type Bit, type SInt } from "../../../gen/index.ts";
import { parameterWidths } from "../registers.ts";
import { roundingShift, roundingShiftLatency } from "../rounding-shift.ts";
import { signedMultiplier, splitMultiplierLatency } from "../split-multiplier.ts";
import { delayed } from "./delayed.ts";
import { laneMultiplier, laneMultiplierLatency, laneProductWidth, narrowWidth, wideValueWidth } from "./lane-multiplier.ts";
import { resultShift, resultShiftLatency } from "./result-shift.ts";
import { rootShiftBias, rootShiftWidth } from "./scalar-unit.ts";
import { q16Width, sigmoidLatency } from "./sigmoid.ts";
import { elementWidth, gainWidth } from "./vector-command.ts";

/** Where an element's first operand comes from. */
export const sources = { bank0: 0, bank1: 1, stream: 2, state: 3 } as const;
/** What the first multiplier multiplies it with. */
export const firstFactors = { constant: 0, gain: 1, sigmoid: 2 } as const;
/** What the first product is added to, or subtracted from. */
export const partners = { none: 0, state: 1, bank1: 2, one: 3 } as const;
/** What the second multiplier multiplies that with. */
export const secondFactors = { constant: 0, gain: 1, bank0: 2, bank1: 3 } as const;

/** Bits left of the first product that the first shift begins with, so that a root's shift is never negative: see scalar-unit.ts. */
export const firstShiftLeft = rootShiftBias;
const firstShiftWidth = rootShiftWidth;
const firstFactorWidth = 18;
/** 1.0 as Q16. */
const one = 65536;

/** How a lane computes; everything holds still while elements are on their way. */
export const laneSettings = bundle({
  source: uint(2),
  /** The operand waits for its sigmoid. */
  usesSigmoid: bit,
  /** The first operand is 1.0 in Q16 instead: the first product is the sigmoid. */
  sigmoidAlone: bit,
  gainSigned: bit,
  firstFactor: uint(2),
  firstConstant: uint(parameterWidths.mantissa),
  firstShift: uint(firstShiftWidth),
  partner: uint(2),
  subtract: bit,
  secondFactor: uint(2),
  secondConstant: uint(parameterWidths.mantissa),
  /** The whole first product goes on, not its rounded 24 bits. */
  wide: bit,
  /** The first result is added to the second product once more, times 2^16. */
  addend: bit,
  secondShift: uint(parameterWidths.shift),
});

/** Cycles from `operand` to the first multiplier: 0, or, where the settings use the sigmoid, as many as it takes. */
export const sigmoidDelay = sigmoidLatency;
/** Cycles from the first multiplier's operands to `product`. */
export const productLatency = splitMultiplierLatency;
/** Cycles from there to the operands of the second multiplier. */
export const secondLatency = splitMultiplierLatency + roundingShiftLatency;
/** Cycles from there to the cycle in which the late operands come out of their memories: they are held once. */
export const lateLatency = secondLatency - 1;
/** Cycles from there to `result`. */
export const resultLatency = secondLatency + laneMultiplierLatency + resultShiftLatency;

/**
 * Two multiplications, each with a rounding shift behind it, for every command:
 *
 *     operand x                 out of a bank, the stream or the state memory
 *     first   = R(x * factor * 2^6, firstShift)     factor: a constant, the gain or sigmoid(x)
 *     second  = partner + first, or partner - first; partner: 0, the state, the other operand or 1.0
 *     result  = S24(R(second * factor + addend, secondShift))     factor: a constant, the gain or the other operand; addend: 0 or first * 2^16
 *
 * EMBED, NORM, GLU and the copies have partner 0. UPDATE is c + R(f * (h - c), 16) with c = SiLU(x) = first and h = partner, which equals
 * R(f * h + (2^16 - f) * c, 16); GATE the same with c = sigmoid(x), f = bound and h = 1.0. RESIDUAL is (b + x) * 1.
 */
export function vectorLane() {
  const word = uint(elementWidth);
  const ports = {
    settings: input(laneSettings),
    hold: input(bit, "the operand stays"),
    bank0: input(word, "data of the memories"),
    bank1: input(word),
    state: input(word),
    gain: input(uint(gainWidth)),
    streamsGain: input(bit, "the gain is the stream's, not the gain buffer's data"),
    element: input(sint(elementWidth), "of the stream"),
    half: input(uint(gainWidth), "of the stream"),
    operand: output(sint(elementWidth), "one cycle later"),
    sigmoid: input(uint(q16Width), "of `operand`, sigmoidDelay cycles later"),
    product: output(sint(wideValueWidth), "productLatency cycles behind the operands of the first multiplier"),
    unused: input(bit, "in the cycle before the result: it becomes 0"),
    result: output(sint(elementWidth)),
  };
  return module(
    "VectorLane",
    ports,
    (io, m) => {
      const { settings } = io;
      const data = { resettable: false } as const;
      const bank0 = io.bank0.asSInt();
      const bank1 = io.bank1.asSInt();
      const state = io.state.asSInt();

      const operand = m.register("operand_held", sint(elementWidth), data);
      m.when(io.hold.not(), () => {
        operand.set(
          mux(settings.source.bit(1), mux(settings.source.bit(0), state, io.element), mux(settings.source.bit(0), bank1, bank0)),
        );
      });
      io.operand.set(operand);
      const gain = m.register("gain_held", uint(gainWidth), data);
      gain.set(mux(io.streamsGain, io.half, io.gain));

      const argument = delayed(m, "argument", operand, sigmoidDelay);
      const first = m.instance("first_multiplier", signedMultiplier(elementWidth, firstFactorWidth));
      first.value.set(mux(settings.sigmoidAlone, sint(elementWidth).constant(one), mux(settings.usesSigmoid, argument, operand)));
      first.factor.set(
        mux(
          settings.firstFactor.eq(firstFactors.gain),
          gain.asSInt().signExtend(firstFactorWidth),
          mux(
            settings.firstFactor.eq(firstFactors.sigmoid),
            io.sigmoid.toSigned(),
            settings.firstConstant.zeroExtend(firstFactorWidth).asSInt(),
          ),
        ),
      );
      const product = first.product.truncate(wideValueWidth);
      io.product.set(product);
      const firstShift = m.instance(
        "first_shift",
        roundingShift(wideValueWidth + firstShiftLeft, { shiftWidth: firstShiftWidth, saturates: false }),
      );
      firstShift.value.set(product.shiftLeft(firstShiftLeft));
      firstShift.shift.set(settings.firstShift);
      const rounded = firstShift.result;

      // The late operands.
      const partner = m.register("partner", sint(elementWidth), data);
      const other = m.register("other_operand", sint(elementWidth), data);
      partner.set(mux(settings.partner.bit(0), state, bank1));
      m.when(settings.partner.eq(partners.one), () => {
        partner.set(one);
      }).elseWhen(settings.partner.eq(partners.none), () => {
        partner.set(0);
      });
      other.set(mux(settings.secondFactor.bit(0), bank1, bank0));

      const second = m.instance("second_multiplier", laneMultiplier());
      const top = delayed(m, "product_top", product.shiftRight(elementWidth), roundingShiftLatency);
      const difference = addOrSubtract(partner, rounded, settings.subtract);
      second.wide.set(settings.wide);
      // With `wide` there is no partner: the low bits are those of the product in any case.
      const upper = mux(settings.wide, top, difference.shiftRight(elementWidth).signExtend(top.width));
      const value = concatenate(upper, difference.bits(elementWidth - 1, 0)).asSInt();
      second.value.set(value);
      const sign = settings.gainSigned.and(gain.bit(gainWidth - 1));
      second.factor.set(
        mux(
          settings.secondFactor.bit(1),
          other.signExtend(narrowWidth),
          mux(
            settings.secondFactor.bit(0),
            concatenate(sign, gain).asSInt().signExtend(narrowWidth),
            settings.secondConstant.zeroExtend(narrowWidth).asSInt(),
          ),
        ),
      );
      second.addend.set(mux(settings.addend, rounded, 0));

      const secondShift = m.instance("second_shift", resultShift(laneProductWidth));
      secondShift.value.set(second.product);
      secondShift.shift.set(settings.secondShift);
      secondShift.zero.set(io.unused);
      io.result.set(secondShift.result);
    },
    { documentation: "One element a cycle: two multiplications with rounding shifts." },
  );
}

/** a + b, or a - b, in one adder. */
function addOrSubtract(a: SInt, b: SInt, subtract: Bit): SInt {
  const width = a.width + 1;
  const inverted = b.signExtend(width).asUInt().xor(subtract.repeat(width));
  // A bit below the lowest one makes the carry.
  const left = concatenate(a.signExtend(width), bit.constant(1));
  const right = concatenate(inverted, subtract);
  return left.add(right).bits(width, 1).asSInt();
}
