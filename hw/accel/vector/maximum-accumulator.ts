/** The largest absolute value of a vector of wide products, V a cycle. */
import { bit, concatenate, input, module, mux, output, sint, uint, vector, type UInt } from "../../../gen/index.ts";
import { indexBits } from "../parameters.ts";
import { wideValueWidth } from "./lane-multiplier.ts";

/**
 * The maximum over the groups that come with `valid`, up to the one with `last`: there, and `done`, until the next `restart`. Values of
 * lanes that are not `used` count as 0.
 *
 * Absolute values are compared as keys, which cost no adder: the value or, for a negative one, its complement, which is one less than its
 * absolute value, and below it the sign. Half of the key, rounded up, is the absolute value, so the largest key is that of the maximum.
 *
 * Every lane has its own maximum. Behind the last group each of them is compared with its neighbour's, again and again, until lane 0 has
 * that of all: two cycles a lane, and no multiplexers, for the neighbour's fits in front of the key.
 */
export function maximumAccumulator(lanes: number) {
  const width = wideValueWidth;
  /** A neighbour's maximum is a key one cycle later, and part of the lane's maximum two cycles later. */
  const mergeCycles = 2 * (lanes - 1);
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
      const keyValid = m.register("key_valid", bit, { init: 0 });
      const merging = m.register("merging", bit, { init: 0 });
      const merged = m.register("merged", uint(indexBits(mergeCycles + 2)), data);
      const done = m.register("is_done", bit, { init: 0 });
      keyValid.set(io.valid.or(merging));

      const largest = Array.from({ length: lanes }, (_, lane) => m.register(`largest_${lane}`, uint(width), data));
      for (const [lane, value] of [...io.group].entries()) {
        const key = m.register(`key_${lane}`, uint(width), data);
        const sign = value.bit(width - 1);
        const own: UInt = concatenate(value.bits(width - 2, 0).xor(sign.repeat(width - 1)), sign);
        key.set(mux(merging, largest[lane + 1] ?? uint(width).constant(0), own));
        m.when(merging.or(io.used.bit(lane)).not(), () => {
          key.set(0);
        });
        m.when(keyValid.and(key.gt(largest[lane] ?? key)), () => {
          largest[lane]?.set(key);
        });
        m.when(io.restart, () => {
          largest[lane]?.set(0);
        });
      }

      merged.set(merged.add(1).wrap(merged.width));
      m.when(io.valid.and(io.last), () => {
        merging.set(1);
        merged.set(0);
      });
      m.when(merging.and(merged.eq(mergeCycles + 1)), () => {
        merging.set(0);
        done.set(1);
      });
      m.when(io.restart, () => {
        merging.set(0);
        done.set(0);
        keyValid.set(0);
      });
      const [all] = largest;
      if (all === undefined) throw new RangeError("a group needs lanes");
      const maximum = m.register("maximum_held", uint(width), data);
      maximum.set(all.shiftRight(1).add(all.bit(0)));
      io.done.set(done);
      io.maximum.set(maximum);
    },
    { documentation: `The largest absolute value of ${lanes} products a cycle.` },
  );
}
