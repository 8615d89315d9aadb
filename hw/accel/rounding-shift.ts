/** S24(R(value, shift)) of docs/numerics.md: rounding shift to the right, half upwards, then saturation, to 24 bits or another width. */
import { bit, input, module, mux, output, sint, uint, type Bit, type Builder, type SInt, type UInt } from "../../gen/index.ts";
import { parameterWidths } from "./registers.ts";

/** Width of a result. */
export const resultWidth = 24;

/** Cycles from `value` to `result`. */
export const roundingShiftLatency = 3;

export interface RoundingShiftOptions {
  /** Bits of the result: 24 by default. */
  readonly resultWidth?: number;
  /** Bits of the shift, at most 6: 6 by default, which is shifts from 0 to 63. */
  readonly shiftWidth?: number;
  /** Whether a result that does not fit becomes the nearest that does (the default) or loses its high bits. */
  readonly saturates?: boolean;
}

/** Bits of the shift that each of two stages takes: three multiplexers of two in a row. */
const stages: readonly (readonly number[])[] = [
  [5, 4, 3],
  [2, 1, 0],
];

const data = { resettable: false } as const;

function heldBit(m: Builder, name: string, value: Bit): Bit {
  const register = m.register(name, bit, data);
  register.set(value);
  return register;
}

/** The smallest or the largest signed number of `width` bits. */
export function saturated(negative: Bit, width: number): SInt {
  const limit = 2n ** BigInt(width - 1);
  return mux(negative, sint(width).constant(-limit), sint(width).constant(limit - 1n));
}

/** Whether the number fits a smaller width: the bits above that one's sign equal it. */
export function fits(value: SInt, width: number): Bit {
  if (value.width <= width) return bit.constant(1);
  const above = value.bits(value.width - 1, width);
  return above
    .xor(value.bit(width - 1).repeat(above.width))
    .reduceOr()
    .not();
}

/** The nearest signed number of `width` bits; combinational. */
export function saturate(value: SInt, width: number): SInt {
  if (value.width <= width) return value.signExtend(width);
  return mux(fits(value, width), value.truncate(width), saturated(value.bit(value.width - 1), width));
}

/** 2v >> s, still to be rounded: R(v, s) is (value + 1) >> 1. */
export interface Shifted {
  /** One bit wider than the result. */
  readonly value: SInt;
  /** The number is too large for the result: a bit that was given up was not a copy of the sign. */
  readonly beyond: Bit;
}

/** Cycles from a doubled number to what doubledShift returns. */
export const doubledShiftLatency = stages.length;

/**
 * doubled >> shift for a result of `width` bits, out of registers. The shift's high bits come first. When those down to bit i are done, at
 * most 2^i - 1 remain to be shifted: a number that does not fit width + 2^i bits by then cannot fit the result in the end, so no more
 * bits than that are kept, and where it is `checked`, a bit that says that the number lies beyond.
 */
export function doubledShift(m: Builder, doubled: SInt, shift: UInt, width: number, checked: boolean): Shifted {
  if (doubled.width <= width) throw new RangeError(`a value of ${doubled.width - 1} bits needs no saturation to ${width}`);
  if (shift.width > 6) throw new RangeError(`a shift of ${shift.width} bits: at most 6`);
  if (doubled.width > width + 2 ** shift.width)
    throw new RangeError(`${doubled.width - 1} bits, shifts below ${2 ** shift.width}: no result of ${width} bits has the highest`);
  let [value, beyond, left] = [doubled, bit.constant(0), shift];
  for (const [stage, bits] of stages.entries()) {
    for (const index of bits) {
      if (index >= left.width) continue;
      const kept = Math.min(value.width, width + 2 ** index);
      const chosen = left.bit(index);
      if (checked && kept < value.width) beyond = beyond.or(chosen.not().and(fits(value, kept).not()));
      value = mux(chosen, value.shiftRight(2 ** index).signExtend(kept), value.truncate(kept));
    }
    const valueHeld = m.register(`shifted_${stage}`, sint(value.width), data);
    valueHeld.set(value);
    value = valueHeld;
    if (checked) beyond = heldBit(m, `beyond_${stage}`, beyond);
    // The bits for the stage to come.
    const leftWidth = Math.min(left.width, bits.at(-1) ?? 0);
    if (leftWidth === 0) continue;
    const next = m.register(`shift_${stage}`, uint(leftWidth), data);
    next.set(left.truncate(leftWidth));
    left = next;
  }
  return { value, beyond };
}

/**
 * One value a cycle, each with its own `shift`; `result` comes out of a register.
 *
 * R(v, s) is computed as ((2v >> s) + 1) >> 1, which is (v + 2^(s-1)) >> s for s > 0 and v for s = 0.
 */
export function roundingShift(width: number, options: RoundingShiftOptions = {}) {
  const { resultWidth: result = resultWidth, shiftWidth = parameterWidths.shift, saturates = true } = options;
  const ports = { value: input(sint(width)), shift: input(uint(shiftWidth)), result: output(sint(result)) };
  return module(
    `${saturates ? "RoundingShift" : "WrappingShift"}${width}To${result}By${shiftWidth}`,
    ports,
    (io, m) => {
      const { value, beyond } = doubledShift(m, io.value.shiftLeft(1), io.shift, result, saturates);
      const rounded = value.add(1).shiftRight(1);
      const kept = m.register("rounded", sint(result), data);
      if (saturates) {
        let negative = io.value.bit(width - 1);
        for (let stage = 0; stage < doubledShiftLatency; stage++) negative = heldBit(m, `negative_${stage}`, negative);
        const inside = beyond.not().and(fits(rounded, result));
        kept.set(mux(inside, rounded.truncate(result), saturated(negative, result)));
      } else {
        kept.set(rounded.truncate(result));
      }
      io.result.set(kept);
    },
    {
      documentation: `R(value, shift) of ${width} bits, rounded half upwards, ${saturates ? "saturated" : "cut"} to ${result} bits.`,
    },
  );
}
