/** Turns descriptors into the words of DRAM that they need, one after the other. */
import {
  bit,
  bundle,
  fifo,
  input,
  module,
  mux,
  output,
  stream,
  uint,
  type Bit,
  type StreamInput,
  type UInt,
} from "../../gen/index.ts";
import { descriptorWords, dramAddressWidth, wordAddressWidth, type MemoryParameters } from "./memory-parameters.ts";
import { bitsFor } from "./parameters.ts";

/** DDR3 has eight banks; a bank's number lies in the address just above the column (LiteDRAM's ROW_BANK_COL). */
const bankBits = 3;

/** Consecutive port words of DRAM: the first one's address and how many, at least 1. */
export function descriptorType(parameters: MemoryParameters) {
  return bundle({ address: uint(wordAddressWidth(parameters)), words: uint(descriptorWords) });
}

/**
 * A word of DRAM and which of its port words are wanted: all, only the upper half, or only the lower one. Whether it lies in the bank of the
 * word that was taken before it (at first: in bank 0).
 */
export function dramWordType(parameters: MemoryParameters) {
  return bundle({ address: uint(dramAddressWidth(parameters)), upperOnly: bit, lowerOnly: bit, sameBank: bit });
}

/**
 * Four descriptors wait here. A word every cycle, also from one descriptor to the next. While `stop` is 1 what waits, and what comes, is
 * dropped: the output then breaks the rule that a payload that was offered stays.
 */
export function descriptorWalker(parameters: MemoryParameters) {
  const halves = parameters.dramWordBytes / parameters.portBytes;
  const halfBits = bitsFor(halves);
  const addressWidth = dramAddressWidth(parameters);
  const descriptor = descriptorType(parameters);
  const columnBits = bitsFor(parameters.rowBytes / parameters.dramWordBytes);
  const bankHigh = Math.min(columnBits + bankBits, addressWidth) - 1;
  const oneBank = bankHigh < columnBits;
  const bankOf = (word: UInt): UInt =>
    oneBank ? uint(bankBits).constant(0) : word.bits(bankHigh, columnBits).zeroExtend(bankBits);
  const ports = {
    descriptors: input(stream(descriptor)),
    stop: input(bit),
    wanted: output(stream(dramWordType(parameters))),
    waiting: output(bit, "a descriptor waits or is being walked"),
  };
  return module(
    "DescriptorWalker",
    ports,
    (io, m) => {
      const accepted = m.wire("accepted", stream(descriptor));
      accepted.valid.set(io.descriptors.valid.and(io.stop.not()));
      accepted.payload.set(io.descriptors.payload);
      io.descriptors.ready.set(accepted.ready.or(io.stop));
      const queue: StreamInput<typeof descriptor, false> = fifo(m, "queue", accepted, 4);
      m.assume(io.descriptors.valid.not().or(io.descriptors.payload.words.ne(0)), "a descriptor has at least one word");

      const active = m.register("active", bit, { init: 0 });
      const address = m.register("address", uint(addressWidth), { resettable: false });
      const left = m.register("words_left", uint(descriptorWords), { resettable: false });
      const upper = halves === 1 ? null : m.register("upper_first", bit, { resettable: false });
      const upperOnly = upper ?? bit.constant(0);
      const lowerOnly = halves === 1 ? bit.constant(0) : upperOnly.not().and(left.eq(1));
      // Whether this word is the last one is a register, computed with the word: DRAM's ready goes far from here.
      const endsIn = (words: UInt, startsUpper: Bit): Bit =>
        halves === 1 ? words.eq(1) : words.eq(1).or(startsUpper.not().and(words.eq(2)));
      const isLast = m.register("is_last", bit, { resettable: false });
      m.assert(active.not().or(isLast.eq(endsIn(left, upperOnly))), "the last word is known as such");
      const taken = m.node("taken", active.and(io.wanted.ready));
      const fetch = m.node("fetch", active.not().or(taken.and(isLast)));
      // So is whether it lies in another bank than the word before it: within a descriptor those of the last column are followed by such.
      const bankBefore = m.register("bank_before", uint(bankBits), { init: 0 });
      const sameBank = m.register("same_bank", bit, { resettable: false });
      const endsBank = oneBank || columnBits === 0 ? bit.constant(oneBank ? 0 : 1) : address.bits(columnBits - 1, 0).reduceAnd();
      m.assert(active.not().or(sameBank.eq(bankOf(address).eq(bankBefore))), "a word in another bank is known as such");
      m.when(taken, () => {
        bankBefore.set(bankOf(address));
        sameBank.set(endsBank.not());
        address.set(address.add(1).wrap(addressWidth));
        left.set((halves === 1 ? left.sub(1) : mux(upperOnly, left.sub(1), left.sub(2))).asUInt().wrap(descriptorWords));
        isLast.set(halves === 1 ? left.eq(2) : mux(upperOnly, left.eq(2).or(left.eq(3)), left.eq(3).or(left.eq(4))));
        upper?.set(0);
      });
      queue.ready.set(fetch.or(io.stop));
      const queued = queue.payload.address.bits(halfBits + addressWidth - 1, halfBits);
      m.when(fetch, () => {
        active.set(queue.valid);
        address.set(queued);
        sameBank.set(bankOf(queued).eq(mux(active, bankOf(address), bankBefore)));
        left.set(queue.payload.words);
        isLast.set(endsIn(queue.payload.words, queue.payload.address.bit(0)));
        upper?.set(queue.payload.address.bit(0));
      });
      m.when(io.stop, () => {
        active.set(0);
      });
      io.wanted.valid.set(active);
      io.wanted.payload.set({ address, upperOnly, lowerOnly, sameBank });
      io.waiting.set(active.or(queue.valid));
    },
    { documentation: "The words of DRAM that a queue of descriptors needs, in order, one a cycle." },
  );
}
