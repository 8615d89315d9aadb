/**
 * What is proved about the accelerator's parts, as circuits with assertions: each instantiates a part beside its specification. Run by
 * proofs.test.ts and proofs.full.test.ts.
 */
import { bit, input, module, mux, sint, uint, vector, type Bit, type SInt } from "../../gen/index.ts";
import { blockFifo } from "./block-fifo.ts";
import { bitsFor } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";
import { resultWidth, roundingShift, roundingShiftLatency } from "./rounding-shift.ts";
import { splitMultiplier, splitMultiplierLatency } from "./split-multiplier.ts";
import { decodeTrits } from "./trit-code.ts";
import { tritDecoder } from "./trit-decoder.ts";

/** For every byte the decoder gives the trits of the table. */
export function tritDecoderProof() {
  return module("TritDecoderProof", { code: input(uint(8)) }, (io, m) => {
    const decoder = m.instance("decoder", tritDecoder());
    decoder.code.set(io.code);
    for (let row = 0; row < 5; row++) {
      const table = (wanted: (trit: number | undefined) => boolean): Bit => {
        let bits = 0n;
        for (let byte = 0; byte < 256; byte++) if (wanted(decodeTrits(byte)[row])) bits |= 1n << BigInt(byte);
        return uint(256).constant(bits).bitAt(io.code);
      };
      m.assert(decoder.nonzero.bit(row).eq(table((trit) => trit !== 0)), `row ${row} is 0 where it should be`);
      m.assert(
        decoder.nonzero
          .bit(row)
          .not()
          .or(decoder.negative.bit(row).eq(table((trit) => trit === -1))),
        `row ${row} has the right sign`,
      );
    }
  });
}

/** For every value and shift the pipeline gives S24((v + 2^(s-1)) >> s), or S24(v) for s = 0. */
export function roundingShiftProof(width: number) {
  return module("RoundingShiftProof", { value: input(sint(width)), shift: input(uint(parameterWidths.shift)) }, (io, m) => {
    const part = m.instance("part", roundingShift(width));
    const shift = m.register("shift_chosen", uint(parameterWidths.shift));
    const started = m.register("started", bit, { init: 0 });
    started.set(1);
    m.when(started.not(), () => {
      shift.set(io.shift);
    });
    part.shift.set(shift);
    part.value.set(io.value);
    // The value that went in `roundingShiftLatency` cycles ago, and how many cycles have passed.
    let past: SInt = io.value;
    let seen: Bit = started;
    for (let i = 0; i < roundingShiftLatency; i++) {
      const next = m.register(`past_${i}`, sint(width));
      const nextSeen = m.register(`seen_${i}`, bit, { init: 0 });
      next.set(past);
      nextSeen.set(seen);
      past = next;
      seen = nextSeen;
    }
    // Wide enough for 2^62 beside the value.
    const wide = Math.max(width, 63) + 2;
    const half = uint(wide).constant(1).shiftLeftBy(shift).shiftRight(1).zeroExtend(wide).asSInt();
    const rounded = past.signExtend(wide).add(half).truncate(wide).shiftRightBy(shift);
    const lowest = sint(wide).constant(-(2 ** (resultWidth - 1)));
    const highest = sint(wide).constant(2 ** (resultWidth - 1) - 1);
    const saturated = mux(rounded.lt(lowest), lowest, mux(rounded.gt(highest), highest, rounded));
    m.assert(seen.not().or(part.result.eq(saturated.truncate(resultWidth))), "the result is S24(R(value, shift))");
  });
}

/** The parts of the product make the product. */
export function splitMultiplierProof(width: number, factorWidth: number, split: number) {
  return module("SplitMultiplierProof", { value: input(sint(width)), factor: input(uint(factorWidth)) }, (io, m) => {
    const part = m.instance("part", splitMultiplier(width, factorWidth, split));
    part.value.set(io.value);
    part.factor.set(io.factor);
    let expected: SInt = io.value.mul(io.factor.toSigned()).truncate(width + factorWidth);
    let seen: Bit = bit.constant(1);
    for (let i = 0; i < splitMultiplierLatency; i++) {
      const next = m.register(`expected_${i}`, sint(width + factorWidth));
      const nextSeen = m.register(`seen_${i}`, bit, { init: 0 });
      next.set(expected);
      nextSeen.set(seen);
      expected = next;
      seen = nextSeen;
    }
    m.assert(seen.not().or(part.product.eq(expected)), "the product is value * factor");
  });
}

/** A FIFO used as its contract says is a queue: it counts right, and every word comes out once, in order. */
export function blockFifoProof(width: number, depth: number) {
  const ports = { push: input(bit), data: input(uint(width)), take: input(bit), clear: input(bit) };
  return module("BlockFifoProof", ports, (io, m) => {
    const fifo = m.instance("fifo", blockFifo("Fifo", width, depth));
    const countWidth = bitsFor(depth) + 1;
    // The model: word 0 is the oldest.
    const model = m.register("model", vector(uint(width), depth));
    const count = m.register("count", uint(countWidth), { init: 0 });
    const push = m.node("pushes", io.push.and(count.lt(depth)));
    const take = m.node("takes", io.take.and(count.ne(0)));
    fifo.push.set(push);
    fifo.pushData.set(io.data);
    fifo.take.set(take);
    fifo.clear.set(io.clear);

    const shown = m.register("shown", uint(width));
    const hasShown = m.register("has_shown", bit, { init: 0 });
    const afterTake = m.node("count_after_take", count.sub(take).asUInt().truncate(countWidth));
    for (let i = 0; i < depth; i++) {
      const word = model.at(i);
      const older = i + 1 < depth ? mux(take, model.at(i + 1), word) : word;
      word.set(mux(push.and(afterTake.eq(i)), io.data, older));
    }
    count.set(mux(io.clear, uint(countWidth).constant(0), afterTake.add(push).truncate(countWidth)));
    m.when(take, () => {
      shown.set(model.at(0));
      hasShown.set(1);
    });
    m.assert(fifo.waiting.eq(count), "counts the words that wait");
    m.assert(fifo.empty.eq(count.eq(0)), "empty says that none waits");
    m.assert(hasShown.not().or(fifo.data.eq(shown)), "shows the word taken last");
  });
}
