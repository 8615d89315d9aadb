/** What is proved about the stream reader beyond its own assertions. Run by memory-proofs.test.ts and memory-proofs.full.test.ts. */
import { bit, concatenate, fifo, input, module, stream, uint } from "../../gen/index.ts";
import { descriptorWords, dramAddressWidth, wordAddressWidth, type MemoryParameters } from "./memory-parameters.ts";
import { streamReader } from "./stream-reader.ts";

/** As small as a proof can go far: a word of DRAM is one or two bytes, a row two words. */
export function proofParameters(dramPorts: number, halves: 1 | 2): MemoryParameters {
  return { portBytes: 1, dramWordBytes: halves, dramPorts, fifoDepth: 2 * halves, rowBytes: 2 * halves, dramBytes: 32 * halves };
}

/**
 * Every port word of DRAM holds its own address, and each descriptor begins where the one before ended; how long they are, when DRAM takes
 * commands, when and for which port it sends, and when words are taken, is up to the solver. Then the stream counts.
 */
export function streamOrderProof(parameters: MemoryParameters) {
  const { dramPorts, dramWordBytes } = parameters;
  const width = wordAddressWidth(parameters);
  const ports = {
    give: input(bit),
    words: input(uint(descriptorWords)),
    take: input(bit),
    ready: input(uint(dramPorts)),
    sends: input(uint(dramPorts)),
  };
  return module("StreamOrderProof", ports, (io, m) => {
    const reader = m.instance("reader", streamReader(parameters));
    reader.stop.set(0);
    reader.clear.set(0);
    const asked = m.register("asked", uint(width), { init: 0 });
    const given = m.register("given", bit, { init: 0 });
    const words = m.register("words_given", uint(descriptorWords), { resettable: false });
    // What is offered stays: it is drawn one cycle before.
    m.when(given.not().or(reader.descriptors.ready), () => {
      given.set(io.give);
      words.set(io.words);
    });
    m.assume(io.words.ne(0), "a descriptor has at least one word");
    reader.descriptors.valid.set(given);
    reader.descriptors.payload.set({ address: asked, words });
    m.when(reader.descriptors.fire(), () => {
      asked.set(asked.add(words.truncate(width)).wrap(width));
    });

    reader.commandReady.set(io.ready);
    const queues = Array.from({ length: dramPorts }, (_, p) => {
      const commands = m.wire(`commands_${p}`, stream(uint(dramAddressWidth(parameters))));
      commands.valid.set(reader.commandValid.bit(p).and(io.ready.bit(p)));
      commands.payload.set(reader.commandAddress);
      const queue = fifo(m, `queue_${p}`, commands, 8);
      queue.ready.set(io.sends.bit(p));
      m.assume(io.sends.bit(p).not().or(queue.valid), `port ${p} sends what it was asked for`);
      m.assume(io.sends.eq(2 ** p).or(io.sends.bit(p).not()), `port ${p} sends alone`);
      return queue;
    });
    const address = queues
      .map((queue, p) => queue.payload.and(io.sends.bit(p).repeat(queue.payload.width)))
      .reduce((all, one) => all.or(one));
    reader.dataValid.set(io.sends);
    const portWords = Array.from({ length: dramWordBytes }, (_, i) =>
      (dramWordBytes === 1 ? address : concatenate(address, uint(1).constant(i))).zeroExtend(8),
    );
    reader.data.set(concatenate(...portWords.reverse()));

    const taken = m.register("taken", uint(width), { init: 0 });
    reader.words.ready.set(io.take);
    m.when(reader.words.fire(), () => {
      taken.set(taken.add(1).wrap(width));
    });
    m.assert(reader.words.valid.not().or(reader.words.payload.eq(taken)), "the words come in order, each once");
    m.assert(
      reader.idle.not().or(queues.map((queue) => queue.valid.not()).reduce((a, b) => a.and(b))),
      "idle: nothing is on its way",
    );
    m.cover(taken.eq(7), "seven words have come");
  });
}
