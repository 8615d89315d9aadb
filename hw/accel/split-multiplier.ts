/** A pipelined multiplier of a signed and an unsigned number, in parts that fit the FPGA's 18 x 18 bit multipliers. */
import { input, module, output, sint, uint } from "../../gen/index.ts";

/** Cycles from the operands to `product`. */
export const splitMultiplierLatency = 4;

/**
 * value * factor, one product a cycle. The low `split` bits of the value make one product, unsigned, the others, which carry the sign,
 * the other one.
 */
export function splitMultiplier(width: number, factorWidth: number, split: number) {
  const ports = { value: input(sint(width)), factor: input(uint(factorWidth)), product: output(sint(width + factorWidth)) };
  return module(
    "SplitMultiplier",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const value = m.register("value_held", sint(width), data);
      const factor = m.register("factor_held", uint(factorWidth), data);
      value.set(io.value);
      factor.set(io.factor);
      const low = m.register("low_product", uint(split + factorWidth), data);
      const high = m.register("high_product", sint(width - split + factorWidth + 1), data);
      low.set(value.bits(split - 1, 0).mul(factor));
      high.set(value.shiftRight(split).mul(factor.toSigned()));
      // The multipliers' outputs once more: they come late in the cycle.
      const lowHeld = m.register("low_product_held", uint(low.width), data);
      const highHeld = m.register("high_product_held", sint(high.width), data);
      lowHeld.set(low);
      highHeld.set(high);
      const product = m.register("sum_of_products", sint(width + factorWidth), data);
      product.set(
        highHeld
          .shiftLeft(split)
          .add(lowHeld.toSigned())
          .truncate(width + factorWidth),
      );
      io.product.set(product);
    },
    { documentation: `Signed ${width} bits times unsigned ${factorWidth} bits, split at bit ${split}.` },
  );
}
