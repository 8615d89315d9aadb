/** The sum of a vector's squares, V elements a cycle. */
import { bit, input, module, mux, output, sint, uint, vector, type UInt } from "../../../gen/index.ts";
import { bitsFor } from "../parameters.ts";
import { delayed } from "./delayed.ts";
import { squarer, squarerLatency, squareWidth } from "./squarer.ts";
import { elementWidth, squaresWidth } from "./vector-command.ts";

/** Cycles from the last group of a vector to the cycle of `done`. */
export function squaresLatency(lanes: number): number {
  return squarerLatency + bitsFor(lanes) + 1;
}

/**
 * Sums the groups that come with `valid` up to the one with `last`; `sum` is that of the vector in the cycle of `done`. No group may come
 * in the cycle behind a last one. `pending` from the cycle after a valid group until the cycle of `done` at least.
 */
export function squaresAccumulator(lanes: number) {
  const ports = {
    clear: input(bit),
    valid: input(bit),
    last: input(bit),
    group: input(vector(sint(elementWidth), lanes)),
    pending: output(bit),
    done: output(bit),
    sum: output(uint(squaresWidth)),
  };
  return module(
    "SquaresAccumulator",
    ports,
    (io, m) => {
      const levels = bitsFor(lanes);
      let sums: UInt[] = [...io.group].map((element, lane) => {
        const unit = m.instance(`squarer_${lane}`, squarer());
        unit.value.set(element);
        return unit.square;
      });
      for (let level = 0; level < levels; level++) {
        const pairs = sums.flatMap((sum, i) => {
          const other = sums[i + 1];
          return i % 2 === 0 && other !== undefined ? [sum.add(other)] : [];
        });
        sums = pairs.map((sum, i) => delayed(m, `sum_${level}_${i}`, sum, 1));
      }
      const [group] = sums;
      if (group?.width !== squareWidth + levels) throw new RangeError("a group needs lanes");

      const latency = squaresLatency(lanes) - 1;
      const marks = (name: string, mark: UInt<1>): UInt => {
        const stages = m.register(name, uint(latency), { init: 0 });
        stages.set(mux(io.clear, 0, stages.shiftLeft(1).truncate(latency).or(mark.zeroExtend(latency))));
        return stages;
      };
      const valid = marks("valid_stages", io.valid);
      const last = marks("last_stages", io.valid.and(io.last));
      const arrives = valid.bit(latency - 1);
      const done = m.register("is_done", bit, { init: 0 });
      const sum = m.register("accumulator", uint(squaresWidth));
      m.when(arrives, () => {
        sum.set(sum.add(group).truncate(squaresWidth));
      });
      done.set(last.bit(latency - 1).and(io.clear.not()));
      m.when(done.or(io.clear), () => {
        sum.set(0);
      });
      m.assert(done.and(arrives).not(), "a vector follows the one before without a gap");
      io.pending.set(valid.reduceOr().or(done));
      io.done.set(done);
      io.sum.set(sum);
    },
    { documentation: `The sum of the squares of ${lanes} elements a cycle.` },
  );
}
