/** The stream reader: reads what descriptors name from DRAM, through several LiteDRAM ports, and gives it as one stream of port words. */
import { bit, concatenate, input, module, mux, output, stream, uint, type Bit, type Builder, type UInt } from "../../gen/index.ts";
import { descriptorType, descriptorWalker } from "./descriptor-walker.ts";
import { dramAddressWidth, ringWords, type MemoryParameters } from "./memory-parameters.ts";
import { bitsFor } from "./parameters.ts";
import { wordHalves } from "./word-halves.ts";

export { descriptorType };

/**
 * Commands are offered in the order of the stream, one a cycle where DRAM takes it. LiteDRAM's crossbar holds a port to one bank until that
 * bank's queue is empty, so the ports take turns: where the stream goes on in another bank, the next port goes on. It opens its row while
 * the bank before still sends.
 *
 * Words arrive in order within a turn, but not from turn to turn. Each command gets a place in one ring of words; `arriving` is where a
 * port's next word goes. The `oldest` turn is the first that has not arrived whole; up to its `arriving` the ring is in order. A port
 * begins a turn only after its last one has arrived.
 *
 * LiteDRAM does not hold back read data, so a command is offered only where its place is free. A command, once offered, stays. `stop` (a
 * level) drops the queued descriptors and those that still come; `idle` says that nothing is queued or on its way, words may still
 * wait. `clear` (one cycle, while stop and idle) drops those.
 *
 * A word of DRAM may be two port words (`dramWordBytes` = 2 * `portBytes`), and at the ends of a descriptor only one half may be wanted.
 * `partial` is the place of one such word; a second one waits until it has been read from the ring.
 */
export function streamReader(parameters: MemoryParameters) {
  const { portBytes, dramWordBytes, dramPorts } = parameters;
  const addressWidth = dramAddressWidth(parameters);
  const ringDepth = ringWords(parameters);
  const placeBits = bitsFor(ringDepth);
  // A place and a bit for the lap, so that a full ring differs from an empty one.
  const pointer = uint(placeBits + 1);
  const ports = {
    descriptors: input(stream(descriptorType(parameters))),
    words: output(stream(uint(8 * portBytes))),
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

      const walker = m.instance("walker", descriptorWalker(parameters));
      m.connect(walker.descriptors, io.descriptors);
      walker.stop.set(io.stop);
      const wanted = walker.wanted.payload;

      // Turns and places.
      const tail = m.register("tail", pointer, { init: 0 });
      const head = m.register("head", pointer, { init: 0 });
      const current = m.register("current", uint(dramPorts), { init: 1 });
      const oldest = m.register("oldest", uint(dramPorts), { init: 1 });
      const turns = Array.from({ length: dramPorts }, (_, p) => ({
        arriving: m.register(`arriving_${p}`, pointer, { init: 0 }),
        end: m.register(`end_${p}`, pointer, { init: 0 }),
      }));
      const arriving = turns.map((turn) => turn.arriving);
      const ends = turns.map((turn) => turn.end);
      const oldestArriving = m.node("oldest_arriving", selected(arriving, oldest));
      const arrivedWhole = m.node("oldest_arrived_whole", oldestArriving.eq(selected(ends, oldest)));
      const onlyTurn = m.node("only_one_turn", oldest.eq(current));

      // Commands. The one that is offered waits in registers.
      const offered = m.register("offered", uint(dramPorts), { init: 0 });
      const offeredAddress = m.register("offered_address", uint(addressWidth), { resettable: false });
      const waits = m.node("offer_waits", offered.and(io.commandReady.not()).reduceOr());
      const isFull = m.node(
        "is_full",
        place(tail)
          .eq(place(head))
          .and(tail.bit(placeBits).ne(head.bit(placeBits))),
      );
      const following = m.node("following", rotated(current));
      const sameBank = dramPorts > 1 ? wanted.sameBank : bit.constant(1);
      const mayTurn = m.node("may_turn", following.and(oldest).reduceOr().not());
      const partialWaits = m.wire("partial_waits", bit, { default: 0 });
      const hasPlace = m.node("has_place", isFull.not().and(sameBank.or(mayTurn)).and(partialWaits.not()));
      const mayIssue = m.node("may_issue", hasPlace.and(waits.not()).and(io.stop.not()));
      walker.wanted.ready.set(mayIssue);
      const issue = m.node("issue", mayIssue.and(walker.wanted.valid));
      const port = m.node("issue_port", mux(sameBank, current, following));
      m.when(waits.not(), () => {
        offered.set(mux(issue, port, uint(dramPorts).constant(0)));
        offeredAddress.set(wanted.address);
      });
      m.when(issue, () => {
        tail.set(next(tail));
        current.set(port);
      });
      m.when(arrivedWhole.and(onlyTurn.not()), () => {
        oldest.set(rotated(oldest));
      });

      // Data.
      const ring = m.memory("ring", { type: uint(8 * dramWordBytes), depth: ringDepth, collisions: "undefined" });
      const writePlace = m.node("write_place", place(selected(arriving, io.dataValid)));
      ring.write(writePlace, io.data, { enable: io.dataValid.reduceOr() });
      for (const [p, turn] of turns.entries()) {
        m.when(io.dataValid.bit(p), () => {
          turn.arriving.set(next(turn.arriving));
        });
        m.when(issue.and(port.bit(p)), () => {
          turn.end.set(next(tail));
          m.when(sameBank.not(), () => {
            turn.arriving.set(tail);
          });
        });
      }

      // From the ring to the stream. Words up to `frontier` are in order and were written at least one cycle ago.
      const frontier = m.register("frontier", pointer, { init: 0 });
      frontier.set(oldestArriving);
      const halves = m.instance("halves", wordHalves(parameters));
      const held = m.register("held", bit, { init: 0 });
      const read = m.node("read", head.ne(frontier).and(held.not().or(halves.in.ready)));
      m.when(read.or(halves.in.ready), () => {
        held.set(read);
      });
      m.when(read, () => {
        head.set(next(head));
      });
      halves.clear.set(io.clear);
      halves.in.valid.set(held);
      halves.in.payload.word.set(ring.read("held", place(head), { enable: read }));
      m.connect(io.words, halves.out);
      if (dramWordBytes === portBytes) {
        halves.in.payload.upperOnly.set(0);
        halves.in.payload.lowerOnly.set(0);
      } else {
        const partial = m.register("partial", bit, { init: 0 });
        const partialUpper = m.register("partial_upper", bit, { resettable: false });
        const partialPlace = m.register("partial_place", uint(placeBits), { resettable: false });
        const upperOnly = m.register("held_upper_only", bit, { resettable: false });
        const lowerOnly = m.register("held_lower_only", bit, { resettable: false });
        const isPartial = m.node("wants_half", wanted.upperOnly.or(wanted.lowerOnly));
        partialWaits.set(isPartial.and(partial));
        m.when(read, () => {
          const reads = partial.and(partialPlace.eq(place(head)));
          upperOnly.set(reads.and(partialUpper));
          lowerOnly.set(reads.and(partialUpper.not()));
          m.when(reads, () => {
            partial.set(0);
          });
        });
        m.when(issue.and(isPartial), () => {
          partial.set(1);
          partialUpper.set(wanted.upperOnly);
          partialPlace.set(place(tail));
        });
        m.when(io.clear, () => {
          partial.set(0);
        });
        halves.in.payload.upperOnly.set(upperOnly);
        halves.in.payload.lowerOnly.set(lowerOnly);
      }
      m.when(io.clear, () => {
        for (const register of [tail, head, frontier, ...arriving, ...ends]) register.set(0);
        current.set(1);
        oldest.set(1);
        held.set(0);
      });

      // A command that was issued shows in `settled` two cycles later; until then it is offered.
      const settled = m.register("settled", bit, { init: 1 });
      settled.set(arrivedWhole.and(onlyTurn));
      const isIdle = m.node("is_idle", walker.waiting.not().and(offered.eq(0)).and(settled));
      io.idle.set(isIdle);
      io.commandValid.set(offered);
      io.commandAddress.set(offeredAddress);
      io.stalledByCommand.set(waits);
      io.stalledByRoom.set(walker.wanted.valid.and(isFull));
      io.stalledByData.set(settled.not().and(io.dataValid.eq(0)));

      // What DRAM and the users promise.
      const atMostOne = (bits: UInt): Bit =>
        dramPorts === 1 ? bit.constant(1) : bits.and(bits.sub(1).asUInt().truncate(dramPorts)).eq(0);
      m.assume(atMostOne(io.dataValid), "one word arrives at a time");
      for (const [p, turn] of turns.entries()) {
        const last = turn.end
          .sub(offered.bit(p))
          .truncate(placeBits + 1)
          .asUInt();
        m.assume(io.dataValid.bit(p).not().or(turn.arriving.ne(last)), `DRAM only sends what port ${p} asked for`);
      }
      m.assume(io.clear.not().or(io.stop.and(isIdle)), "the ring is emptied while stopped and idle");

      // What they get, and what an induction must know.
      const heldOffer = m.register("held_offer", uint(dramPorts), { init: 0 });
      const heldAddress = m.register("held_offer_address", uint(addressWidth), { resettable: false });
      heldOffer.set(offered.and(io.commandReady.not()));
      heldAddress.set(offeredAddress);
      m.assert(
        heldOffer.eq(0).or(offered.eq(heldOffer).and(offeredAddress.eq(heldAddress))),
        "a command stays, with its address, until DRAM takes it",
      );
      m.assert(atMostOne(offered).and(offered.and(current.not()).eq(0)), "one port offers commands, the one whose turn it is");
      m.assert(
        io.dataValid
          .eq(0)
          .or(read.not())
          .or(writePlace.ne(place(head))),
        "no place is read while it is written",
      );
      m.assert(isIdle.not().or(arrivedWhole.and(onlyTurn)), "idle: every word asked for has arrived");
      assertOrder(m, { head, tail, frontier, ringDepth, current, oldest, offered, turns });
    },
    {
      documentation:
        "Reads descriptors' words from DRAM through ports that take turns by bank; one ring of words, in the order of the stream.",
    },
  );
}

interface Ring {
  readonly head: UInt;
  readonly tail: UInt;
  readonly frontier: UInt;
  readonly ringDepth: number;
  readonly current: UInt;
  readonly oldest: UInt;
  readonly offered: UInt;
  readonly turns: readonly { readonly arriving: UInt; readonly end: UInt }[];
}

/** The places lie in the order head, frontier, then the turns from the oldest to the current one, tail; none is used twice. */
function assertOrder(m: Builder, { head, tail, frontier, ringDepth, current, oldest, offered, turns }: Ring): void {
  const ports = turns.length;
  const fromHead = (pointer: UInt): UInt => pointer.sub(head).asUInt().wrap(head.width);
  const isOne = (bits: UInt): Bit =>
    bits.ne(0).and(ports === 1 ? bit.constant(1) : bits.and(bits.sub(1).asUInt().truncate(ports)).eq(0));
  m.assert(isOne(current).and(isOne(oldest)), "one turn is the current one, one the oldest");
  m.assert(fromHead(tail).le(ringDepth), "no more words are asked for than the ring holds");
  m.assert(
    fromHead(frontier).le(
      fromHead(
        selected(
          turns.map(({ arriving }) => arriving),
          oldest,
        ),
      ),
    ),
    "the frontier is not beyond what has arrived",
  );
  m.assert(
    selected(
      turns.map(({ end }) => end),
      current,
    ).eq(tail),
    "the current turn ends at the tail",
  );
  // From the oldest turn on, up to the current one.
  let chain = oldest;
  let open = oldest;
  for (let i = 1; i < ports; i++) {
    chain = rotated(chain.and(current.not()));
    open = open.or(chain);
  }
  for (const [p, { arriving, end }] of turns.entries()) {
    const isOpen = open.bit(p);
    const after = turns[(p + 1) % ports];
    m.assert(isOpen.or(arriving.eq(end)), `port ${p}: outside the turns everything has arrived`);
    m.assert(isOpen.not().or(fromHead(arriving).le(fromHead(end))), `port ${p}: no more arrives than was asked for`);
    m.assert(offered.bit(p).not().or(arriving.ne(end)), `port ${p}: what is offered has not arrived`);
    if (after !== undefined)
      m.assert(
        isOpen
          .not()
          .or(current.bit(p))
          .or(fromHead(end).le(fromHead(after.arriving))),
        `port ${p}: the next turn lies behind`,
      );
  }
}

/** The next port's bit. */
function rotated(ports: UInt): UInt {
  return ports.width === 1 ? ports : concatenate(ports.bits(ports.width - 2, 0), ports.bit(ports.width - 1));
}

/** The value whose bit in `select` is 1. */
function selected(values: readonly UInt[], select: UInt): UInt {
  return values.map((value, p) => value.and(select.bit(p).repeat(value.width))).reduce((all, value) => all.or(value));
}
