/** The counters of events. */
import { bit, input, module, mux, output, uint } from "../../gen/index.ts";
import { counters } from "./registers.ts";

/** Counters are visited in turn, so an event may happen this often between two visits, less the visits that reading takes. */
const slots = 16;
const localBits = 6;

/**
 * Each event counts in a few bits of its own. A visit takes these away, and one adder adds them to a 32-bit sum in a memory in the cycle after. Visits
 * go round; one that `read` asks for comes first, so that what is read is exact. `clear` makes all counters 0.
 */
export function eventCounters() {
  const indexBits = Math.log2(slots);
  const ports = {
    events: input(uint(counters.length), "bit i: counter i of registers.ts counts"),
    clear: input(bit),
    read: input(bit, "at most one cycle in four"),
    index: input(uint(indexBits)),
    value: output(uint(32), "three cycles after read, until the next"),
  };
  return module(
    "EventCounters",
    ports,
    (io, m) => {
      const sums = m.memory("sums", { type: uint(32), depth: slots });
      const turn = m.register("turn", uint(indexBits), { init: 0 });
      const index = m.register("visited", uint(indexBits), { init: 0 });
      const reading = m.register("reading", bit, { init: 0 });
      index.set(mux(io.read, io.index, turn));
      reading.set(io.read);
      const fresh = m.register("fresh", uint(slots), { init: 2 ** slots - 1 });
      const held = m.register("held_value", uint(32), { resettable: false });
      const visits = m.node("visits", uint(slots).constant(1).shiftLeftBy(index));
      // Events come from everywhere: they count one cycle later.
      const events = m.register("events_held", uint(counters.length), { init: 0 });
      events.set(io.events);
      const locals = counters.map(([name], i) => {
        const local = m.register(`new_${name.toLowerCase()}`, uint(localBits), { init: 0 });
        const event = events.bit(i);
        m.when(io.clear, () => {
          local.set(0);
        })
          .elseWhen(visits.bit(i), () => {
            local.set(event.zeroExtend(localBits));
          })
          .elseWhen(event, () => {
            local.set(local.add(1).wrap(localBits));
          });
        m.assert(
          event
            .not()
            .or(local.ne(2 ** localBits - 1))
            .or(visits.bit(i))
            .or(io.clear),
          `${name} counts further than it can`,
        );
        return local;
      });
      const local = locals.map((count, i) => count.and(visits.bit(i).repeat(localBits))).reduce((all, count) => all.or(count));
      const taken = m.register("taken", uint(localBits), { init: 0 });
      const takenFrom = m.register("taken_from", uint(indexBits), { init: 0 });
      const isFirst = m.register("is_first", bit, { init: 0 });
      const wasRead = m.register("was_read", bit, { init: 0 });
      taken.set(mux(io.clear, uint(localBits).constant(0), local));
      takenFrom.set(index);
      isFirst.set(io.clear.or(fresh.and(visits).ne(0)));
      wasRead.set(reading);
      const before = mux(isFirst, uint(32).constant(0), sums.readNow("sum", takenFrom));
      const sum = m.node("sum", before.add(taken).wrap(32));
      sums.write(takenFrom, sum);
      m.when(io.read.not(), () => {
        turn.set(turn.add(1).wrap(indexBits));
      });
      m.when(wasRead, () => {
        held.set(sum);
      });
      fresh.set(mux(io.clear, uint(slots).constant(2 ** slots - 1), fresh.and(visits.not())));
      io.value.set(held);
    },
    { documentation: "Counters of events: small ones that one adder empties into a memory of sums, in turn." },
  );
}
