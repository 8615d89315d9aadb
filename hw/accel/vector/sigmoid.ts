/** The sigmoid of docs/numerics.md section 4: a table and a straight line between its entries, one value a lane and cycle. */
import { bit, concatenate, input, module, output, sint, uint, vector, type UInt } from "../../../gen/index.ts";
import { sigmoidTable } from "../../../models/tables.ts";
import { doubledShift, doubledShiftLatency, resultWidth } from "../rounding-shift.ts";

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

/** Cycles from `values` to `results`: behind the shift the magnitude, the table's word twice, and the product. */
export const sigmoidLatency = doubledShiftLatency + 4;

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

/** Cycles from a value to its magnitude. */
export const sigmoidArgumentLatency = doubledShiftLatency + 1;

/**
 * The table's argument, |R(z, f - 12)| but at most 65535; R(z, f - 12) is R(z * 2^12, f).
 *
 * The magnitude of R(v, s) is ((x >> s) + 1) >> 1 with x = 2v or, for a negative v, -2v - 1, which is the complement of 2v: half rounds
 * upwards, so there half of a magnitude rounds downwards.
 */
export function sigmoidArgument() {
  const ports = {
    value: input(sint(resultWidth)),
    fraction: input(uint(fractionWidth)),
    magnitude: output(uint(magnitudeWidth)),
  };
  return module("SigmoidArgument", ports, (io, m) => {
    const sign = io.value.bit(resultWidth - 1);
    const doubled = io.value.shiftLeft(tableFraction + 1);
    const positive = doubled.xor(sign.repeat(doubled.width).asSInt());
    const shifted = doubledShift(m, positive, io.fraction, magnitudeWidth + 1, true);
    const rounded = shifted.value.add(1).shiftRight(1);
    const largest = shifted.beyond.or(rounded.bit(magnitudeWidth));
    const magnitude = m.register("magnitude_held", uint(magnitudeWidth), { resettable: false });
    magnitude.set(rounded.asUInt().truncate(magnitudeWidth).or(largest.repeat(magnitudeWidth)));
    io.magnitude.set(magnitude);
  });
}

/** What a lane does around the table. */
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
    const delayed = (name: string, value: UInt, cycles: number): UInt => {
      let last = value;
      for (let cycle = 1; cycle <= cycles; cycle++) {
        const next = m.register(`${name}_${cycle}`, uint(value.width), data);
        next.set(last);
        last = next;
      }
      return last;
    };
    const argument = m.instance("argument", sigmoidArgument());
    argument.value.set(io.value);
    argument.fraction.set(io.fraction);
    const { magnitude } = argument;
    io.index.set(magnitude.bits(magnitudeWidth - 1, stepBits));

    // The table's word once more, because block RAM is late in the cycle.
    const word = m.register("word_held", uint(entryWidth + differenceWidth), data);
    word.set(io.word);
    const step = delayed("step", magnitude.bits(stepBits - 1, 0), 2);
    const negative = delayed("sign", io.value.bit(resultWidth - 1), sigmoidArgumentLatency + 2);
    // With entry T and product D * w: s = 1/2 + T + ((D * w + 32) >> 6), and 1 - s = 1/2 - T + ((-D * w + 31) >> 6), whose numerator is
    // 32 more than the product's complement. The carry of -T comes from the bit below.
    const product = m.register("product", uint(differenceWidth + stepBits), data);
    product.set(word.bits(entryWidth + differenceWidth - 1, entryWidth).mul(step));
    const entry = word
      .bits(entryWidth - 1, 0)
      .zeroExtend(q16Width)
      .xor(negative.repeat(q16Width));
    const half = uint(q16Width).constant(2 ** (q16Width - 2));
    const base = m.register("half_and_entry", uint(q16Width), data);
    base.set(concatenate(entry, bit.constant(1)).add(concatenate(half, negative)).bits(q16Width, 1));
    const productSign = delayed("product_sign", negative, 1);
    const between = concatenate(productSign, product.xor(productSign.repeat(product.width))).asSInt();
    const line = concatenate(base, uint(stepBits).constant(2 ** (stepBits - 1)))
      .toSigned()
      .add(between);
    io.result.set(line.bits(stepBits + q16Width - 1, stepBits));
  });
}

/**
 * Fully pipelined; `fraction` (0 to 20) belongs to the values. Two lanes share a ROM. `results` come out of registers through an adder.
 */
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
