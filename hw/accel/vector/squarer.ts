/** The square of a vector element, for the sum of squares. */
import { concatenate, input, module, output, sint, uint } from "../../../gen/index.ts";
import { resultWidth } from "../rounding-shift.ts";

/** Cycles from `value` to `square`. */
export const squarerLatency = 3;

/** Bits of the largest square, that of -2^23. */
export const squareWidth = 2 * resultWidth - 1;

/** Bits of the low part, which an 18 x 18 bit multiplier takes as an unsigned number. */
const lowBits = 17;

/** With value = high * 2^17 + low: high^2 and low^2 lie side by side, 2 * high * low is added to them. Three multipliers. */
export function squarer() {
  return module(
    "Squarer",
    { value: input(sint(resultWidth)), square: output(uint(squareWidth)) },
    (io, m) => {
      const data = { resettable: false } as const;
      const value = m.register("value_held", sint(resultWidth), data);
      value.set(io.value);
      const low = m.node("low", value.bits(lowBits - 1, 0));
      const high = m.node("high", value.shiftRight(lowBits));
      const highBits = resultWidth - lowBits;

      const low2 = m.register("low_squared", uint(2 * lowBits), data);
      const high2 = m.register("high_squared", uint(2 * highBits - 1), data);
      const cross = m.register("cross_product", sint(resultWidth), data);
      low2.set(low.mul(low));
      high2.set(high.mul(high).asUInt().truncate(high2.width));
      cross.set(high.mul(low.toSigned()).truncate(resultWidth));
      const outer = concatenate(high2, low2);
      const square = m.register("sum_of_products", uint(squareWidth), data);
      const shift = lowBits + 1;
      const upper = outer.shiftRight(shift).toSigned().add(cross);
      square.set(concatenate(upper.asUInt(), outer.bits(shift - 1, 0)).truncate(squareWidth));
      io.square.set(square);
    },
    { documentation: "value * value, without its sign bit, which is always 0." },
  );
}
