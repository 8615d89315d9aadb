/** The sigmoid of docs/numerics.md section 4: a table and a straight line between its entries, one value a lane and cycle. */
import { bit, concatenate, input, module, mux, output, sint, uint, vector, type UInt } from "../../../gen/index.ts";
import { sigmoidTable } from "../../../models/tables.ts";
import { resultWidth, roundedShift, roundingShiftLatency } from "../rounding-shift.ts";

/** Bits of a fraction, 0 to 20. */
export const fractionWidth = 5;
/** Bits of a Q16: 65536 is 1.0. */
export const q16Width = 17;

/** Fraction of the table's argument. */
const tableFraction = 12;
/** Bits of the argument's magnitude: its first ten are an index, the others lie between two entries. */
const magnitudeWidth = 16;
const stepBits = 6;
const indexBits = magnitudeWidth - stepBits;
const entryWidth = 16;
const differenceWidth = 9;

/** Cycles from `values` to `results`: behind the shift there are six registers. */
export const sigmoidLatency = roundingShiftLatency + 6;

/** The ROM's words: entry k below, and above it how much more the next one is. */
function tableWords(): bigint[] {
  return Array.from({ length: 2 ** indexBits }, (_, k) => {
    const [entry, next] = [sigmoidTable[k] ?? 0, sigmoidTable[k + 1] ?? 0];
    if (entry >= 2 ** entryWidth || next < entry || next - entry >= 2 ** differenceWidth)
      throw new RangeError(`sigmoid table at ${k}`);
    return (BigInt(next - entry) << BigInt(entryWidth)) | BigInt(entry);
  });
}

/** Two read ports of the table: one dual-port block RAM of each half of the word, for two lanes. */
function sigmoidRom(lanes: number) {
  const word = uint(entryWidth + differenceWidth);
  const ports = { indices: input(vector(uint(indexBits), lanes)), words: output(vector(word, lanes), "one cycle after the index") };
  return module(`SigmoidRom${lanes}`, ports, (io, m) => {
    const memory = m.memory("entries", { type: word, depth: 2 ** indexBits, init: tableWords() });
    io.words.set(Array.from(io.indices, (index, lane) => memory.read(`lane_${lane}`, index)));
  });
}

/** What a lane does around the table. The result is 1/2 + t or, for a negative value, 1/2 - t. */
function sigmoidLane() {
  const ports = {
    value: input(sint(resultWidth)),
    fraction: input(uint(fractionWidth)),
    index: output(uint(indexBits)),
    word: input(uint(entryWidth + differenceWidth), "of the index, one cycle later"),
    result: output(uint(q16Width)),
  };
  return module("SigmoidLane", ports, (io, m) => {
    const data = { resettable: false } as const;
    // R(z, f - 12) = R(z * 2^12, f), in one bit more than the magnitude has.
    const argument = roundedShift(m, io.value.shiftLeft(tableFraction), io.fraction, magnitudeWidth + 1);
    const sign = argument.value.bit(magnitudeWidth + 1);
    const absolute = mux(
      sign,
      argument.value
        .negate()
        .asUInt()
        .truncate(magnitudeWidth + 2),
      argument.value.asUInt(),
    );
    const magnitude = m.register("magnitude", uint(magnitudeWidth), data);
    const largest = argument.beyond.or(absolute.bits(magnitudeWidth + 1, magnitudeWidth).reduceOr());
    magnitude.set(absolute.truncate(magnitudeWidth).or(largest.repeat(magnitudeWidth)));
    io.index.set(magnitude.bits(magnitudeWidth - 1, stepBits));

    // Behind the magnitude: 1 the table's word; 2 once more, because block RAM is late in the cycle; 3 the product; 4 t; 5 the result.
    const delayed = (name: string, value: UInt, cycles: number): UInt => {
      let last = value;
      for (let cycle = 1; cycle <= cycles; cycle++) {
        const next = m.register(`${name}_${cycle}`, uint(value.width), data);
        next.set(last);
        last = next;
      }
      return last;
    };
    const word = m.register("word_held", uint(entryWidth + differenceWidth), data);
    word.set(io.word);
    const product = m.register("product", uint(differenceWidth + stepBits), data);
    const step = delayed("step", magnitude.bits(stepBits - 1, 0), 2);
    product.set(word.bits(entryWidth + differenceWidth - 1, entryWidth).mul(step));
    const entry = delayed("entry", word.bits(entryWidth - 1, 0), 1);
    const distance = m.register("distance_from_half", uint(entryWidth), data);
    // The half that rounds is the bit below the entry.
    const line = concatenate(entry, uint(stepBits).constant(2 ** (stepBits - 1))).add(product);
    distance.set(line.shiftRight(stepBits).truncate(entryWidth));
    const negative = delayed("sign", argument.negative, 5);
    const half = 2 ** (q16Width - 2);
    const result = m.register("sigmoid", uint(q16Width), data);
    // 1/2 - t = 1/2 + ~t + 1 in two's complement; the 1 comes as a carry from the bit below.
    const term = distance.zeroExtend(q16Width).xor(negative.repeat(q16Width));
    const sum = concatenate(term, bit.constant(1)).add(concatenate(uint(q16Width).constant(half), negative));
    result.set(sum.bits(q16Width, 1));
    io.result.set(result);
  });
}

/** Fully pipelined; `fraction` (0 to 20, that of the values) holds still while values are on their way. Two lanes share a ROM. */
export function sigmoid(lanes: number) {
  const ports = {
    values: input(vector(sint(resultWidth), lanes)),
    fraction: input(uint(fractionWidth)),
    results: output(vector(uint(q16Width), lanes)),
  };
  return module(
    `Sigmoid${lanes}`,
    ports,
    (io, m) => {
      const parts = Array.from(io.values, (value, lane) => {
        const part = m.instance(`lane_${lane}`, sigmoidLane());
        part.value.set(value);
        part.fraction.set(io.fraction);
        return part;
      });
      for (let first = 0; first < lanes; first += 2) {
        const sharing = parts.slice(first, first + 2);
        const rom = m.instance(`rom_${first / 2}`, sigmoidRom(sharing.length));
        rom.indices.set(sharing.map((part) => part.index));
        for (const [i, part] of sharing.entries()) part.word.set(rom.words.at(i));
      }
      io.results.set(parts.map((part) => part.result));
    },
    { documentation: `The sigmoid of ${lanes} vector elements a cycle as Q16, ${sigmoidLatency} cycles later.` },
  );
}
