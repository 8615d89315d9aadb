/** For tests: memories and multipliers of every kind side by side, whose netlist has every mode of ecp5-cells.v. */
import { bit, concatenate, elaborate, input, module, output, Random, sint, uint, type UInt } from "../../../gen/index.ts";
import { sideBySide } from "../../../gen/verify/compare-engines.ts";

interface MemoryShape {
  readonly width: number;
  readonly depth: number;
  readonly granularity?: number;
  /** Read and written through one address, or through two; "no change": through one, and read only while nothing is written. */
  readonly ports: "two" | "one" | "no change";
}

/** All widths of a block RAM, several side by side, byte enables. */
const memories: readonly MemoryShape[] = [
  ...[1, 2, 4, 9, 18, 36].map((width) => ({ width, depth: 16384 / 2 ** Math.floor(Math.log2(width)), ports: "two" as const })),
  ...[1, 2, 4, 9, 18].map((width) => ({ width, depth: 16384 / 2 ** Math.floor(Math.log2(width)), ports: "one" as const })),
  { width: 18, depth: 1024, granularity: 9, ports: "no change" },
  { width: 36, depth: 512, granularity: 9, ports: "two" },
  { width: 64, depth: 512, granularity: 8, ports: "two" },
  { width: 48, depth: 96, ports: "two" },
  { width: 24, depth: 320, granularity: 8, ports: "one" },
];

/** Few places, spread over all of the address, so that reads find what was written. */
function spread(spot: UInt, width: number): UInt {
  let address = spot;
  while (address.width < width) address = concatenate(address, spot);
  return address.truncate(width);
}

function memoryCircuit({ width, depth, granularity = width, ports }: MemoryShape, name: string) {
  const addressWidth = Math.ceil(Math.log2(depth));
  const declared = {
    write: input(bit),
    read: input(bit),
    place: input(uint(4)),
    other: input(uint(4)),
    mask: input(uint(width / granularity)),
    data: input(uint(width)),
    word: output(uint(width)),
  };
  return module(name, declared, (io, m) => {
    const random = new Random(depth + width);
    const memory = m.memory("content", {
      type: uint(width),
      depth,
      granularity,
      init: Array.from({ length: depth }, () => random.bits(width)),
    });
    const inside = (spot: UInt): UInt => spread(spot, depth === 2 ** addressWidth ? addressWidth : addressWidth - 1);
    const address = inside(io.place).zeroExtend(addressWidth);
    const from = ports === "two" ? inside(io.other).zeroExtend(addressWidth) : address;
    memory.write(address, io.data, { enable: io.write, ...(granularity === width ? {} : { mask: io.mask }) });
    const enable = ports === "no change" ? io.read.and(io.write.not()) : io.read;
    io.word.set(memory.read("word", from, { enable }));
  });
}

/** Every word of a memory that is only read. */
function romCircuit(width: number, depth: number, name: string) {
  const random = new Random(width);
  return module(name, { address: input(uint(Math.log2(depth))), word: output(uint(width)) }, (io, m) => {
    const init = Array.from({ length: depth }, () => random.bits(width));
    io.word.set(m.memory("content", { type: uint(width), depth, init }).read("word", io.address));
  });
}

const unsigned = module("Unsigned", { a: input(uint(18)), b: input(uint(17)), product: output(uint(35)) }, (io) => {
  io.product.set(io.a.mul(io.b));
});
const signed = module("Signed", { a: input(sint(18)), b: input(sint(18)), product: output(sint(36)) }, (io) => {
  io.product.set(io.a.mul(io.b));
});
const wide = module("Wide", { a: input(sint(31)), b: input(sint(24)), product: output(sint(55)) }, (io) => {
  io.product.set(io.a.mul(io.b));
});

/** How many memories {@link cellsCircuit} has. */
export const memoryCount = memories.length;

/** A circuit with everything in it. */
export function cellsCircuit() {
  const parts = [
    ...memories.map((shape, i) => elaborate(memoryCircuit(shape, `Memory${i}`))),
    elaborate(romCircuit(16, 256, "Rom16")),
    elaborate(romCircuit(9, 2048, "Rom9")),
    ...[unsigned, signed, wide].map((circuit) => elaborate(circuit)),
  ];
  return sideBySide(parts.map(({ modules }) => modules));
}
