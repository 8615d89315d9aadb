/** A lane: the products of one row's trits with one column's activations of a port word, their sum, and the accumulator of row and column. */
import { bit, concatenate, input, module, mux, output, sint, uint, type Bit, type SInt } from "../../gen/index.ts";

/** Cycles from the inputs to the accumulator's adder: one register a level of the adder tree. */
export function laneLatency(products: number): number {
  return Math.log2(products);
}

/** a + b + carry, one bit wider: the carry enters as the bit below. */
function addWithCarry(a: SInt, b: SInt, carry: Bit): SInt {
  const one = bit.constant(1);
  return concatenate(a.asUInt(), one).asSInt().add(concatenate(b.asUInt(), carry).asSInt()).shiftRight(1);
}

/**
 * A lane of `products` products a cycle (a power of two) and an accumulator of `width` bits.
 *
 * The product with -1 is the complement of the activation, which is one too small; the missing ones enter as carries. A tree over n
 * values has n - 1 adders and the accumulator is one more, so there is exactly one carry input for each product.
 *
 * `add` and `first` belong to the values that were at the inputs laneLatency cycles ago: with `add` the accumulator takes their sum, with
 * `first` as well it starts anew. `width` bits must hold the sum of a whole row (accumulatorWidth in parameters.ts proves that they do).
 */
export function lane(products: number, width: number) {
  const ports = {
    activations: input(uint(8 * products), "int8 of product i in byte i"),
    nonzero: input(uint(products), "bit i: the trit of product i is not 0"),
    negative: input(uint(products), "bit i: the trit of product i is -1 if it is not 0"),
    add: input(bit),
    first: input(bit),
    sum: output(sint(width)),
  };
  return module(
    `Lane${products}`,
    ports,
    (io, m) => {
      let values: SInt[] = [];
      let carries: Bit[] = [];
      for (let i = 0; i < products; i++) {
        const negative = io.negative.bit(i);
        const magnitude = io.activations.bits(8 * i + 7, 8 * i).and(io.nonzero.bit(i).repeat(8));
        values.push(magnitude.xor(negative.repeat(8)).asSInt());
        carries.push(negative);
      }
      for (let level = 1; values.length > 1; level++) {
        const sums: SInt[] = [];
        const kept: Bit[] = [];
        for (let i = 0; i + 1 < values.length; i += 2) {
          const [a, b, used, later] = [values[i], values[i + 1], carries[i], carries[i + 1]];
          if (a === undefined || b === undefined || used === undefined || later === undefined)
            throw new RangeError("products: a power of two");
          const sum = m.register(`sum${level}_${i / 2}`, sint(a.width + 1), { resettable: false });
          const carry = m.register(`carry${level}_${i / 2}`, bit, { resettable: false });
          sum.set(addWithCarry(a, b, used));
          carry.set(later);
          sums.push(sum);
          kept.push(carry);
        }
        values = sums;
        carries = kept;
      }
      const [sum] = values;
      const [carry] = carries;
      if (sum === undefined || carry === undefined) throw new RangeError("a lane needs products");
      const accumulator = m.register("accumulator", sint(width), { resettable: false });
      m.when(io.add, () => {
        const before = mux(io.first, sint(width).constant(0), accumulator);
        accumulator.set(addWithCarry(before, sum.signExtend(width), carry).truncate(width));
      });
      io.sum.set(accumulator);
    },
    {
      documentation: `${products} ternary products a cycle, their sum in ${laneLatency(products)} registered adder levels, and the accumulator.`,
    },
  );
}
