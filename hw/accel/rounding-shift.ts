/** S24(R(value, shift)) of docs/numerics.md: rounding shift to the right, half upwards, then saturation, to 24 bits or another width. */
import { bit, input, module, mux, output, sint, uint, type Bit, type SInt } from "../../gen/index.ts";
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
export function saturated(negative: Bit, width: number): SInt {
  const limit = 2n ** BigInt(width - 1);
  return mux(negative, sint(width).constant(-limit), sint(width).constant(limit - 1n));
}

/** The nearest signed number of `width` bits; combinational. */
export function saturate(value: SInt, width: number): SInt {
  if (value.width <= width) return value.signExtend(width);
  const above = value.bits(value.width - 1, width - 1);
  const fits = above.reduceOr().not().or(above.reduceAnd());
  return mux(fits, value.truncate(width), saturated(value.bit(value.width - 1), width));
}

/**
 * One value a cycle, each with its own `shift` (0 to 63). `result` comes from a register through one multiplexer.
 *
 * R(v, s) is computed as ((2v >> s) + 1) >> 1, which is (v + 2^(s-1)) >> s for s > 0 and v for s = 0. The shift's high bits come first.
 * When those down to bit i are done, at most 2^i - 1 remain to be shifted: a number that does not fit result + 2^i bits by then cannot
 * fit the result in the end, so no more bits than that are kept, and a bit that says that the value lies beyond.
 */
export function roundingShift(width: number, options: RoundingShiftOptions = {}) {
  const { resultWidth: result = resultWidth, shiftWidth = parameterWidths.shift } = options;
  if (width < result) throw new RangeError(`a value of ${width} bits needs no saturation to ${result}`);
  if (shiftWidth < 1 || shiftWidth > 6) throw new RangeError(`a shift of ${shiftWidth} bits: 1 to 6`);
  if (width + 1 > result + 2 ** shiftWidth)
    throw new RangeError(`${width} bits with shifts below ${2 ** shiftWidth}: the highest are lost`);
  const ports = { value: input(sint(width)), shift: input(uint(shiftWidth)), result: output(sint(result)) };
  return module(
    `RoundingShift${width}To${result}By${shiftWidth}`,
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      let value: SInt = io.value.shiftLeft(1);
      let negative: Bit = io.value.bit(width - 1);
      let beyond: Bit = bit.constant(0);
      let { shift } = io;
      const hold = (name: string, next: SInt): void => {
        const valueHeld = m.register(name, sint(next.width), data);
        const negativeHeld = m.register(`${name}_negative`, bit, data);
        const beyondHeld = m.register(`${name}_beyond`, bit, data);
        valueHeld.set(next);
        negativeHeld.set(negative);
        beyondHeld.set(beyond);
        [value, negative, beyond] = [valueHeld, negativeHeld, beyondHeld];
      };
      for (const [stage, bits] of stages.entries()) {
        for (const index of bits) {
          if (index >= shiftWidth) continue;
          const amount = 2 ** index;
          const kept = Math.min(value.width, result + amount);
          const chosen = shift.bit(index);
          if (kept < value.width) {
            const above = value.bits(value.width - 1, kept - 1);
            beyond = beyond.or(chosen.not().and(above.reduceOr()).and(above.reduceAnd().not()));
          }
          value = mux(chosen, value.shiftRight(amount).signExtend(kept), value.truncate(kept));
        }
        hold(`shifted_${stage}`, value);
        // The bits for the stages to come.
        const width = Math.min(shift.width, bits[1]);
        if (width === 0) continue;
        const rest = m.register(`shift_${stage}`, uint(width), data);
        rest.set(width < shift.width ? shift.truncate(width) : shift);
        shift = rest;
      }
      hold("rounded", value.add(1).shiftRight(1));
      const above = value.bits(value.width - 1, result - 1);
      const fits = beyond.not().and(above.reduceOr().not().or(above.reduceAnd()));
      io.result.set(mux(fits, value.truncate(result), saturated(negative, result)));
    },
    { documentation: `R(value, shift) of ${width} bits, rounded half upwards, saturated to ${result} bits.` },
  );
}
