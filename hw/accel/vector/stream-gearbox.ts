/** The gearbox of the operand stream: port words of B bytes become groups of V elements of 1, 2 or 4 bytes. */
import { bit, concatenate, input, module, mux, output, sint, stream, uint, vector, type UInt } from "../../../gen/index.ts";
import { bitsFor, indexBits } from "../parameters.ts";
import { countWidth, elementWidth, type VectorParameters } from "./vector-command.ts";

/** Sizes of elements, as the logarithm of their bytes. */
export const elementSizes = { byte: 0, half: 1, word: 2 } as const;

/** Bytes of the largest element. */
const largestElement = 4;

/**
 * `open` announces the elements of a vector: their number and size. Exactly the port words that hold them are taken, and a group is
 * `valid` as soon as its bytes are there. `take` takes it; the last one of the vector is taken with `last`, which drops what is left of the
 * port word. Its elements are registered: they appear one
 * cycle later, at the output that belongs to their size, and hold until the next take.
 *
 * Words fill a line of the width of a port word or of V elements of 4 bytes, whichever is wider; a chunk of the latter width takes the
 * line's parts one after the other, while the line is filled again. So a group a cycle goes through where the words suffice.
 */
export function streamGearbox(parameters: VectorParameters) {
  const { portBytes, vectorLanes } = parameters;
  const chunkBytes = largestElement * vectorLanes;
  const lineBytes = Math.max(portBytes, chunkBytes);
  const slots = lineBytes / portBytes;
  const chunks = lineBytes / chunkBytes;
  const counts = countWidth(parameters);
  const ports = {
    open: input(bit, "while no vector is under way"),
    count: input(uint(counts), "elements, at least 1"),
    size: input(uint(2), "logarithm of an element's bytes; holds while groups are taken"),
    clear: input(bit),
    words: input(stream(uint(8 * portBytes))),
    take: input(bit, "only while valid"),
    last: input(bit),
    valid: output(bit),
    elements: output(vector(sint(elementWidth), vectorLanes), "bytes, or the low 24 bits of words"),
    halves: output(vector(uint(16), vectorLanes)),
  };
  return module(
    "StreamGearbox",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const isByte = io.size.eq(elementSizes.byte);
      const isHalf = io.size.eq(elementSizes.half);

      // The port words that remain to be taken.
      const bytesWidth = counts + 2;
      const bytes = mux(
        isByte,
        io.count.zeroExtend(bytesWidth),
        mux(isHalf, io.count.shiftLeft(1).zeroExtend(bytesWidth), io.count.shiftLeft(2)),
      );
      const remaining = m.register("words_remaining", uint(bytesWidth - bitsFor(portBytes) + 1), { init: 0 });
      const someRemain = m.register("some_remain", bit, { init: 0 });
      const isLastWord = m.node("is_last_word", remaining.eq(1));

      // The line.
      const slot = m.register("slot", uint(indexBits(slots)), { init: 0 });
      const lineFull = m.register("line_full", bit, { init: 0 });
      const chunkFull = m.register("chunk_full", bit, { init: 0 });
      const part = m.register("part", uint(indexBits(chunks)), { init: 0 });
      const position = m.register("position", uint(2), { init: 0 });
      const lastPosition = mux(isByte, uint(2).constant(3), mux(isHalf, uint(2).constant(1), uint(2).constant(0)));
      // Behind the last group of all nothing moves: it ends everything, below.
      const chunkEnds = m.node("chunk_ends", io.take.and(position.eq(lastPosition)));
      const move = m.node("move", lineFull.and(chunkFull.not().or(chunkEnds)));
      const movesLast = m.node("moves_last", move.and(part.eq(chunks - 1)));
      const accept = m.node("accept", someRemain.and(lineFull.not().or(movesLast)));
      io.words.ready.set(accept);
      const put = m.node("put", accept.and(io.words.valid));
      const line = Array.from({ length: slots }, (_, index) => {
        const word = m.register(`line_${index}`, uint(8 * portBytes), data);
        m.when(put.and(slot.eq(index)), () => {
          word.set(io.words.payload);
        });
        return word;
      });
      m.when(movesLast, () => {
        lineFull.set(0);
      });
      m.when(put, () => {
        const filled = slot.eq(slots - 1).or(isLastWord);
        lineFull.set(filled);
        slot.set(mux(filled, 0, slot.add(1).wrap(slot.width)));
        remaining.set(remaining.sub(1).asUInt().wrap(remaining.width));
        someRemain.set(isLastWord.not());
      });

      // The chunk.
      const chunk = m.register("chunk", uint(8 * chunkBytes), data);
      const whole = concatenate(...line.toReversed());
      const parts = Array.from({ length: chunks }, (_, index) =>
        whole.bits(8 * chunkBytes * (index + 1) - 1, 8 * chunkBytes * index),
      );
      m.when(chunkEnds, () => {
        chunkFull.set(0);
      });
      m.when(move, () => {
        chunk.set(selected(parts, part));
        chunkFull.set(1);
        part.set(mux(movesLast, 0, part.add(1).wrap(part.width)));
      });
      m.when(io.take, () => {
        position.set(mux(chunkEnds, 0, position.add(1).wrap(2)));
      });

      // The elements of the group at `position`.
      const byteAt = (index: number): UInt => chunk.bits(8 * index + 7, 8 * index);
      for (let lane = 0; lane < vectorLanes; lane++) {
        const element = m.register(`element_${lane}`, sint(elementWidth), data);
        const held = m.register(`half_${lane}`, uint(16), data);
        const single = selected(
          [0, 1, 2, 3].map((group) => byteAt(vectorLanes * group + lane)),
          position,
        );
        const half = (byte: number): UInt =>
          selected(
            [0, 1].map((group) => byteAt(2 * (vectorLanes * group + lane) + byte)),
            position.bits(0, 0),
          );
        const word = chunk.bits(8 * largestElement * lane + elementWidth - 1, 8 * largestElement * lane).asSInt();
        m.when(io.take, () => {
          element.set(mux(isByte, single.asSInt().signExtend(elementWidth), word));
          held.set(concatenate(half(1), half(0)));
        });
        io.elements.at(lane).set(element);
        io.halves.at(lane).set(held);
      }
      io.valid.set(chunkFull);

      m.when(io.take.and(io.last).or(io.clear), () => {
        slot.set(0);
        lineFull.set(0);
        chunkFull.set(0);
        part.set(0);
        position.set(0);
      });
      m.when(io.open, () => {
        const words = bytes.add(portBytes - 1).shiftRight(bitsFor(portBytes));
        remaining.set(words.truncate(remaining.width));
        someRemain.set(1);
      });
      m.when(io.clear, () => {
        someRemain.set(0);
      });
      m.assert(io.take.not().or(chunkFull), "a group is taken that is not there");
      m.assert(io.take.and(io.last).and(someRemain).not(), "words remain behind the last group");
      m.assert(io.open.and(someRemain.or(lineFull).or(chunkFull)).not(), "a vector is opened while another one is under way");
    },
    { documentation: `Port words of ${portBytes} bytes become groups of ${vectorLanes} elements of 1, 2 or 4 bytes.` },
  );
}

/** The value at `index`; the only one where there is one. */
function selected(values: readonly UInt[], index: UInt): UInt {
  const [first, ...others] = values;
  if (first === undefined) throw new RangeError("nothing to choose from");
  if (others.length === 0) return first;
  const choose = (from: readonly UInt[], level: number): UInt => {
    const half = from.length / 2;
    const only = from[0];
    if (from.length === 1 && only !== undefined) return only;
    return mux(index.bit(level), choose(from.slice(half), level - 1), choose(from.slice(0, half), level - 1));
  };
  return choose(values, bitsFor(values.length) - 1);
}
