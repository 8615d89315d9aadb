/** Joins writes of port words to writes of words of DRAM, where those are twice as wide. */
import { concatenate, bit, mux, stream, uint, type Builder, type StreamInput, type UInt } from "../../gen/index.ts";
import { dramWriteType, writeType, type MemoryParameters } from "./memory-parameters.ts";

type Writes = StreamInput<ReturnType<typeof writeType>, false>;

/**
 * Joins writes that follow each other to the halves of a word of DRAM. The last one waits until another word's comes or it is quiet;
 * `pending` while it does.
 */
export function joinHalves(m: Builder, parameters: MemoryParameters, source: Writes, quiet: UInt<1>) {
  const { portBytes, dramWordBytes } = parameters;
  const address = source.payload.address;
  const wordAddress = address.bits(address.width - 1, 1);
  const upper = address.bit(0);
  const out = m.wire("joined", stream(dramWriteType(parameters)));
  const pending = m.register("join_pending", bit, { init: 0 });
  const pendingAddress = m.register("join_address", uint(wordAddress.width), { resettable: false });
  const pendingData = m.register("join_data", uint(8 * dramWordBytes), { resettable: false });
  const pendingMask = m.register("join_mask", uint(dramWordBytes), { init: 0 });

  // A word that is offered no longer changes: what comes while it is quiet begins a new one, even for the same address.
  const joins = m.node("joins", pendingAddress.eq(wordAddress).and(quiet.not()));
  out.valid.set(pending.and(quiet.or(source.valid.and(joins.not()))));
  out.payload.set({ address: pendingAddress, data: pendingData, mask: pendingMask });
  source.ready.set(pending.not().or(joins).or(out.ready));
  const taken = source.fire();
  const begins = m.node("join_begins", taken.and(pending.not().or(joins.not())));
  m.when(out.fire(), () => {
    pending.set(0);
  });
  m.when(taken, () => {
    pending.set(1);
    pendingAddress.set(wordAddress);
    // Byte by byte: the new bytes over those that wait.
    const select = concatenate(upper.repeat(portBytes), upper.not().repeat(portBytes));
    const mask = source.payload.mask.repeat(2).and(select);
    pendingMask.set(mux(begins, mask, pendingMask.or(mask)));
    const bytes = Array.from({ length: dramWordBytes }, (_, i) => {
      const at = 8 * (i % portBytes);
      return mux(mask.bit(i), source.payload.data.bits(at + 7, at), pendingData.bits(8 * i + 7, 8 * i));
    });
    pendingData.set(concatenate(...bytes.reverse()));
  });
  return { writes: out, pending };
}
