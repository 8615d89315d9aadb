/** Memories of groups of vector elements: the two banks, the state memory and the gain buffer. */
import { bit, concatenate, input, module, output, uint, vector, type UInt } from "../../../gen/index.ts";
import { indexBits } from "../parameters.ts";

/** Sizes of a memory of groups. */
export interface GroupMemoryOptions {
  readonly lanes: number;
  /** Bits of an element. */
  readonly width: number;
  /** Groups. */
  readonly depth: number;
  /** Whether single lanes are written: each lane is a block RAM array of its own then, without it all lanes share one. */
  readonly laneWrites: boolean;
}

/**
 * One read and one write a cycle. The group read appears one cycle later and holds while `read` is 0. A group is never read in the cycle
 * in which it is written (asserted), so block RAM needs no bypass.
 */
export function groupMemory(name: string, { lanes, width, depth, laneWrites }: GroupMemoryOptions) {
  const address = uint(indexBits(depth));
  const ports = {
    read: input(bit),
    readAddress: input(address),
    data: output(vector(uint(width), lanes)),
    write: input(laneWrites ? uint(lanes) : bit, "one bit a lane, or one for all"),
    writeAddress: input(address),
    writeData: input(vector(uint(width), lanes)),
  };
  return module(
    name,
    ports,
    (io, m) => {
      const array = (label: string, words: readonly UInt[], enable: UInt): UInt => {
        const packed = concatenate(...words.toReversed());
        const memory = m.memory(label, { width: packed.width, depth, collisions: "undefined" });
        memory.write(io.writeAddress, packed, { enable: enable.bit(0) });
        return memory.read("read", io.readAddress, { enable: io.read });
      };
      const words = [...io.writeData];
      if (laneWrites) {
        for (const [lane, word] of words.entries()) io.data.at(lane).set(array(`lane_${lane}`, [word], io.write.bit(lane)));
      } else {
        const group = array("groups", words, io.write);
        for (const lane of words.keys()) io.data.at(lane).set(group.bits(width * (lane + 1) - 1, width * lane));
      }
      const collides = io.read.and(io.write.reduceOr()).and(io.readAddress.eq(io.writeAddress));
      m.assert(collides.not(), "a group is read while it is written");
    },
    { documentation: `${depth} groups of ${lanes} elements of ${width} bits.` },
  );
}
