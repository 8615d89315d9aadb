/** Cuts port words, or a block in registers, into the 32-bit words of a SHA-256 message. */
import { bit, concatenate, input, module, mux, output, stream, uint, type UInt } from "../../gen/index.ts";
import { bitsFor } from "./parameters.ts";
import { selected } from "./select.ts";

/** The bytes of a little-endian word as SHA-256 counts them: the first byte most significant. */
function swapBytes(word: UInt): UInt {
  return concatenate(word.bits(7, 0), word.bits(15, 8), word.bits(23, 16), word.bits(31, 24));
}

/**
 * With `fromBlock` = 0 the words come from the stream, without a gap between port words. With `fromBlock` = 1 they are the 16 words written by `write`.
 */
export function sha256Feed(portBytes: number) {
  const wordsInBeat = portBytes / 4;
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

      // The port word stays in the stream until its last part has gone on to `current`, or to `following` while `current` is not taken: whether
      // the stream's word goes does not depend on the hash, which would be the longest path.
      const current = m.register("current", uint(32), { resettable: false });
      const following = m.register("following", uint(32), { resettable: false });
      const held = m.register("held", bit, { init: 0 });
      const waiting = m.register("waiting", bit, { init: 0 });
      const part = m.register("part", uint(bitsFor(wordsInBeat)), { init: 0 });
      const mayLoad = m.node("may_load", io.run.and(io.fromBlock.not()).and(waiting.not()));
      const load = m.node("load", mayLoad.and(io.words.valid));
      io.words.ready.set(mayLoad.and(part.reduceAnd()));
      const parts = Array.from({ length: wordsInBeat }, (_, i) => io.words.payload.bits(32 * i + 31, 32 * i));
      const loaded = m.node("loaded", selected(parts, part));
      const free = m.node("free", held.not().or(io.wordTaken));
      m.when(waiting.not(), () => {
        following.set(loaded);
      });
      m.when(free, () => {
        current.set(mux(waiting, following, loaded));
      });
      held.set(load.or(waiting).or(held.and(io.wordTaken.not())));
      waiting.set(free.not().and(load.or(waiting)));
      m.when(load, () => {
        part.set(part.add(1).wrap(part.width));
      });
      m.when(io.wordTaken, () => {
        blockIndex.set(blockIndex.add(1).wrap(4));
      });
      m.when(io.start, () => {
        held.set(0);
        waiting.set(0);
        part.set(0);
        blockIndex.set(0);
      });
      io.wordValid.set(io.fromBlock.or(held));
      io.word.set(swapBytes(mux(io.fromBlock, block.readNow("word", blockIndex), current)));
    },
    { documentation: "The words of a SHA-256 message, from port words or from a block written by the CPU." },
  );
}
