/** The rescaler: y = S24(R(sum * mantissa, shift)) of docs/numerics.md, one value a cycle. */
import { bit, input, module, mux, output, sint, uint } from "../../gen/index.ts";
import { parameterWidths } from "./registers.ts";
import { resultWidth, roundingShift, roundingShiftLatency } from "./rounding-shift.ts";
import { splitMultiplier, splitMultiplierLatency } from "./split-multiplier.ts";

/** Cycles from `value` to `result`. */
export const rescalerLatency = splitMultiplierLatency + roundingShiftLatency;

/**
 * Pipelined, without back pressure: whoever sends a value has room for its result. `mantissa` and `shift` belong to the value: those of
 * its column.
 */
export function rescaler(width: number) {
  const ports = {
    valid: input(bit),
    value: input(sint(width)),
    mantissa: input(uint(parameterWidths.mantissa)),
    shift: input(uint(parameterWidths.shift)),
    clear: input(bit, "forgets the values on their way"),
    resultValid: output(bit),
    result: output(sint(resultWidth)),
  };
  return module(
    "Rescaler",
    ports,
    (io, m) => {
      const multiplier = m.instance("multiplier", splitMultiplier(width, parameterWidths.mantissa));
      multiplier.value.set(io.value);
      multiplier.factor.set(io.mantissa);
      const rounding = m.instance("rounding", roundingShift(width + parameterWidths.mantissa));
      rounding.value.set(multiplier.product);
      let { shift } = io;
      for (let i = 1; i <= splitMultiplierLatency; i++) {
        const stage = m.register(`shift_${i}`, uint(parameterWidths.shift), { resettable: false });
        stage.set(shift);
        shift = stage;
      }
      rounding.shift.set(shift);
      io.result.set(rounding.result);

      const valid = m.register("valid_stages", uint(rescalerLatency), { init: 0 });
      const moved = valid.shiftLeft(1).truncate(rescalerLatency).or(io.valid.zeroExtend(rescalerLatency));
      valid.set(mux(io.clear, uint(rescalerLatency).constant(0), moved));
      io.resultValid.set(valid.bit(rescalerLatency - 1));
    },
    { documentation: "S24(R(value * mantissa, shift)): multiply, rounding shift to the right, saturation to 24 bits." },
  );
}
