/** A serial divider of a normalised number, two bits of the quotient a cycle. */
import { bit, concatenate, input, module, mux, output, uint, type UInt } from "../../../gen/index.ts";
import { serialSteps } from "./serial-steps.ts";

/** Bits of the quotient that a cycle makes. */
const bitsACycle = 2;

/** Cycles from `start` to `done`. */
export function dividerCycles(width: number): number {
  return width / bitsACycle + 1;
}

/**
 * quotient = min(floor(numerator * 2^width / divisor), 2^width - 1), for a numerator not above the divisor, and a divisor of full
 * length: its highest bit is 1. Both are asserted. The width is even.
 *
 * Restoring division: the remainder is doubled, and where the divisor fits into it, taken from. With numerator = divisor it fits every
 * time, which gives the largest quotient by itself. `start` copies the numerator; the divisor holds still while the unit is busy. A
 * start at any time begins anew. The quotient holds until the next one.
 */
export function divider(width: number) {
  const ports = {
    start: input(bit),
    numerator: input(uint(width), "at most the divisor"),
    divisor: input(uint(width), "its highest bit is 1; holds still while busy"),
    quotient: output(uint(width)),
    remainder: output(uint(width), "numerator * 2^width = quotient * divisor + remainder"),
    done: output(bit, "in the first cycle in which the quotient is there"),
    busy: output(bit),
  };
  return module(
    `Divider${width}`,
    ports,
    (io, m) => {
      const remainder = m.register("remainder_bits", uint(width), { resettable: false });
      const quotient = m.register("quotient_bits", uint(width), { resettable: false });
      const { busy, done } = serialSteps(m, io.start, width / bitsACycle);
      let next: UInt = remainder;
      let bits: UInt = quotient;
      for (let step = 0; step < bitsACycle; step++) {
        const rest = m.node(`rest_${step}`, next.shiftLeft(1).sub(io.divisor));
        const fits = m.node(`fits_${step}`, rest.bit(width + 1).not());
        next = mux(fits, rest.asUInt().truncate(width), next.shiftLeft(1).truncate(width));
        bits = concatenate(bits.bits(width - 2, 0), fits);
      }
      m.when(busy, () => {
        remainder.set(next);
        quotient.set(bits);
      });
      m.when(io.start, () => {
        remainder.set(io.numerator);
      });
      io.quotient.set(quotient);
      io.remainder.set(remainder);
      io.done.set(done);
      io.busy.set(busy);
      m.assert(busy.not().or(io.divisor.bit(width - 1)), "the divisor is normalised");
      m.assert(busy.not().or(remainder.le(io.divisor)), "the remainder is at most the divisor");
    },
    { documentation: `floor(numerator * 2^${width} / divisor), at most 2^${width} - 1, in ${dividerCycles(width)} cycles.` },
  );
}
