/** S24(R(value, shift)) of docs/numerics.md: rounding shift to the right, half upwards, then saturation, to 24 bits or another width. */
import { bit, input, module, mux, output, sint, uint, type Bit, type Builder, type SInt, type UInt } from "../../gen/index.ts";
import { parameterWidths } from "./registers.ts";

/** Width of a result. */
export const resultWidth = 24;

/** Cycles from `value` to `result`. */
export const roundingShiftLatency = 4;

export interface RoundingShiftOptions {
  /** Bits of the result: 24 by default. */
  readonly resultWidth?: number;
  /** Bits of the shift, at most 6: 6 by default, which is shifts from 0 to 63. */
  readonly shiftWidth?: number;
}

/** Bits of the shift that each of the three stages takes: two multiplexers of two in a row. */
const stages: readonly (readonly [number, number])[] = [
  [5, 4],
  [3, 2],
  [1, 0],
];

/** The smallest or the largest signed number of `width` bits. */
function saturated(negative: Bit, width: number): SInt {
  const limit = 2n ** BigInt(width - 1);
  return mux(negative, sint(width).constant(-limit), sint(width).constant(limit - 1n));
}

/** Whether the number fits a smaller width: the bits above that one's sign equal it. */
function fits(value: SInt, width: number): Bit {
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

/** A rounded number before its saturation. */
export interface Rounded {
  /** One bit wider than the result; meaningless where `beyond` is 1. */
  readonly value: SInt;
  readonly negative: Bit;
  /** It was found too large for the result on the way. */
  readonly beyond: Bit;
}

/**
 * R(value, shift) for a result of `width` bits, `roundingShiftLatency` cycles later, out of registers.
 *
 * R(v, s) is computed as ((2v >> s) + 1) >> 1, which is (v + 2^(s-1)) >> s for s > 0 and v for s = 0. The shift's high bits come first.
 * When those down to bit i are done, at most 2^i - 1 remain to be shifted: a number that does not fit width + 2^i bits by then cannot
 * fit the result in the end, so no more bits than that are kept, and a bit that says that the value lies beyond.
 */
export function roundedShift(m: Builder, value: SInt, shift: UInt, width: number): Rounded {
  if (value.width < width) throw new RangeError(`a value of ${value.width} bits needs no saturation to ${width}`);
  if (shift.width > 6) throw new RangeError(`a shift of ${shift.width} bits: at most 6`);
  if (value.width + 1 > width + 2 ** shift.width)
    throw new RangeError(`${value.width} bits, shifts below ${2 ** shift.width}: no result of ${width} bits has the highest`);
  const data = { resettable: false } as const;
  const held = (name: string, { value, negative, beyond }: Rounded): Rounded => {
    const next = {
      value: m.register(name, sint(value.width), data),
      negative: m.register(`${name}_negative`, bit, data),
      beyond: m.register(`${name}_beyond`, bit, data),
    };
    next.value.set(value);
    next.negative.set(negative);
    next.beyond.set(beyond);
    return next;
  };
  let state: Rounded = { value: value.shiftLeft(1), negative: value.bit(value.width - 1), beyond: bit.constant(0) };
  let left = shift;
  for (const [stage, bits] of stages.entries()) {
    for (const index of bits) {
      if (index >= left.width) continue;
      const kept = Math.min(state.value.width, width + 2 ** index);
      const chosen = left.bit(index);
      const lost = chosen.not().and(fits(state.value, kept).not());
      state = {
        value: mux(chosen, state.value.shiftRight(2 ** index).signExtend(kept), state.value.truncate(kept)),
        negative: state.negative,
        beyond: kept < state.value.width ? state.beyond.or(lost) : state.beyond,
      };
    }
    state = held(`shifted_${stage}`, state);
    // The bits for the stages to come.
    const leftWidth = Math.min(left.width, bits[1]);
    if (leftWidth === 0) continue;
    const next = m.register(`shift_${stage}`, uint(leftWidth), data);
    next.set(left.truncate(leftWidth));
    left = next;
  }
  return held("rounded", { ...state, value: state.value.add(1).shiftRight(1) });
}

/** One value a cycle, each with its own `shift`. `result` comes out of registers through one multiplexer. */
export function roundingShift(width: number, options: RoundingShiftOptions = {}) {
  const { resultWidth: result = resultWidth, shiftWidth = parameterWidths.shift } = options;
  const ports = { value: input(sint(width)), shift: input(uint(shiftWidth)), result: output(sint(result)) };
  return module(
    `RoundingShift${width}To${result}By${shiftWidth}`,
    ports,
    (io, m) => {
      const { value, negative, beyond } = roundedShift(m, io.value, io.shift, result);
      io.result.set(mux(beyond.not().and(fits(value, result)), value.truncate(result), saturated(negative, result)));
    },
    { documentation: `R(value, shift) of ${width} bits, rounded half upwards, saturated to ${result} bits.` },
  );
}
