/** The second multiplier of a vector lane: 25 x 25 or 40 x 17 bits in the same four 18 x 18 bit multipliers, and an addend. */
import { bit, concatenate, input, module, mux, output, sint, type SInt } from "../../../gen/index.ts";
import { resultWidth } from "../rounding-shift.ts";

/** Cycles from the operands to `product`. */
export const laneMultiplierLatency = 3;

/** The wide value: the product of a vector element and a gain, 24 and 16 bits signed. */
export const wideValueWidth = 40;
/** The factor, and the value that goes with any of them: an element, or the difference of two. */
export const narrowWidth = 25;
/** Bits of the unsigned factor that goes with a wide value or with an addend: Q16, whose largest number is 65536. */
export const wideFactorWidth = 17;
export const laneProductWidth = wideValueWidth + wideFactorWidth;
/** The addend counts 2^16. */
export const addendShift = 16;

/** Bits of the factor's low part, which an 18 x 18 bit multiplier takes as an unsigned number; also of the value's middle part. */
const part = 17;

/**
 * value * factor + addend * 2^16, one a cycle. With `wide` the factor is 0 to 2^17 - 1 and the addend 0. Without it the value lies within
 * 25 signed bits; the addend is 0 unless the factor is 0 to 2^17 - 1. `wide` holds still while values are on their way.
 *
 * value = a2 * 2^33 + a1 * 2^16 + a0, factor = b1 * 2^17 + b0. Without `wide` a2 is 0, and a1 has the value's sign; with it b1 is 0. So of
 * a2 * b0 and a1 * b1, both of weight 2^33, one multiplier makes the one that counts, and a2 * b1 never does. And where there is an
 * addend, a0 * b1 is 0 and leaves it its place in the sum of weight 2^16.
 */
export function laneMultiplier() {
  const ports = {
    value: input(sint(wideValueWidth)),
    factor: input(sint(narrowWidth)),
    addend: input(sint(resultWidth)),
    wide: input(bit),
    product: output(sint(laneProductWidth)),
  };
  return module(
    "LaneMultiplier",
    ports,
    (io, m) => {
      const held = (name: string, value: SInt): SInt => {
        const register = m.register(name, sint(value.width), { resettable: false });
        register.set(value);
        return register;
      };
      const middleBit = addendShift;
      const topBit = middleBit + part;
      const { value, factor, wide } = io;
      const b0 = factor.bits(part - 1, 0).toSigned();
      const b1 = factor.shiftRight(part);
      // a1 without `wide`: 9 bits are all that it has.
      const narrowMiddle = value.bits(narrowWidth - 1, middleBit).asSInt();
      const upper = mux(wide, value.shiftRight(topBit).signExtend(narrowMiddle.width), narrowMiddle);
      const valueLow = held("value_low", value.bits(middleBit - 1, 0).toSigned());
      const valueMiddle = held(
        "value_middle",
        concatenate(value.bit(topBit).and(wide.not()), value.bits(topBit - 1, middleBit)).asSInt(),
      );
      const valueUpper = held("value_upper", upper);
      const factorLow = held("factor_low", b0);
      const factorHigh = held("factor_high", b1);
      const factorUpper = held("factor_upper", mux(wide, b0, b1.signExtend(part + 1)));
      const addend = held("addend_2", held("addend_1", io.addend));

      const product = (name: string, a: SInt, b: SInt, width: number): SInt => held(name, a.mul(b).truncate(width));
      const low = product("product_low", valueLow, factorLow, topBit + 1);
      const middle = product("product_middle", valueMiddle, factorLow, 2 * part + 1);
      const cross = product("product_cross", valueLow, factorHigh, narrowWidth - 1);
      const top = product("product_upper", valueUpper, factorUpper, laneProductWidth - topBit);

      // The weights 2^0 and 2^33 lie side by side, 2^16 is added to them.
      const outer = concatenate(top, low.bits(topBit - 1, middleBit)).asSInt();
      const shared = cross.shiftLeft(1).or(addend.signExtend(cross.width + 1));
      const inner = middle.add(shared);
      const sum = held(
        "sum_of_products",
        concatenate(outer.add(inner).truncate(laneProductWidth - middleBit), low.bits(middleBit - 1, 0)).asSInt(),
      );
      io.product.set(sum);
    },
    { documentation: "Signed 25 x 25 bits, or signed 40 x unsigned 17 bits with `wide`; plus addend * 2^16." },
  );
}
