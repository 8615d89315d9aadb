/** Pipelined multipliers of wide numbers, in parts that fit the FPGA's 18 x 18 bit multipliers. */
import { concatenate, input, module, output, SInt, sint, UInt, uint, type Builder } from "../../gen/index.ts";

/** Cycles from the operands to `product`. */
export const splitMultiplierLatency = 3;

/** Bits of a number that a signed 18 x 18 bit multiplier takes as an unsigned one. */
const multiplierBits = 17;

/**
 * value * factor, one product a cycle, the value signed, the factor unsigned. `part` is the width of the parts: those of a number's low
 * bits are unsigned, its last one has its sign and the one bit more that the multipliers have for that.
 */
export function splitMultiplier(width: number, factorWidth: number, part = multiplierBits) {
  const ports = { value: input(sint(width)), factor: input(uint(factorWidth)), product: output(sint(width + factorWidth)) };
  return module(
    `SplitMultiplier${width}By${factorWidth}`,
    ports,
    (io, m) => {
      io.product.set(productOf(m, io.value, io.factor, part));
    },
    { documentation: `Signed ${width} bits times unsigned ${factorWidth} bits, in parts of ${part} bits.` },
  );
}

/** As splitMultiplier, the factor signed. */
export function signedMultiplier(width: number, factorWidth: number, part = multiplierBits) {
  const ports = { value: input(sint(width)), factor: input(sint(factorWidth)), product: output(sint(width + factorWidth)) };
  return module(
    `SignedMultiplier${width}By${factorWidth}`,
    ports,
    (io, m) => {
      io.product.set(productOf(m, io.value, io.factor, part));
    },
    { documentation: `Signed ${width} bits times signed ${factorWidth} bits, in parts of ${part} bits.` },
  );
}

type Value = SInt | UInt;

const signed = (value: Value): SInt => (value instanceof SInt ? value : value.toSigned());

/** A register of the value's width and sign that follows it. */
function held(m: Builder, name: string, value: Value): Value {
  if (value instanceof SInt) {
    const register = m.register(name, sint(value.width), { resettable: false });
    register.set(value);
    return register;
  }
  const register = m.register(name, uint(value.width), { resettable: false });
  register.set(value);
  return register;
}

/** The parts, lowest first. */
function partsOf(value: Value, part: number): readonly Value[] {
  const last = value instanceof SInt ? part + 1 : part;
  const parts: Value[] = [];
  let low = 0;
  for (; value.width - low > last; low += part) parts.push(value.bits(low + part - 1, low));
  const rest = value.bits(value.width - 1, low);
  return [...parts, value instanceof SInt ? rest.asSInt() : rest];
}

/** The product of two parts; the sum of their widths is enough for it. */
function partProduct(a: Value, b: Value): Value {
  if (a instanceof SInt || b instanceof SInt)
    return signed(a)
      .mul(signed(b))
      .truncate(a.width + b.width);
  return a.mul(b);
}

/** low + high * 2^shift. An unsigned low number that is not wider than the shift costs no adder. */
function joined(low: Value, high: Value, shift: number): Value {
  if (low instanceof UInt && low.width <= shift) {
    const bits = concatenate(high, low.zeroExtend(shift));
    return high instanceof SInt ? bits.asSInt() : bits;
  }
  const wide = signed(low).signExtend(Math.max(signed(low).width, shift + 1));
  return concatenate(wide.shiftRight(shift).add(signed(high)), wide.bits(shift - 1, 0)).asSInt();
}

/**
 * The product, `splitMultiplierLatency` cycles after its operands. Part i of the one and part j of the other make a product of weight
 * 2^(part * (i + j)). Every second weight is far enough from the next that its products lie side by side, without an adder.
 */
function productOf(m: Builder, value: Value, factor: Value, part: number): SInt {
  const values = partsOf(held(m, "value_held", value), part);
  const factors = partsOf(held(m, "factor_held", factor), part);
  // A multiplier takes most of a cycle: its product is registered before anything is added to it.
  const sums = Array.from({ length: values.length + factors.length - 1 }, (_, weight) => {
    const products = values.flatMap((a, i) => {
      const b = factors[weight - i];
      return b === undefined ? [] : [held(m, `product_${i}_${weight - i}`, partProduct(a, b))];
    });
    return products.reduce((sum, product) => signed(sum).add(signed(product)));
  });
  const even = sums.filter((_, weight) => weight % 2 === 0).reduceRight((high, low) => joined(low, high, 2 * part));
  const odd = sums.filter((_, weight) => weight % 2 === 1);
  const total =
    odd.length === 0
      ? even
      : joined(
          even,
          odd.reduceRight((high, low) => joined(low, high, 2 * part)),
          part,
        );
  const width = value.width + factor.width;
  const product = m.register("total", sint(width), { resettable: false });
  const whole = signed(total);
  product.set(whole.width > width ? whole.truncate(width) : whole.signExtend(width));
  return product;
}
