/** The list of the largest logits: sorted by serial insertion into block RAM. */
import { bit, bundle, input, module, mux, output, sint, stream, uint } from "../../gen/index.ts";
import { indexBits } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";
import { resultWidth } from "./rounding-shift.ts";

/** A logit and the row that it is the result of. */
export const logitEntry = bundle({ value: sint(resultWidth), row: uint(parameterWidths.rows) });

/** Width of the number of entries; the longest list has 64. */
export const topCountWidth = 7;

/**
 * Keeps the `entries` largest candidates since `start`: the largest first, of equal ones the one that came first (rows come in ascending
 * order). A candidate that is not above the last entry of a full list is dropped: one a cycle. An insertion moves the smaller entries
 * down, one a cycle from the last one on, and takes 4 cycles and one for each entry moved.
 *
 *     cycle 0  the candidate is taken and compared with the last entry
 *           1  an entry is read, from the last one that stays on; another one in each cycle that follows
 *           2  the memory gives it
 *           3  it is compared, and it or the candidate written one place further down
 */
export function topList(entries: number) {
  const indexWidth = indexBits(entries);
  const ports = {
    start: input(bit, "empties the list"),
    candidates: input(stream(logitEntry)),
    busy: output(bit, "an insertion runs"),
    index: input(uint(indexWidth)),
    entry: output(logitEntry, "that of `index` one cycle later, while not busy"),
    count: output(uint(topCountWidth), "entries in the list"),
  };
  return module(
    "TopList",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const last = entries - 1;
      const memory = m.memory("list", { type: logitEntry, depth: Math.max(2, entries), collisions: "undefined" });
      const count = m.register("count_held", uint(topCountWidth), { init: 0 });
      const full = m.register("full", bit, { init: 0 });
      const floor = m.register("floor", sint(resultWidth), data);

      const held = m.register("candidate_held", bit, { init: 0 });
      const drops = m.register("candidate_drops", bit, data);
      const candidate = m.register("candidate", logitEntry, data);
      const inserting = m.node("inserting", held.and(drops.not()));
      io.candidates.ready.set(inserting.not());
      // The place that the next write fills: everything below it has moved, everything above has not.
      const hole = m.register("hole", uint(indexWidth), data);
      // Reading ahead of it; what is read beyond the beginning of the list is not used.
      const readAt = m.register("read_at", uint(indexWidth), data);
      const place = m.node("place", mux(full, last, count.truncate(indexWidth)));
      m.when(inserting.not(), () => {
        held.set(io.candidates.valid);
        drops.set(full.and(io.candidates.payload.value.le(floor)));
        candidate.set(io.candidates.payload);
        hole.set(place);
        readAt.set(place.sub(1).asUInt().wrap(indexWidth));
        m.when(io.candidates.valid.and(full.not()), () => {
          count.set(count.add(1).wrap(topCountWidth));
        });
      }).otherwise(() => {
        readAt.set(readAt.sub(1).asUInt().wrap(indexWidth));
      });

      const read = memory.read("entry", mux(inserting, readAt, io.index));
      const entry = m.register("entry_held", logitEntry, data);
      const arriving = m.register("arriving", bit, { init: 0 });
      const arrived = m.register("arrived", bit, { init: 0 });
      entry.set(read);
      arriving.set(inserting);
      arrived.set(arriving);
      io.entry.set(read);

      const atHead = hole.eq(0);
      const ends = m.node("ends", atHead.or(entry.value.ge(candidate.value)));
      const written = mux(ends, candidate, entry);
      m.when(inserting.and(arrived), () => {
        memory.write(hole, written);
        hole.set(hole.sub(1).asUInt().wrap(indexWidth));
        m.when(hole.eq(last), () => {
          full.set(1);
          floor.set(written.value);
        });
        m.when(ends, () => {
          held.set(0);
          arriving.set(0);
          arrived.set(0);
        });
      });
      m.when(io.start, () => {
        for (const register of [count, full, held, arriving, arrived]) register.set(0);
      });
      io.busy.set(held);
      io.count.set(count);
      m.assert(count.le(entries), "no more entries than the list holds");
    },
    { documentation: `The ${entries} largest logits in descending order, equal ones in the order in which they came.` },
  );
}
