/** The control port: reads for the list fetcher, and writes in bursts, through one native LiteDRAM port. */
import { bit, bundle, fifoModule, input, map, module, mux, output, pipe, stream, uint } from "../../gen/index.ts";
import type { AssignableUInt, Builder, UInt } from "../../gen/index.ts";
import { joinHalves } from "./join-halves.ts";
import { dramAddressWidth, dramWriteType, wordAddressWidth, writeType, type MemoryParameters } from "./memory-parameters.ts";
import { bitsFor } from "./parameters.ts";

export { writeType };

/** Reads that may be on their way or wait to be taken. */
const readDepth = 8;
/** Writes that may wait, in words of DRAM. */
const writeDepth = 16;
/** Cycles without a new write after which those that wait go to DRAM. */
const quietCycles = 16;

/**
 * A read is one command a port word, in order. Room is counted before a command is offered, since LiteDRAM does not hold back read data.
 *
 * To turn DRAM from reading to writing and back costs some 20 cycles, so writes wait until half of `writeDepth` are there or none has come
 * for `quietCycles`; then all go out, one a cycle. LiteDRAM takes a write's data some cycles after its command and does not ask whether
 * it is there, so data waits before its command is offered. A write that was taken is always carried out.
 *
 * Reads and writes are not ordered among each other. `idle` says that nothing waits or is on its way: DRAM has taken the data of every
 * write, and whoever reads from now on reads what was written.
 */
export function controlPort(parameters: MemoryParameters) {
  const { portBytes, dramWordBytes } = parameters;
  const halves = dramWordBytes / portBytes;
  const halfBits = bitsFor(halves);
  const addressWidth = dramAddressWidth(parameters);
  const dramWrite = dramWriteType(parameters);
  const ports = {
    reads: input(stream(uint(wordAddressWidth(parameters))), "port words"),
    readWords: output(stream(uint(8 * portBytes))),
    writes: input(stream(writeType(parameters))),
    idle: output(bit, "nothing waits or is on its way"),
    commandValid: output(bit),
    commandReady: input(bit),
    commandWrite: output(bit),
    commandAddress: output(uint(addressWidth), "word of DRAM"),
    dataOutValid: output(bit),
    dataOutReady: input(bit, "DRAM takes the next write's data"),
    dataOut: output(uint(8 * dramWordBytes)),
    dataOutMask: output(uint(dramWordBytes)),
    dataInValid: input(bit),
    dataIn: input(uint(8 * dramWordBytes)),
  };
  return module(
    "ControlPort",
    ports,
    (io, m) => {
      // Where halves are joined, addresses are compared: from a register, since writes come a long way.
      const source = halves === 1 ? io.writes : pipe(m, "writes_held", io.writes);
      const quiet = quietFor(m, source.fire());
      const { writes, pending } =
        halves === 1
          ? { writes: map(source, dramWrite, ({ address, data, mask }) => ({ address, data, mask })), pending: bit.constant(0) }
          : joinHalves(m, parameters, source, quiet);

      // A write's command and its data wait apart: DRAM takes the data later.
      const commands = m.instance("write_commands", fifoModule("ControlPort_commands", stream(uint(addressWidth)), writeDepth));
      const data = m.instance(
        "write_data",
        fifoModule("ControlPort_data", stream(bundle({ data: dramWrite.fields.data, mask: dramWrite.fields.mask })), writeDepth, {
          memory: "distributed",
        }),
      );
      commands.in.valid.set(writes.valid.and(data.in.ready));
      commands.in.payload.set(writes.payload.address);
      data.in.valid.set(writes.valid.and(commands.in.ready));
      data.in.payload.set({ data: writes.payload.data, mask: writes.payload.mask });
      writes.ready.set(commands.in.ready.and(data.in.ready));
      io.dataOutValid.set(data.out.valid);
      io.dataOut.set(data.out.payload.data);
      io.dataOutMask.set(data.out.payload.mask);
      data.out.ready.set(io.dataOutReady);

      // Reads: their room, and which half of a word of DRAM is wanted.
      const reserved = m.register("reads_reserved", uint(bitsFor(readDepth) + 1), { init: 0 });
      const outstanding = m.register("reads_outstanding", uint(bitsFor(readDepth) + 1), { init: 0 });
      const mayRead = m.node("may_read", io.reads.valid.and(reserved.ne(readDepth)));

      // The command that is offered waits in registers. A burst of writes goes to its end first.
      const offered = m.register("offered", bit, { init: 0 });
      const offeredWrite = m.register("offered_write", bit, { init: 0 });
      const offeredAddress = m.register("offered_address", uint(addressWidth), { resettable: false });
      const free = m.node("offer_free", offered.not().or(io.commandReady));
      const sending = m.register("sending", bit, { init: 0 });
      m.when(commands.out.valid.not(), () => {
        sending.set(0);
      }).elseWhen(commands.level.ge(writeDepth / 2).or(quiet), () => {
        sending.set(1);
      });
      const sendsWrite = m.node("sends_write", sending.and(commands.out.valid));
      commands.out.ready.set(free.and(sending));
      const reads = m.node("reads_now", free.and(sendsWrite.not()).and(mayRead));
      io.reads.ready.set(free.and(sendsWrite.not()).and(reserved.ne(readDepth)));
      m.when(free, () => {
        offered.set(sendsWrite.or(mayRead));
        offeredWrite.set(sendsWrite);
        offeredAddress.set(mux(sendsWrite, commands.out.payload, io.reads.payload.bits(halfBits + addressWidth - 1, halfBits)));
      });
      io.commandValid.set(offered);
      io.commandWrite.set(offeredWrite);
      io.commandAddress.set(offeredAddress);

      const arrived = m.wire("arrived", stream(uint(8 * portBytes)));
      arrived.valid.set(io.dataInValid);
      const words = m.instance("read_words", fifoModule("ControlPort_words", arrived.type, readDepth));
      m.connect(words.in, arrived);
      m.connect(io.readWords, words.out);
      if (halves === 1) {
        arrived.payload.set(io.dataIn);
      } else {
        const upper = m.wire("half_in", stream(bit));
        upper.valid.set(reads);
        upper.payload.set(io.reads.payload.bit(0));
        const wanted = m.instance("read_halves", fifoModule("ControlPort_halves", upper.type, readDepth));
        m.connect(wanted.in, upper);
        wanted.out.ready.set(io.dataInValid);
        arrived.payload.set(
          mux(wanted.out.payload, io.dataIn.bits(16 * portBytes - 1, 8 * portBytes), io.dataIn.bits(8 * portBytes - 1, 0)),
        );
        m.assert(wanted.level.eq(outstanding), "it is known which half of every word on its way is wanted");
      }
      const takes = m.node("word_taken", io.readWords.fire());
      count(m, reserved, reads, takes);
      count(m, outstanding, reads, io.dataInValid);

      const isHeld = halves === 1 ? bit.constant(0) : source.valid;
      io.idle.set(isHeld.or(pending).not().and(data.out.valid.not()).and(reserved.eq(0)));

      // Commands that DRAM took and did not answer yet.
      const writesTaken = m.register("writes_taken", uint(bitsFor(writeDepth) + 1), { init: 0 });
      count(m, writesTaken, offered.and(offeredWrite).and(io.commandReady), io.dataOutReady);
      const offersRead = offered.and(offeredWrite.not());
      m.assume(io.dataOutReady.not().or(writesTaken.ne(0)), "DRAM takes data for the writes that it was given");
      m.assume(io.dataInValid.not().or(outstanding.gt(offersRead)), "DRAM only sends what was asked for");
      m.assert(
        data.level.eq(commands.level.add(writesTaken).add(offered.and(offeredWrite))),
        "the data of every write waits until DRAM takes it",
      );
      m.assert(reserved.eq(outstanding.add(words.level)).and(reserved.le(readDepth)), "every word on its way has room");
      m.assert(outstanding.ge(offersRead), "a read that is offered has room");
      const held = m.register("held_offer", bit, { init: 0 });
      const heldWrite = m.register("held_offer_write", bit, { resettable: false });
      const heldAddress = m.register("held_offer_address", uint(addressWidth), { resettable: false });
      held.set(offered.and(io.commandReady.not()));
      heldWrite.set(offeredWrite);
      heldAddress.set(offeredAddress);
      m.assert(
        held.not().or(offered.and(offeredWrite.eq(heldWrite)).and(offeredAddress.eq(heldAddress))),
        "a command stays, with its address, until DRAM takes it",
      );
    },
    { documentation: "Reads of single port words and bursts of writes on one native LiteDRAM port." },
  );
}

/** Adds 1 or takes 1 away. */
function count(m: Builder, counter: AssignableUInt, up: UInt<1>, down: UInt<1>): void {
  m.when(up.and(down.not()), () => {
    counter.set(counter.add(1).wrap(counter.width));
  }).elseWhen(down.and(up.not()), () => {
    counter.set(counter.sub(1).asUInt().wrap(counter.width));
  });
}

/** 1 while no write has been taken for `quietCycles`. */
function quietFor(m: Builder, taken: UInt<1>): UInt<1> {
  const width = bitsFor(quietCycles);
  const cycles = m.register("quiet_cycles", uint(width), { init: 0 });
  const quiet = m.node("quiet", cycles.reduceAnd());
  m.when(taken, () => {
    cycles.set(0);
  }).elseWhen(quiet.not(), () => {
    cycles.set(cycles.add(1).wrap(width));
  });
  return quiet;
}
