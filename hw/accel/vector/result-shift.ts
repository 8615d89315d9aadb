/** The shift behind a lane's second multiplier: S24(R(value, shift)), or 0. */
import { bit, input, module, mux, output, sint, uint } from "../../../gen/index.ts";
import { parameterWidths } from "../registers.ts";
import { doubledShift, doubledShiftLatency, fits, resultWidth, saturated } from "../rounding-shift.ts";
import { delayed } from "./delayed.ts";

/** Cycles from `value` to `result`. */
export const resultShiftLatency = doubledShiftLatency + 1;

/** As roundingShift, for a shift that holds still while values are on their way. */
export function resultShift(width: number) {
  const ports = {
    value: input(sint(width)),
    shift: input(uint(parameterWidths.shift)),
    zero: input(bit, "in the cycle before the result: it becomes 0"),
    result: output(sint(resultWidth)),
  };
  return module(
    `ResultShift${width}`,
    ports,
    (io, m) => {
      const { value, beyond } = doubledShift(m, io.value.shiftLeft(1), io.shift, resultWidth, true);
      const rounded = value.add(1).shiftRight(1);
      const negative = delayed(m, "negative", io.value.bit(width - 1), doubledShiftLatency).bit(0);
      const tooLarge = m.node("too_large", beyond.or(fits(rounded, resultWidth).not()));
      const kept = m.register("rounded", sint(resultWidth), { resettable: false });
      kept.set(mux(tooLarge, saturated(negative, resultWidth), rounded.truncate(resultWidth)));
      m.when(io.zero, () => {
        kept.set(0);
      });
      io.result.set(kept);
    },
    { documentation: `R(value, shift) of ${width} bits, saturated to ${resultWidth} bits.` },
  );
}
