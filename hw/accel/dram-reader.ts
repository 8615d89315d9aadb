/** The DMA reader: reads port words one after the other from a native LiteDRAM port into a FIFO. */
import { bit, input, module, mux, output, uint } from "../../gen/index.ts";
import { bitsFor, dramWords, type AcceleratorParameters } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";

/** Rows or blocks, whichever a command counts. */
export const itemWidth = Math.max(parameterWidths.rows, parameterWidths.blocks);

/** Width of the number of port words in a group: a row group of the widest matrix, or a block of 64 bytes. */
export function groupWidth(parameters: AcceleratorParameters): number {
  return bitsFor(Math.max(parameters.activationBytes, 64) / parameters.portBytes) + 1;
}

/**
 * `start` copies the four parameters and reads ceil(items / step) groups of `groupWords` port words from `address` on, one command a cycle where DRAM takes it. LiteDRAM does not
 * hold back read data, so a command is only offered while the FIFO has room for its word: `reserved` counts words that are on their way
 * or wait in the FIFO, `taken` gives one back.
 *
 * A command, once offered, stays until DRAM takes it. `stop` ends the reading after the command that is offered; `idle` comes when
 * the data of all commands has arrived. A reading that would run beyond the end of DRAM stops there and pulses `ranOut`.
 */
export function dramReader(parameters: AcceleratorParameters) {
  const { fifoDepth, portBytes } = parameters;
  const addressWidth = bitsFor(dramWords(parameters));
  const countWidth = bitsFor(fifoDepth) + 1;
  const words = groupWidth(parameters);
  const ports = {
    start: input(bit),
    address: input(uint(addressWidth), "first port word"),
    items: input(uint(itemWidth), "at least 1"),
    step: input(uint(3), "items that a group covers: 1 or 5"),
    groupWords: input(uint(words), "port words of a group, at least 1"),
    stop: input(bit),
    commandValid: output(bit),
    commandReady: input(bit),
    commandAddress: output(uint(addressWidth)),
    dataValid: input(bit),
    data: input(uint(8 * portBytes)),
    push: output(bit),
    pushData: output(uint(8 * portBytes)),
    taken: input(bit),
    forget: input(bit, "the FIFO was emptied: all room is free again; only while idle"),
    idle: output(bit),
    ranOut: output(bit),
    stalledByRoom: output(bit),
    stalledByData: output(bit),
  };
  return module(
    "DramReader",
    ports,
    (io, m) => {
      const active = m.register("active", bit, { init: 0 });
      const stopping = m.register("stopping", bit, { init: 0 });
      const address = m.register("address_next", uint(addressWidth), { resettable: false });
      const items = m.register("items_left", uint(itemWidth), { resettable: false });
      const step = m.register("step_held", uint(3), { resettable: false });
      const groupWords = m.register("group_words_held", uint(words), { resettable: false });
      const left = m.register("words_left", uint(words), { resettable: false });
      const reserved = m.register("reserved", uint(countWidth), { init: 0 });
      const outstanding = m.register("outstanding", uint(countWidth), { init: 0 });

      const hasRoom = m.node("has_room", reserved.bit(countWidth - 1).not());
      const offered = m.node("offered", active.and(hasRoom));
      const fire = m.node("fire", offered.and(io.commandReady));
      const groupEnds = m.node("group_ends", left.eq(1));
      const isLast = m.node("is_last", groupEnds.and(items.le(step)));
      const atEnd = m.node("at_end_of_dram", address.reduceAnd());

      m.when(io.start, () => {
        active.set(1);
        stopping.set(0);
        address.set(io.address);
        items.set(io.items);
        step.set(io.step);
        groupWords.set(io.groupWords);
        left.set(io.groupWords);
      });
      m.when(io.stop.and(active), () => {
        stopping.set(1);
      });
      m.when(fire, () => {
        address.set(address.add(1).wrap(addressWidth));
        left.set(mux(groupEnds, groupWords, left.sub(1).asUInt().wrap(words)));
        m.when(groupEnds, () => {
          items.set(items.sub(step).asUInt().wrap(itemWidth));
        });
        m.when(isLast.or(atEnd), () => {
          active.set(0);
        });
      });
      m.when(active.and(stopping).and(fire.or(offered.not())), () => {
        active.set(0);
      });

      const arrives = io.dataValid;
      m.when(fire.and(io.taken.not()), () => {
        reserved.set(reserved.add(1).wrap(countWidth));
      });
      m.when(io.taken.and(fire.not()), () => {
        reserved.set(reserved.sub(1).asUInt().wrap(countWidth));
      });
      m.when(io.forget, () => {
        reserved.set(0);
      });
      m.when(fire.and(arrives.not()), () => {
        outstanding.set(outstanding.add(1).wrap(countWidth));
      });
      m.when(arrives.and(fire.not()), () => {
        outstanding.set(outstanding.sub(1).asUInt().wrap(countWidth));
      });

      io.commandValid.set(offered);
      io.commandAddress.set(address);
      io.push.set(arrives);
      io.pushData.set(io.data);
      io.idle.set(active.not().and(outstanding.eq(0)));
      io.ranOut.set(fire.and(atEnd).and(isLast.not()));
      io.stalledByRoom.set(active.and(hasRoom.not()));
      io.stalledByData.set(outstanding.ne(0).and(arrives.not()));

      m.assert(reserved.le(fifoDepth), "no more words are reserved than the FIFO holds");
      m.assert(outstanding.le(reserved), "every word on its way has room");
      const heldOffer = m.register("held_offer", bit, { init: 0 });
      const heldAddress = m.register("held_offer_address", uint(addressWidth), { resettable: false });
      heldOffer.set(offered.and(io.commandReady.not()));
      heldAddress.set(address);
      m.assert(heldOffer.not().or(offered.and(address.eq(heldAddress))), "a command stays, with its address, until DRAM takes it");

      const idle = active.not().and(outstanding.eq(0));
      m.assume(arrives.not().or(outstanding.ne(0)), "DRAM only sends what was asked for");
      m.assume(io.taken.not().or(reserved.gt(outstanding)), "only words that wait are taken");
      m.assume(io.start.not().or(idle), "a reading starts when the one before has ended");
      m.assume(io.forget.not().or(idle), "the FIFO is emptied when nothing is on its way");
    },
    {
      documentation:
        "Reads consecutive port words from a native LiteDRAM port; room in the FIFO is reserved before a command is offered.",
    },
  );
}
