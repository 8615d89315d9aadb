/** The FIFO of checked commands between the list fetcher and the executor. */
import { bit, input, module, output, uint } from "../../gen/index.ts";
import { commandWords } from "./commands.ts";
import { bitsFor } from "./parameters.ts";

/** Commands that it holds: one block RAM of 512 words. */
export const fifoCommands = 32;

/**
 * A command is written word by word, in any order, into the slot behind the last one, and exists once it is committed: the fetcher writes words
 * before it knows whether they are right. The reader sees the oldest command's words by index, one cycle later, and lets it go with `done`.
 */
export function commandFifo() {
  const slotBits = bitsFor(fifoCommands);
  const wordBits = bitsFor(commandWords);
  const ports = {
    write: input(bit),
    writeIndex: input(uint(wordBits)),
    writeData: input(uint(32)),
    commit: input(bit, "only while hasRoom; a word written in the same cycle still belongs to the command"),
    hasRoom: output(bit),
    available: output(bit),
    readIndex: input(uint(wordBits)),
    data: output(uint(32), "one cycle after readIndex"),
    done: input(bit, "only while available"),
    clear: input(bit),
  };
  return module(
    "CommandFifo",
    ports,
    (io, m) => {
      const words = m.memory("words", { type: uint(32), depth: fifoCommands * commandWords, collisions: "undefined" });
      const tail = m.register("tail", uint(slotBits), { init: 0 });
      const head = m.register("head", uint(slotBits), { init: 0 });
      const count = m.register("count", uint(slotBits + 1), { init: 0 });
      const address = (slot: typeof tail, index: typeof io.readIndex) =>
        slot
          .zeroExtend(slotBits + wordBits)
          .shiftLeft(wordBits)
          .truncate(slotBits + wordBits)
          .or(index.zeroExtend(slotBits + wordBits));
      words.write(address(tail, io.writeIndex), io.writeData, { enable: io.write });
      io.data.set(words.read("head", address(head, io.readIndex)));
      m.when(io.commit, () => {
        tail.set(tail.add(1).wrap(slotBits));
      });
      m.when(io.done, () => {
        head.set(head.add(1).wrap(slotBits));
      });
      m.when(io.commit.and(io.done.not()), () => {
        count.set(count.add(1).wrap(slotBits + 1));
      });
      m.when(io.done.and(io.commit.not()), () => {
        count.set(
          count
            .sub(1)
            .asUInt()
            .wrap(slotBits + 1),
        );
      });
      m.when(io.clear, () => {
        tail.set(0);
        head.set(0);
        count.set(0);
      });
      io.hasRoom.set(count.ne(fifoCommands));
      io.available.set(count.ne(0));
      m.assert(tail.eq(head.add(count).truncate(slotBits)), "the addresses are as far apart as the commands that wait");
      m.assert(count.le(fifoCommands), "no more commands wait than there are slots");
      m.assert(io.commit.not().or(count.ne(fifoCommands)), "a command was committed without room");
      m.assert(io.done.not().or(count.ne(0)), "a command was done that was not there");
    },
    { documentation: `${fifoCommands} commands of ${commandWords} words in block RAM.` },
  );
}
