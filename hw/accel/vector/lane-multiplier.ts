/** The second multiplier of a vector lane: 25 x 25 or 40 x 17 bits in the same five 18 x 18 bit multipliers. */
import { bit, concatenate, input, module, mux, output, sint } from "../../../gen/index.ts";

/** Cycles from the operands to `product`. */
export const laneMultiplierLatency = 4;

/** The wide value: the product of a vector element and a gain, 24 and 16 bits signed. */
export const wideValueWidth = 40;
/** The factor, and the value that goes with any of them: an element, or the difference of two. */
export const narrowWidth = 25;
/** Bits of the unsigned factor that goes with a wide value: Q16, whose largest number is 65536. */
export const wideFactorWidth = 17;
export const laneProductWidth = wideValueWidth + wideFactorWidth;

/** Bits of a low part, which an 18 x 18 bit multiplier takes as an unsigned number. */
const part = 17;

/**
 * value * factor, one product a cycle. With `wide` the factor is 0 to 2^17 - 1, without it the value lies within 25 signed bits; `wide`
 * holds still while products are on their way.
 *
 * value = a2 * 2^34 + a1 * 2^17 + a0, factor = b1 * 2^17 + b0. The sixth product, a2 * b1, never counts: with `wide` b1 is 0, without it
 * a1 has the value's sign and a2 is 0.
 */
export function laneMultiplier() {
  const ports = {
    value: input(sint(wideValueWidth)),
    factor: input(sint(narrowWidth)),
    wide: input(bit),
    product: output(sint(laneProductWidth)),
  };
  return module(
    "LaneMultiplier",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const topWidth = wideValueWidth - 2 * part;
      const a2 = m.register("value_top", sint(topWidth), data);
      const a1 = m.register("value_middle", sint(part + 1), data);
      const a0 = m.register("value_low", sint(part + 1), data);
      const b1 = m.register("factor_high", sint(narrowWidth - part), data);
      const b0 = m.register("factor_low", sint(part + 1), data);
      a2.set(mux(io.wide, io.value.shiftRight(2 * part), sint(topWidth).constant(0)));
      a1.set(concatenate(io.value.bit(2 * part).and(io.wide.not()), io.value.bits(2 * part - 1, part)).asSInt());
      a0.set(io.value.bits(part - 1, 0).toSigned());
      b1.set(io.factor.shiftRight(part));
      b0.set(io.factor.bits(part - 1, 0).toSigned());

      const product = (name: string, a: typeof a0, b: typeof b0, width: number) => {
        const register = m.register(name, sint(width), data);
        register.set(a.mul(b).truncate(width));
        return register;
      };
      const low = product("product_low", a0, b0, 2 * part + 1);
      const middle = product("product_middle", a1, b0, 2 * part + 1);
      const cross = product("product_cross", a0, b1, narrowWidth);
      const high = product("product_high", a1, b1, narrowWidth);
      const top = product("product_top", a2, b0, topWidth + part);

      // The weights 2^0 and 2^34 lie side by side, 2^17 is added to them.
      const outer = m.register("outer_sum", sint(laneProductWidth), data);
      const inner = m.register("inner_sum", sint(laneProductWidth - part), data);
      outer.set(concatenate(high.add(top).truncate(laneProductWidth - 2 * part), low.bits(2 * part - 1, 0)).asSInt());
      inner.set(middle.add(cross).signExtend(laneProductWidth - part));
      const sum = m.register("sum_of_products", sint(laneProductWidth), data);
      const upper = outer
        .shiftRight(part)
        .add(inner)
        .truncate(laneProductWidth - part);
      sum.set(concatenate(upper, outer.bits(part - 1, 0)).asSInt());
      io.product.set(sum);
    },
    { documentation: "Signed 25 x 25 bits, or signed 40 x unsigned 17 bits with `wide`." },
  );
}
