/** The gearbox of stores: groups of V elements become port words of int32 with byte masks. */
import { bit, bundle, concatenate, input, module, mux, output, sint, stream, uint, vector, type UInt } from "../../../gen/index.ts";
import { bitsFor, indexBits } from "../parameters.ts";
import { elementWidth, type VectorParameters } from "./vector-command.ts";

/** Bytes of a stored element. */
const storedBytes = 4;

/** A port word to write; bit i of the mask enables byte i. */
export function storeWord({ portBytes }: Pick<VectorParameters, "portBytes">) {
  return bundle({ data: uint(8 * portBytes), mask: uint(portBytes) });
}

/**
 * A group is taken where `valid` and `ready` are 1; `used` has a bit for each lane, which are all 1 but in the `last` group of a vector,
 * where the low ones are. The port words of a vector leave one after the other, the one with the vector's last element with `last`; bytes
 * of elements that are not used are masked. `clear` takes back what is offered, too.
 */
export function storeGearbox(parameters: VectorParameters) {
  const { portBytes, vectorLanes } = parameters;
  const groupBytes = storedBytes * vectorLanes;
  const ports = {
    clear: input(bit),
    valid: input(bit),
    ready: output(bit),
    group: input(vector(sint(elementWidth), vectorLanes)),
    used: input(uint(vectorLanes)),
    last: input(bit),
    stores: output(stream(storeWord(parameters), { last: true })),
    empty: output(bit),
  };
  return module(
    "StoreGearbox",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const full = m.register("full", bit, { init: 0 });
      const endsVector = m.register("ends_vector", bit, data);
      const bytes = concatenate(...[...io.group].toReversed().map((element) => element.signExtend(8 * storedBytes)));
      const mask = concatenate(
        ...eachBit(io.used)
          .toReversed()
          .map((used) => used.repeat(storedBytes)),
      );
      io.stores.valid.set(full);
      io.empty.set(full.not());

      if (groupBytes <= portBytes) {
        // Groups are gathered until a port word is full; while it leaves, the first group of the next one may come.
        const slots = portBytes / groupBytes;
        const slot = m.register("slot", uint(indexBits(slots)), { init: 0 });
        const ready = m.node("ready_now", full.not().or(io.stores.ready));
        const put = m.node("put", io.valid.and(ready));
        const fills = m.node("fills", io.last.or(slot.eq(slots - 1)));
        m.when(ready, () => {
          full.set(0);
        });
        m.when(put, () => {
          full.set(fills);
          endsVector.set(io.last);
          slot.set(mux(fills, 0, slot.add(1).wrap(slot.width)));
        });
        const parts = Array.from({ length: slots }, (_, index) => {
          const part = m.register(`bytes_${index}`, uint(8 * groupBytes), data);
          const used = m.register(`mask_${index}`, uint(groupBytes), data);
          m.when(put.and(slot.eq(0)), () => {
            used.set(0);
          });
          m.when(put.and(slot.eq(index)), () => {
            part.set(bytes);
            used.set(mask);
          });
          return { part, used };
        }).toReversed();
        io.ready.set(ready);
        io.stores.payload.set({
          data: concatenate(...parts.map(({ part }) => part)),
          mask: concatenate(...parts.map(({ used }) => used)),
        });
        io.stores.last.set(endsVector);
        m.when(io.clear, () => {
          slot.set(0);
        });
      } else {
        // A group leaves in several port words.
        const words = groupBytes / portBytes;
        const index = m.register("word", uint(bitsFor(words)), { init: 0 });
        const lastIndex = m.register("last_word", uint(bitsFor(words)), data);
        const held = m.register("bytes", uint(8 * groupBytes), data);
        const heldMask = m.register("mask", uint(groupBytes), data);
        const lanesInWord = portBytes / storedBytes;
        const needed = Array.from({ length: words }, (_, word) => io.used.bit(word * lanesInWord));
        const isLastWord = m.node("is_last_word", index.eq(lastIndex));
        const ready = m.node("ready_now", full.not().or(io.stores.ready.and(isLastWord)));
        m.when(full.and(io.stores.ready), () => {
          index.set(mux(isLastWord, 0, index.add(1).wrap(index.width)));
        });
        m.when(ready, () => {
          full.set(io.valid);
          held.set(bytes);
          heldMask.set(mask);
          endsVector.set(io.last);
          lastIndex.set(0);
        });
        for (const [word, isNeeded] of needed.entries()) {
          m.when(ready.and(isNeeded), () => {
            lastIndex.set(word);
          });
        }
        const part = (from: UInt, width: number): UInt => {
          const choose = (first: number, count: number): UInt => {
            if (count === 1) return from.bits(width * (first + 1) - 1, width * first);
            return mux(index.bit(bitsFor(count) - 1), choose(first + count / 2, count / 2), choose(first, count / 2));
          };
          return choose(0, words);
        };
        io.ready.set(ready);
        io.stores.payload.set({ data: part(held, 8 * portBytes), mask: part(heldMask, portBytes) });
        io.stores.last.set(endsVector.and(isLastWord));
        m.when(io.clear, () => {
          index.set(0);
        });
      }
      m.when(io.clear, () => {
        full.set(0);
      });
    },
    { documentation: `Groups of ${vectorLanes} elements become port words of ${portBytes} bytes.` },
  );
}

/** The bits of a value, the lowest one first. */
function eachBit(value: UInt): UInt<1>[] {
  return Array.from({ length: value.width }, (_, index) => value.bit(index));
}
