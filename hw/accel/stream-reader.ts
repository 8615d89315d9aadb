/** The stream reader: reads what descriptors name from DRAM, through several LiteDRAM ports, and gives it as one stream of port words. */
import { bit, bundle, concatenate, fifo, input, module, mux, output, stream, uint, type Bit, type UInt } from "../../gen/index.ts";
import type { StreamInput } from "../../gen/index.ts";
import { descriptorWords, dramAddressWidth, ringWords, wordAddressWidth, type MemoryParameters } from "./memory-parameters.ts";
import { bitsFor } from "./parameters.ts";

/** Consecutive port words of DRAM: the first one's address and how many, at least 1. */
export function descriptorType(parameters: MemoryParameters) {
  return bundle({ address: uint(wordAddressWidth(parameters)), words: uint(descriptorWords) });
}

/** DDR3 has eight banks; their number lies in the address just above the column (LiteDRAM's ROW_BANK_COL). */
const bankBits = 3;

/**
 * Commands are offered in the order of the stream, one a cycle where DRAM takes it. LiteDRAM's crossbar holds a port to one bank until that
 * bank's queue is empty, so the ports take turns: when the stream goes on in another bank, the next port goes on. It opens its row while
 * the bank before still sends.
 *
 * Words arrive in order within a turn, but not from turn to turn. Each command gets a place in one ring of words; `arriving` is where a
 * port's next word goes. The `oldest` turn is the first that has not arrived whole; up to its `arriving` the ring is in order. The next
 * port begins a turn only when its last one has arrived.
 *
 * LiteDRAM does not hold back read data, so a command is offered only while its place is free. A command, once offered, stays. `stop` (a
 * level) drops the queued descriptors and those that still come; `idle` says that nothing is queued or on its way, words may still
 * wait. `clear` (one cycle, while idle) empties the ring.
 *
 * A word of DRAM may be two port words (`dramWordBytes` = 2 * `portBytes`). Of the word at an end of a descriptor only one half may be
 * wanted: `partial` knows the place of one such word, the commands behind the next one wait.
 */
export function streamReader(parameters: MemoryParameters) {
  const { portBytes, dramWordBytes, dramPorts } = parameters;
  const portBits = 8 * portBytes;
  const halves = dramWordBytes / portBytes;
  const halfBits = bitsFor(halves);
  const addressWidth = dramAddressWidth(parameters);
  const columnBits = bitsFor(parameters.rowBytes / dramWordBytes);
  const ringDepth = ringWords(parameters);
  const placeBits = bitsFor(ringDepth);
  // A place with a bit for the lap, so that a full ring differs from an empty one.
  const pointer = uint(placeBits + 1);
  const descriptor = descriptorType(parameters);
  const ports = {
    descriptors: input(stream(descriptor)),
    words: output(stream(uint(portBits))),
    stop: input(bit),
    clear: input(bit, "only while stop and idle"),
    idle: output(bit, "nothing is queued or on its way; words may wait"),
    commandValid: output(uint(dramPorts), "at most one bit"),
    commandReady: input(uint(dramPorts)),
    commandAddress: output(uint(addressWidth), "word of DRAM, of the port whose commandValid is 1"),
    dataValid: input(uint(dramPorts), "at most one bit"),
    data: input(uint(8 * dramWordBytes), "of the port whose dataValid is 1"),
    stalledByCommand: output(bit, "a command waits for DRAM"),
    stalledByRoom: output(bit, "a command waits for a free place"),
    stalledByData: output(bit, "words are on their way, none arrives"),
  };
  return module(
    "StreamReader",
    ports,
    (io, m) => {
      const next = (value: UInt): UInt => value.add(1).wrap(placeBits + 1);
      const place = (value: UInt): UInt => value.truncate(placeBits);
      const nextPort = (ports: UInt): UInt =>
        dramPorts === 1 ? ports : concatenate(ports.bits(dramPorts - 2, 0), ports.bit(dramPorts - 1));
      const onlyFirst = uint(dramPorts).constant(1);

      // Descriptors, one after the other.
      const accepted = m.wire("accepted", stream(descriptor));
      accepted.valid.set(io.descriptors.valid.and(io.stop.not()));
      accepted.payload.set(io.descriptors.payload);
      io.descriptors.ready.set(accepted.ready.or(io.stop));
      const queue: StreamInput<typeof descriptor, false> = fifo(m, "queue", accepted, 4);
      const active = m.register("active", bit, { init: 0 });
      const address = m.register("address", uint(addressWidth), { resettable: false });
      const left = m.register("words_left", uint(descriptorWords), { resettable: false });
      // The first word of DRAM begins with its upper half.
      const upper = halves === 1 ? null : m.register("upper_first", bit, { init: 0 });
      const upperWanted = upper ?? bit.constant(0);
      const lowerOnly = halves === 1 ? bit.constant(0) : upperWanted.not().and(left.eq(1));
      const isLast = m.node("is_last", left.eq(1).or(halves === 1 ? bit.constant(0) : upperWanted.not().and(left.eq(2))));

      // Where words go.
      const tail = m.register("tail", pointer, { init: 0 });
      const head = m.register("head", pointer, { init: 0 });
      const current = m.register("current", uint(dramPorts), { init: 1 });
      const oldest = m.register("oldest", uint(dramPorts), { init: 1 });
      const bank = dramPorts === 1 ? null : m.register("current_bank", uint(bankBits), { init: 0 });
      const arriving = Array.from({ length: dramPorts }, (_, p) => m.register(`arriving_${p}`, pointer, { init: 0 }));
      const ends = Array.from({ length: dramPorts }, (_, p) => m.register(`turn_end_${p}`, pointer, { init: 0 }));
      const ofPort = (values: readonly UInt[], select: UInt): UInt =>
        values.map((value, p) => value.and(select.bit(p).repeat(value.width))).reduce((all, value) => all.or(value));
      const oldestArriving = m.node("oldest_arriving", ofPort(arriving, oldest));
      const arrivedWhole = m.node("oldest_arrived_whole", oldestArriving.eq(ofPort(ends, oldest)));
      const onlyTurn = m.node("only_one_turn", oldest.eq(current));

      // Commands. The one that is offered waits in registers.
      const offered = m.register("offered", uint(dramPorts), { init: 0 });
      const offeredAddress = m.register("offered_address", uint(addressWidth), { resettable: false });
      const waits = m.node("offer_waits", offered.and(io.commandReady.not()).reduceOr());
      const full = m.node(
        "ring_full",
        place(tail)
          .eq(place(head))
          .and(tail.bit(placeBits).ne(head.bit(placeBits))),
      );
      const addressBank = bankOf(address, columnBits);
      const sameBank = m.node("same_bank", bank === null ? bit.constant(1) : addressBank.eq(bank));
      const after = m.node("next_in_turn", nextPort(current));
      const mayTurn = m.node("may_turn", after.and(oldest).reduceOr().not());
      const partialBusy = m.wire("partial_busy", bit, { default: 0 });
      const isPartial = m.node("is_partial", upperWanted.or(lowerOnly));
      const hasPlace = m.node("has_place", full.not().and(sameBank.or(mayTurn)).and(isPartial.and(partialBusy).not()));
      const issue = m.node("issue", active.and(hasPlace).and(waits.not()).and(io.stop.not()));
      const port = m.node("issue_port", mux(sameBank, current, after));

      m.when(waits.not(), () => {
        offered.set(mux(issue, port, uint(dramPorts).constant(0)));
        offeredAddress.set(address);
      });
      m.when(issue, () => {
        tail.set(next(tail));
        bank?.set(addressBank);
        current.set(port);
        address.set(address.add(1).wrap(addressWidth));
        upper?.set(0);
        left.set((halves === 1 ? left.sub(1) : mux(isPartial, left.sub(1), left.sub(2))).asUInt().wrap(descriptorWords));
      });
      const fetch = m.node("fetch", active.not().or(issue.and(isLast)));
      queue.ready.set(fetch.or(io.stop));
      m.when(fetch, () => {
        active.set(queue.valid);
        address.set(queue.payload.address.bits(halfBits + addressWidth - 1, halfBits));
        left.set(queue.payload.words);
        upper?.set(queue.payload.address.bit(0));
      });
      m.when(io.stop, () => {
        active.set(0);
      });

      // Data.
      const memory = m.memory("ring", { type: uint(8 * dramWordBytes), depth: ringDepth, collisions: "undefined" });
      memory.write(place(ofPort(arriving, io.dataValid)), io.data, { enable: io.dataValid.reduceOr() });
      for (let p = 0; p < dramPorts; p++) {
        const [arrives, end] = [arriving[p], ends[p]];
        if (arrives === undefined || end === undefined) continue;
        m.when(io.dataValid.bit(p), () => {
          arrives.set(next(arrives));
        });
        m.when(issue.and(port.bit(p)), () => {
          end.set(next(tail));
          m.when(sameBank.not(), () => {
            arrives.set(tail);
          });
        });
      }
      m.when(arrivedWhole.and(onlyTurn.not()), () => {
        oldest.set(nextPort(oldest));
      });

      // From the ring to the stream: `frontier` ends the words in order; those up to it were written a cycle ago at least.
      const frontier = m.register("frontier", pointer, { init: 0 });
      frontier.set(oldestArriving);
      const held = m.register("held", bit, { init: 0 });
      const heldTaken = m.wire("held_taken", bit);
      const read = m.node("read", head.ne(frontier).and(held.not().or(heldTaken)));
      const word = memory.read("held", place(head), { enable: read });
      held.set(read.or(held.and(heldTaken.not())));
      m.when(read, () => {
        head.set(next(head));
      });
      const valid = m.register("output_valid", bit, { init: 0 });
      const payload = m.register("output_word", uint(portBits), { resettable: false });
      const free = m.node("output_free", valid.not().or(io.words.ready));
      m.when(free, () => {
        valid.set(held);
      });
      io.words.valid.set(valid);
      io.words.payload.set(payload);
      if (halves === 1) {
        heldTaken.set(free);
        m.when(free, () => {
          payload.set(word);
        });
      } else {
        // The place of the one word in the ring of which one half is wanted.
        const partial = m.register("partial", bit, { init: 0 });
        const partialUpper = m.register("partial_upper", bit, { resettable: false });
        const partialPlace = m.register("partial_place", uint(placeBits), { resettable: false });
        const lowerDone = m.register("lower_done", bit, { init: 0 });
        const skipUpper = m.register("skip_upper", bit, { init: 0 });
        const readsPartial = m.node("reads_partial", read.and(partial).and(partialPlace.eq(place(head))));
        partialBusy.set(partial);
        m.when(readsPartial, () => {
          partial.set(0);
        });
        m.when(issue.and(isPartial), () => {
          partial.set(1);
          partialUpper.set(upperWanted);
          partialPlace.set(place(tail));
        });
        const lastHalf = m.node("last_half", lowerDone.or(skipUpper));
        heldTaken.set(free.and(lastHalf));
        m.when(free.and(held), () => {
          lowerDone.set(1);
        });
        m.when(read, () => {
          lowerDone.set(readsPartial.and(partialUpper));
          skipUpper.set(readsPartial.and(partialUpper.not()));
        });
        m.when(free, () => {
          payload.set(mux(lowerDone, word.bits(2 * portBits - 1, portBits), word.bits(portBits - 1, 0)));
        });
        m.when(io.clear, () => {
          partial.set(0);
        });
      }

      m.when(io.clear, () => {
        for (const register of [tail, head, frontier, ...arriving, ...ends]) register.set(0);
        current.set(onlyFirst);
        oldest.set(onlyFirst);
        held.set(0);
        valid.set(0);
      });

      // A command that was offered shows in `settled` one cycle after it was taken.
      const settled = m.register("settled", bit, { init: 1 });
      settled.set(arrivedWhole.and(onlyTurn));
      const idle = m.node("is_idle", queue.valid.not().and(active.not()).and(offered.eq(0)).and(settled));
      io.idle.set(idle);
      io.commandValid.set(offered);
      io.commandAddress.set(offeredAddress);
      io.stalledByCommand.set(waits);
      io.stalledByRoom.set(active.and(full));
      io.stalledByData.set(settled.not().and(io.dataValid.eq(0)));
    },
    {
      documentation:
        "Reads descriptors' words from DRAM through ports that take turns by bank; one ring of words, in the order of the stream.",
    },
  );
}

/** The bank bits of a DRAM word's address. */
function bankOf(address: UInt, columnBits: number): UInt {
  const high = Math.min(columnBits + bankBits, address.width) - 1;
  return high < columnBits ? uint(bankBits).constant(0) : address.bits(high, columnBits).zeroExtend(bankBits);
}
