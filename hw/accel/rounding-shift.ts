/** S24(R(value, shift)) of docs/numerics.md: rounding shift to the right, half upwards, then saturation to 24 bits. */
import { input, module, mux, output, sint, uint } from "../../gen/index.ts";
import { parameterWidths } from "./registers.ts";

/** Width of a result. */
export const resultWidth = 24;

/** Cycles from `value` to `result`. */
export const roundingShiftLatency = 4;

/**
 * One value a cycle, each with its own `shift` (0 to 63).
 *
 * R(v, s) is computed as ((2v >> s) + 1) >> 1, which is (v + 2^(s-1)) >> s for s > 0 and v for s = 0.
 */
export function roundingShift(width: number) {
  const ports = { value: input(sint(width)), shift: input(uint(parameterWidths.shift)), result: output(sint(resultWidth)) };
  return module(
    "RoundingShift",
    ports,
    (io, m) => {
      if (width < resultWidth) throw new RangeError(`a value of ${width} bits needs no saturation to ${resultWidth}`);
      const stage = (name: string) => m.register(name, sint(width + 1), { resettable: false });
      // Two bits of the shift in each stage: a multiplexer of four.
      const by16s = stage("shifted_by_16s");
      const by4s = stage("shifted_by_4s");
      const shifted = stage("shifted");
      const rounded = stage("rounded");
      const below16 = m.register("shift_below_16", uint(4), { resettable: false });
      const below4 = m.register("shift_below_4", uint(2), { resettable: false });
      by16s.set(io.value.shiftLeft(1).shiftRightBy(io.shift.bits(5, 4).shiftLeft(4)));
      below16.set(io.shift.bits(3, 0));
      by4s.set(by16s.shiftRightBy(below16.bits(3, 2).shiftLeft(2)));
      below4.set(below16.bits(1, 0));
      shifted.set(by4s.shiftRightBy(below4));
      rounded.set(shifted.add(1).shiftRight(1));

      // It fits where all bits from the result's sign upwards are equal.
      const above = rounded.bits(width, resultWidth - 1);
      const fits = above.reduceOr().not().or(above.reduceAnd());
      const lowest = sint(resultWidth).constant(-(2 ** (resultWidth - 1)));
      const highest = sint(resultWidth).constant(2 ** (resultWidth - 1) - 1);
      io.result.set(mux(fits, rounded.truncate(resultWidth), mux(rounded.bit(width), lowest, highest)));
    },
    { documentation: "S24(R(value, shift)): rounding shift to the right and saturation to 24 bits." },
  );
}
