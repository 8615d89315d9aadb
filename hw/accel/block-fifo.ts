/** A FIFO in block RAM. */
import { bit, input, module, output, uint } from "../../gen/index.ts";
import { bitsFor } from "./parameters.ts";

/**
 * `depth` words (a power of two) of `width` bits. There is no back pressure: whoever pushes has counted the room (see DramReader and
 * MatrixUnit), and `take` is only given while `waiting` is not 0; both are asserted. The word taken is in `data` one cycle later and holds
 * until the next take. `clear` empties it.
 */
export function blockFifo(name: string, width: number, depth: number) {
  const addressWidth = bitsFor(depth);
  const ports = {
    push: input(bit),
    pushData: input(uint(width)),
    take: input(bit),
    clear: input(bit),
    data: output(uint(width)),
    waiting: output(uint(addressWidth + 1), "words that can be taken"),
    empty: output(bit),
  };
  return module(
    name,
    ports,
    (io, m) => {
      const memory = m.memory("words", { type: uint(width), depth });
      const head = m.register("head", uint(addressWidth), { init: 0 });
      const tail = m.register("tail", uint(addressWidth), { init: 0 });
      const waiting = m.register("count", uint(addressWidth + 1), { init: 0 });
      const empty = m.register("is_empty", bit, { init: 1 });
      io.data.set(memory.read("head", head, { enable: io.take }));
      memory.write(tail, io.pushData, { enable: io.push });
      m.when(io.push, () => {
        tail.set(tail.add(1).wrap(addressWidth));
      });
      m.when(io.take, () => {
        head.set(head.add(1).wrap(addressWidth));
      });
      m.when(io.push.and(io.take.not()), () => {
        waiting.set(waiting.add(1).wrap(addressWidth + 1));
        empty.set(0);
      });
      m.when(io.take.and(io.push.not()), () => {
        waiting.set(
          waiting
            .sub(1)
            .asUInt()
            .wrap(addressWidth + 1),
        );
        empty.set(waiting.eq(1));
      });
      m.when(io.clear, () => {
        head.set(0);
        tail.set(0);
        waiting.set(0);
        empty.set(1);
      });
      io.waiting.set(waiting);
      io.empty.set(empty);
      m.assert(io.push.not().or(waiting.ne(depth)), "pushed into a full FIFO");
      m.assert(io.take.not().or(waiting.ne(0)), "taken from an empty FIFO");
    },
    { documentation: `${depth} words of ${width} bits in block RAM; a word taken appears one cycle later.` },
  );
}
