/** For tests: a DRAM with the ports of the accelerator, written as hardware so that Verilator runs it at full speed. */
import {
  bit,
  bundle,
  concatenate,
  fifo,
  input,
  module,
  mux,
  output,
  stream,
  uint,
  vector,
  type Bit,
  type UInt,
} from "../../../gen/index.ts";
import type { Builder } from "../../../gen/index.ts";
import { dramAddressWidth, type MemoryParameters } from "../memory-parameters.ts";

/** Commands that each port may have waiting. */
const queueDepth = 16;
/** Cycles from the moment a command is served until its data arrives. */
const latency = 5;

/** How the memory behaves. A chance is in 256ths of a cycle. */
export const rigStalls = bundle({
  /** A port does not take a command. */
  command: uint(8),
  /** No read is served. */
  data: uint(8),
  /** No write is served. */
  write: uint(8),
  /** Every `pauseEvery` cycles the memory does nothing for `pauseLength` cycles, as in a refresh; 0: never. */
  pauseEvery: uint(24),
  pauseLength: uint(24),
});

/** A random number of 32 bits each cycle (Marsaglia's xorshift). */
function randomWord(m: Builder, name: string, seed: UInt, reseed: Bit): UInt {
  const state = m.register(name, uint(32), { init: 0x9e3779b9 });
  const a = state.xor(state.shiftLeft(13).truncate(32));
  const b = a.xor(a.shiftRight(17).zeroExtend(32));
  const c = b.xor(b.shiftLeft(5).truncate(32));
  state.set(mux(reseed, seed, c));
  return state;
}

/**
 * Port `ports` is the control port, which also writes; the others only read. Commands of a port are served in order, those of different ports
 * in any. `load` writes a word past the ports, `show` reads one. `outside` is set by a write that is not in [firstWritable, endWritable).
 */
export function rigMemory(parameters: MemoryParameters) {
  const { dramPorts, dramWordBytes, dramBytes } = parameters;
  const clients = dramPorts + 1;
  const address = uint(dramAddressWidth(parameters));
  const word = uint(8 * dramWordBytes);
  const end = uint(address.width + 1);
  const ports = {
    stalls: input(rigStalls),
    seed: input(uint(32)),
    reseed: input(bit),
    commandValid: input(uint(clients)),
    commandReady: output(uint(clients)),
    readAddress: input(address, "of the reading ports"),
    controlAddress: input(address),
    controlWrite: input(bit),
    writeReady: output(bit, "takes a write's data"),
    writeData: input(word),
    writeMask: input(uint(dramWordBytes)),
    writeValid: input(bit),
    dataValid: output(uint(clients)),
    data: output(word),
    load: input(bit),
    loadAddress: input(address),
    loadData: input(word),
    show: output(word, "the word at loadAddress"),
    firstWritable: input(address),
    endWritable: input(end),
    outside: output(bit),
  };
  return module("RigMemory", ports, (io, m) => {
    const memory = m.memory("content", { type: word, depth: dramBytes / dramWordBytes, granularity: 8 });
    const random = randomWord(m, "random", io.seed, io.reseed);
    const other = randomWord(m, "other_random", io.seed.not(), io.reseed);
    const chance = (bits: UInt, threshold: UInt): Bit => bits.lt(threshold);

    // Pauses.
    const since = m.register("since_pause", uint(24), { init: 0 });
    const pausing = m.register("pausing", bit, { init: 0 });
    const due = mux(pausing, io.stalls.pauseLength, io.stalls.pauseEvery);
    m.when(io.stalls.pauseEvery.eq(0), () => {
      since.set(0);
      pausing.set(0);
    })
      .elseWhen(since.ge(due), () => {
        since.set(0);
        pausing.set(pausing.not());
      })
      .otherwise(() => {
        since.set(since.add(1).wrap(24));
      });

    // A queue for each port, and one for the control port's writes.
    const takes = Array.from({ length: clients }, (_, p) => {
      const roll = p % 2 === 0 ? random.bits(7, 0) : other.bits(7, 0);
      return chance(roll, io.stalls.command).not().and(pausing.not());
    });
    const queues = takes.map((take, p) => {
      const source = m.wire(`asked_${p}`, stream(address));
      const isControl = p === dramPorts;
      const wanted = io.commandValid.bit(p).and(isControl ? io.controlWrite.not() : bit.constant(1));
      source.valid.set(wanted.and(take));
      source.payload.set(isControl ? io.controlAddress : io.readAddress);
      return { source, waiting: fifo(m, `queue_${p}`, source, queueDepth, { memory: "distributed" }) };
    });
    const writeSource = m.wire("asked_write", stream(address));
    const controlTakes = takes[dramPorts] ?? bit.constant(0);
    writeSource.valid.set(io.commandValid.bit(dramPorts).and(io.controlWrite).and(controlTakes));
    writeSource.payload.set(io.controlAddress);
    const writes = fifo(m, "queue_write", writeSource, queueDepth, { memory: "distributed" });
    const readies = queues.map(({ source }, p) => {
      const ready = p === dramPorts ? mux(io.controlWrite, writeSource.ready, source.ready) : source.ready;
      return ready.and(takes[p] ?? bit.constant(0));
    });
    io.commandReady.set(concatenate(...readies.toReversed()));

    // Reads: one a cycle, of a port that is drawn.
    const serves = m.node("serves", pausing.not().and(chance(random.bits(15, 8), io.stalls.data).not()));
    const first = other.bits(9, 8);
    const served = m.wire("served", vector(bit, clients), { default: Array.from({ length: clients }, () => 0) });
    const servedAddress = m.wire("served_address", address, { default: 0 });
    // From the last choice to the first: the last assignment wins.
    for (let turn = clients - 1; turn >= 0; turn--) {
      for (let start = 0; start < 4; start++) {
        const p = (start + turn) % clients;
        const queue = queues[p]?.waiting;
        if (queue === undefined) continue;
        m.when(first.eq(start).and(queue.valid).and(serves), () => {
          served.set(Array.from({ length: clients }, (_, index) => (index === p ? 1 : 0)));
          servedAddress.set(queue.payload);
        });
      }
    }
    for (const [p, { waiting }] of queues.entries()) waiting.ready.set(served.at(p));
    const answers = bundle({ valid: uint(clients), data: word });
    let stage = m.register("answer_0", answers);
    stage.set({ valid: concatenate(...[...served].toReversed()), data: memory.readNow("answer", servedAddress) });
    for (let i = 1; i < latency; i++) {
      const next = m.register(`answer_${i}`, answers);
      next.set(stage);
      stage = next;
    }
    io.dataValid.set(stage.valid);
    io.data.set(stage.data);

    // Writes: their data is taken some time after their command.
    const stores = m.node("stores", writes.valid.and(pausing.not()).and(chance(random.bits(23, 16), io.stalls.write).not()));
    writes.ready.set(stores);
    io.writeReady.set(stores);
    m.assert(stores.not().or(io.writeValid), "the data of a write is there when it is taken");
    const place = writes.payload;
    memory.write(mux(io.load, io.loadAddress, place), mux(io.load, io.loadData, io.writeData), {
      enable: io.load.or(stores),
      mask: mux(io.load, io.writeMask.xor(io.writeMask).not(), io.writeMask),
    });
    m.assert(io.load.and(stores).not(), "nothing is loaded while the accelerator writes");
    io.show.set(memory.readNow("show", io.loadAddress));
    const outside = m.register("wrote_outside", bit, { init: 0 });
    const isOutside = place.lt(io.firstWritable).or(place.ge(io.endWritable));
    m.when(stores.and(isOutside).and(io.writeMask.ne(0)), () => {
      outside.set(1);
    });
    io.outside.set(outside);
  });
}
