/**
 * What is proved about the accelerator's parts, as circuits with assertions: each instantiates a part beside its specification. Run by
 * proofs.test.ts.
 */
import { bit, input, module, mux, sint, uint, type Bit, type SInt, type UInt } from "../../gen/index.ts";
import { parameterWidths } from "./registers.ts";
import { resultWidth, roundingShift, roundingShiftLatency, type RoundingShiftOptions } from "./rounding-shift.ts";
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

/** For every value and its shift the pipeline gives S24((v + 2^(s-1)) >> s), or S24(v) for s = 0; other widths, or cut, as in the options. */
export function roundingShiftProof(width: number, options: RoundingShiftOptions = {}) {
  const { resultWidth: result = resultWidth, shiftWidth = parameterWidths.shift, saturates = true } = options;
  return module("RoundingShiftProof", { value: input(sint(width)), shift: input(uint(shiftWidth)) }, (io, m) => {
    const part = m.instance("part", roundingShift(width, options));
    part.shift.set(io.shift);
    part.value.set(io.value);
    // What went in `roundingShiftLatency` cycles ago, and whether so many have passed.
    let past: SInt = io.value;
    let shift: UInt = io.shift;
    let seen: Bit = bit.constant(1);
    for (let i = 0; i < roundingShiftLatency; i++) {
      const next = m.register(`past_${i}`, sint(width));
      const nextShift = m.register(`past_shift_${i}`, uint(shiftWidth));
      const nextSeen = m.register(`seen_${i}`, bit, { init: 0 });
      next.set(past);
      nextShift.set(shift);
      nextSeen.set(seen);
      past = next;
      shift = nextShift;
      seen = nextSeen;
    }
    // Wide enough for half of 2^shift beside the value.
    const wide = Math.max(width, 2 ** shiftWidth - 1) + 2;
    const half = uint(wide).constant(1).shiftLeftBy(shift).shiftRight(1).zeroExtend(wide).asSInt();
    const rounded = past.signExtend(wide).add(half).truncate(wide).shiftRightBy(shift);
    const lowest = sint(wide).constant(-(2 ** (result - 1)));
    const highest = sint(wide).constant(2 ** (result - 1) - 1);
    const nearest = mux(rounded.lt(lowest), lowest, mux(rounded.gt(highest), highest, rounded));
    const expected = (saturates ? nearest : rounded).truncate(result);
    m.assert(seen.not().or(part.result.eq(expected)), "the result is S24(R(value, shift))");
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
