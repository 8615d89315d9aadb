/** Cuts port words, or a block in registers, into the 32-bit words of a SHA-256 message. */
import { bit, concatenate, input, module, mux, output, stream, uint, type UInt } from "../../gen/index.ts";
import { bitsFor } from "./parameters.ts";

/** The bytes of a little-endian word as SHA-256 counts them: the first byte most significant. */
function swapBytes(word: UInt): UInt {
  return concatenate(word.bits(7, 0), word.bits(15, 8), word.bits(23, 16), word.bits(31, 24));
}

/**
 * With `fromBlock` = 0 the words come from the stream; the next port word is taken when the last one's end is, so that words follow each other
 * without a gap. With `fromBlock` = 1 they are the 16 words written by `write`.
 */
export function sha256Feed(portBytes: number) {
  const wordsInBeat = portBytes / 4;
  const indexWidth = bitsFor(wordsInBeat);
  const ports = {
    start: input(bit),
    fromBlock: input(bit, "holds until the next start"),
    run: input(bit, "may take from the stream"),
    words: input(stream(uint(8 * portBytes))),
    write: input(bit),
    writeIndex: input(uint(4)),
    writeData: input(uint(32)),
    wordValid: output(bit),
    word: output(uint(32)),
    wordTaken: input(bit),
  };
  return module(
    "Sha256Feed",
    ports,
    (io, m) => {
      const block = m.memory("block", { type: uint(32), depth: 16 });
      block.write(io.writeIndex, io.writeData, { enable: io.write });
      const blockIndex = m.register("block_index", uint(4), { init: 0 });

      const current = m.register("current", uint(8 * portBytes), { resettable: false });
      const held = m.register("held", bit, { init: 0 });
      const index = m.register("index", uint(indexWidth), { init: 0 });
      const usesUp = m.node("uses_up", io.wordTaken.and(index.eq(wordsInBeat - 1)));
      io.words.ready.set(io.run.and(io.fromBlock.not()).and(held.not().or(usesUp)));
      const load = m.node("load", io.words.fire());
      held.set(load.or(held.and(usesUp.not())));
      m.when(io.wordTaken, () => {
        index.set(index.add(1).wrap(indexWidth));
        blockIndex.set(blockIndex.add(1).wrap(4));
        current.set(current.shiftRight(32).zeroExtend(8 * portBytes));
      });
      m.when(load, () => {
        current.set(io.words.payload);
      });
      m.when(io.start, () => {
        held.set(0);
        index.set(0);
        blockIndex.set(0);
      });
      io.wordValid.set(io.fromBlock.or(held));
      io.word.set(swapBytes(mux(io.fromBlock, block.readNow("word", blockIndex), current.bits(31, 0))));
    },
    { documentation: "The words of a SHA-256 message, from port words or from a block written by the CPU." },
  );
}
