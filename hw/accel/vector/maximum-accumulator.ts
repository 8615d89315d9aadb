/** The largest absolute value of a vector of wide products, V a cycle. */
import { bit, input, module, mux, output, sint, uint, vector, type UInt } from "../../../gen/index.ts";
import { delayed } from "./delayed.ts";
import { wideValueWidth } from "./lane-multiplier.ts";

/**
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
        const absolute = m.register(`absolute_${lane}`, uint(width), data);
        const sign = value.bit(width - 1);
        absolute.set(value.asUInt().xor(sign.repeat(width)).add(sign).truncate(width));
        m.when(io.used.bit(lane).not(), () => {
          absolute.set(0);
        });
        return absolute;
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
      const maximum = m.register("maximum_held", uint(width), data);
      const done = m.register("is_done", bit, { init: 0 });
      m.when(valid.bit(0).and(group.gt(maximum)), () => {
        maximum.set(group);
      });
      m.when(last.bit(0), () => {
        done.set(1);
      });
      m.when(io.restart, () => {
        maximum.set(0);
        done.set(0);
      });
      io.done.set(done);
      io.maximum.set(maximum);
    },
    { documentation: `The largest absolute value of ${lanes} products a cycle.` },
  );
}
