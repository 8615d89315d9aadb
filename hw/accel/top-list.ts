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
 * order). A candidate that is not above the last entry of a full list is dropped in one cycle, while an insertion runs, too. An
 * insertion moves the smaller entries down, one a cycle from the last one on: 4 cycles and one for each entry moved.
 *
 *     cycle n      an entry is read
 *           n + 1  block RAM gives it
 *           n + 2  it is compared, and it or the candidate written one place further down
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
      const inserting = m.register("inserting", bit, { init: 0 });
      const candidate = m.register("candidate", logitEntry, data);
      // The place that the next write fills: everything below it has moved, everything above has not.
      const hole = m.register("hole", uint(indexWidth), data);

      const drops = m.node("drops", full.and(io.candidates.payload.value.le(floor)));
      io.candidates.ready.set(drops.or(inserting.not()));
      const inserts = m.node("inserts", io.candidates.valid.and(drops.not()).and(inserting.not()));

      // Reading ahead of the hole; what was read beyond the beginning of the list is not used.
      const readAt = m.register("read_at", uint(indexWidth), data);
      const arriving = m.register("arriving", bit, { init: 0 });
      const arrived = m.register("arrived", bit, { init: 0 });
      const entry = m.register("entry_held", logitEntry, data);
      const read = memory.read("entry", mux(inserting, readAt, io.index));
      readAt.set(readAt.sub(1).asUInt().wrap(indexWidth));
      arriving.set(inserting);
      arrived.set(arriving.and(inserting));
      entry.set(read);
      io.entry.set(read);

      const atHead = hole.eq(0);
      const ends = m.node("ends", atHead.or(entry.value.ge(candidate.value)));
      const writes = m.node("writes", inserting.and(atHead.or(arrived)));
      const written = mux(ends, candidate, entry);
      m.when(writes, () => {
        memory.write(hole, written);
        hole.set(hole.sub(1).asUInt().wrap(indexWidth));
        m.when(hole.eq(last), () => {
          full.set(1);
          floor.set(written.value);
        });
        m.when(ends, () => {
          inserting.set(0);
          arriving.set(0);
          arrived.set(0);
        });
      });
      const place = m.node("place", mux(full, last, count.truncate(indexWidth)));
      m.when(inserts, () => {
        inserting.set(1);
        candidate.set(io.candidates.payload);
        hole.set(place);
        readAt.set(place.sub(1).asUInt().wrap(indexWidth));
        m.when(full.not(), () => {
          count.set(count.add(1).wrap(topCountWidth));
        });
      });
      m.when(io.start, () => {
        count.set(0);
        full.set(0);
        inserting.set(0);
        arriving.set(0);
        arrived.set(0);
      });
      io.busy.set(inserting);
      io.count.set(count);
      m.assert(count.le(entries), "no more entries than the list holds");
    },
    { documentation: `The ${entries} largest logits in descending order, equal ones in the order in which they came.` },
  );
}
