/** The largest absolute value of a vector of wide products, V a cycle. */
import { bit, concatenate, input, module, mux, output, sint, uint, vector, type UInt } from "../../../gen/index.ts";
import { delayed } from "./delayed.ts";
import { wideValueWidth } from "./lane-multiplier.ts";

/**
 * Absolute values are compared as keys, which cost no adder: the value or, for a negative one, its complement, which is one less than its
 * absolute value, and below it the sign. Half of the key, rounded up, is the absolute value, so the largest key is that of the maximum.
 *
 * The maximum over the groups that come with `valid`, up to the one with `last`: there, and `done`, until the next `restart`. Values of
 * lanes that are not `used` count as 0.
 */
export function maximumAccumulator(lanes: number) {
  const width = wideValueWidth;
  const ports = {
    restart: input(bit, "while no group is on its way"),
    valid: input(bit),
    last: input(bit),
    used: input(uint(lanes)),
    group: input(vector(sint(width), lanes)),
    done: output(bit),
    maximum: output(uint(width)),
  };
  return module(
    "MaximumAccumulator",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      let largest: UInt[] = [...io.group].map((value, lane) => {
        const key = m.register(`key_${lane}`, uint(width), data);
        const sign = value.bit(width - 1);
        key.set(concatenate(value.bits(width - 2, 0).xor(sign.repeat(width - 1)), sign));
        m.when(io.used.bit(lane).not(), () => {
          key.set(0);
        });
        return key;
      });
      let latency = 1;
      while (largest.length > 1) {
        const pairs = largest.flatMap((value, i) => {
          const other = largest[i + 1];
          return i % 2 === 0 && other !== undefined ? [mux(other.gt(value), other, value)] : [];
        });
        largest = pairs.map((value, i) => delayed(m, `larger_${latency}_${i}`, value, 1));
        latency++;
      }
      const [group] = largest;
      if (group === undefined) throw new RangeError("a group needs lanes");

      const valid = delayed(m, "valid", io.valid, latency);
      const last = delayed(m, "last", io.valid.and(io.last), latency);
      const largestKey = m.register("largest_key", uint(width), data);
      const maximum = m.register("maximum_held", uint(width), data);
      const arrived = m.register("has_arrived", bit, { init: 0 });
      const done = m.register("is_done", bit, { init: 0 });
      maximum.set(largestKey.shiftRight(1).add(largestKey.bit(0)));
      done.set(arrived);
      m.when(valid.bit(0).and(group.gt(largestKey)), () => {
        largestKey.set(group);
      });
      m.when(last.bit(0), () => {
        arrived.set(1);
      });
      m.when(io.restart, () => {
        largestKey.set(0);
        arrived.set(0);
        done.set(0);
      });
      io.done.set(done);
      io.maximum.set(maximum);
    },
    { documentation: `The largest absolute value of ${lanes} products a cycle.` },
  );
}
