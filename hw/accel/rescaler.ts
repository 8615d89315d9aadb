/** The rescaler: y = S24(R(sum * mantissa, shift)) of docs/numerics.md, one value a cycle. */
import { bit, input, module, mux, output, sint, uint } from "../../gen/index.ts";
import { parameterWidths } from "./registers.ts";

/** Width of a result. */
export const resultWidth = 24;

/** Cycles from `value` to `result`. */
export const rescalerLatency = 8;

/** Bits of the sum that one 18 x 18 bit multiplier takes as an unsigned number. */
const multiplierBits = 17;

/**
 * Pipelined, without back pressure: whoever sends a value has room for its result. `mantissa` and `shift` are those of the whole matrix
 * and hold still while values are on their way.
 *
 * R(v, s) is computed as ((2v >> s) + 1) >> 1, which is (v + 2^(s-1)) >> s for s > 0 and v for s = 0.
 */
export function rescaler(width: number) {
  const ports = {
    valid: input(bit),
    value: input(sint(width)),
    mantissa: input(uint(parameterWidths.mantissa)),
    shift: input(uint(parameterWidths.shift)),
    clear: input(bit, "forgets the values on their way"),
    resultValid: output(bit),
    result: output(sint(resultWidth)),
  };
  return module(
    "Rescaler",
    ports,
    (io, m) => {
      const lowWidth = Math.min(multiplierBits, width - 1);
      const productWidth = width + parameterWidths.mantissa;
      const data = { resettable: false } as const;

      const value = m.register("value_in", sint(width), data);
      value.set(io.value);

      // Two multipliers: the low bits are unsigned, the high ones carry the sign.
      const low = m.register("product_low", uint(lowWidth + parameterWidths.mantissa), data);
      const high = m.register("product_high", sint(width - lowWidth + parameterWidths.mantissa + 1), data);
      low.set(value.bits(lowWidth - 1, 0).mul(io.mantissa));
      high.set(value.shiftRight(lowWidth).mul(io.mantissa.toSigned()));
      // The multipliers' outputs once more: they come late in the cycle.
      const lowHeld = m.register("product_low_held", uint(low.width), data);
      const highHeld = m.register("product_high_held", sint(high.width), data);
      lowHeld.set(low);
      highHeld.set(high);
      const product = m.register("product", sint(productWidth), data);
      product.set(highHeld.shiftLeft(lowWidth).add(lowHeld.toSigned()).truncate(productWidth));

      // 2v >> shift, two bits of the shift a stage.
      const shifted48 = m.register("shifted_by_16s", sint(productWidth + 1), data);
      shifted48.set(product.shiftLeft(1).shiftRightBy(io.shift.bits(5, 4).shiftLeft(4)));
      const shifted60 = m.register("shifted_by_4s", sint(productWidth + 1), data);
      shifted60.set(shifted48.shiftRightBy(io.shift.bits(3, 2).shiftLeft(2)));
      const shifted63 = m.register("shifted", sint(productWidth + 1), data);
      shifted63.set(shifted60.shiftRightBy(io.shift.bits(1, 0)));

      const rounded = m.register("rounded", sint(productWidth + 1), data);
      rounded.set(shifted63.add(1).shiftRight(1));
      const overflows = rounded.bits(productWidth, resultWidth - 1);
      const fits = overflows.reduceOr().not().or(overflows.reduceAnd());
      const limit = mux(
        rounded.bit(productWidth),
        sint(resultWidth).constant(-(2 ** (resultWidth - 1))),
        sint(resultWidth).constant(2 ** (resultWidth - 1) - 1),
      );

      const valid = m.register("valid_stages", uint(rescalerLatency), { init: 0 });
      valid.set(
        mux(
          io.clear,
          uint(rescalerLatency).constant(0),
          valid.shiftLeft(1).truncate(rescalerLatency).or(io.valid.zeroExtend(rescalerLatency)),
        ),
      );
      io.resultValid.set(valid.bit(rescalerLatency - 1));
      io.result.set(mux(fits, rounded.truncate(resultWidth), limit));
    },
    { documentation: "S24(R(value * mantissa, shift)): multiply, rounding shift to the right, saturation to 24 bits." },
  );
}
