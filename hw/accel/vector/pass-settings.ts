/** The settings of the lanes for a pass: how each operation uses the two multiplications. */
import { bit, input, module, mux, output, uint, UIntType, type Bit, type UInt } from "../../../gen/index.ts";
import type { OperationName } from "../commands.ts";
import { parameterWidths } from "../registers.ts";
import { fromStream, isOneOf, oneOperand, withSigmoid } from "./command-steps.ts";
import { mantissaWidth, rootShiftWidth } from "./scalar-unit.ts";
import { fractionWidth, opcodeWidth, tokenScale } from "./vector-command.ts";
import { firstFactors, firstShiftLeft, laneSettings, partners, secondFactors, sources } from "./vector-lane.ts";

/** Fraction of the unit vector x / |x| in NORM. */
const unitFraction = 22;
/** Fraction of a sigmoid. */
const q16Fraction = 16;
/** A product of int8 and a mantissa lies below 2^23: from this shift on it becomes 0. */
const largestTokenShift = 25;

/** One cycle behind its inputs. */
export function passSettings() {
  const ports = {
    opcode: input(uint(opcodeWidth)),
    bound: input(bit),
    aInBank1: input(bit),
    gainFraction: input(uint(fractionWidth)),
    fractionOut: input(uint(fractionWidth)),
    shift: input(uint(parameterWidths.shift)),
    tokenScale: input(tokenScale, "of the column"),
    rootMantissa: input(uint(mantissaWidth)),
    rootShift: input(uint(rootShiftWidth)),
    factor: input(uint(mantissaWidth)),
    factorShift: input(uint(parameterWidths.shift)),
    settings: output(laneSettings),
  };
  return module(
    "PassSettings",
    ports,
    (io, m) => {
      const is = (...names: readonly OperationName[]): Bit => isOneOf(io.opcode, ...names);
      const hasBound = is("GATE").and(io.bound);
      const settings = m.register("settings_held", laneSettings, { resettable: false });
      io.settings.set(settings);

      settings.source.set(
        chosen(uint(2), sources.bank0, [
          [is("UPDATE").or(is(...oneOperand).and(io.aInBank1)), sources.bank1],
          [is(...fromStream), sources.stream],
          [is("STORE_STATE"), sources.state],
        ]),
      );
      settings.usesSigmoid.set(is(...withSigmoid));
      settings.sigmoidAlone.set(is("GATE"));
      settings.gainSigned.set(is("NORM"));
      settings.firstFactor.set(
        chosen(uint(2), firstFactors.constant, [
          [is("QUANTISE"), firstFactors.gain],
          [is(...withSigmoid), firstFactors.sigmoid],
        ]),
      );
      settings.firstConstant.set(
        chosen(uint(parameterWidths.mantissa), 1, [
          [is("EMBED"), io.tokenScale.mantissa],
          [is("NORM"), io.rootMantissa],
        ]),
      );
      const shift = uint(rootShiftWidth);
      const tokenShift = mux(io.tokenScale.shift.gt(largestTokenShift), largestTokenShift, io.tokenScale.shift);
      settings.firstShift.set(
        chosen(shift, firstShiftLeft, [
          [is("EMBED"), tokenShift.add(firstShiftLeft).truncate(rootShiftWidth)],
          [is("NORM"), io.rootShift],
          [is(...withSigmoid), shift.constant(q16Fraction + firstShiftLeft)],
        ]),
      );

      settings.partner.set(
        chosen(uint(2), partners.none, [
          [is("UPDATE"), partners.state],
          [is("RESIDUAL"), partners.bank1],
          [is("GATE"), partners.one],
        ]),
      );
      settings.subtract.set(is("UPDATE", "GATE"));
      settings.secondFactor.set(
        chosen(uint(2), secondFactors.constant, [
          [is("NORM").or(hasBound), secondFactors.gain],
          [is("UPDATE"), secondFactors.bank0],
          [is("GLU"), secondFactors.bank1],
        ]),
      );
      // A gate without a bound: 0 times whatever.
      settings.secondConstant.set(
        chosen(uint(parameterWidths.mantissa), 1, [
          [is("QUANTISE"), io.factor],
          [is("GATE"), 0],
        ]),
      );
      settings.wide.set(is("QUANTISE"));
      settings.addend.set(is("UPDATE", "GATE"));
      const normShift = io.gainFraction.add(unitFraction).sub(io.fractionOut).asUInt().truncate(parameterWidths.shift);
      settings.secondShift.set(
        chosen(uint(parameterWidths.shift), 0, [
          [is("NORM"), normShift],
          [is("QUANTISE"), io.factorShift],
          [is("GLU"), io.shift],
          [is("UPDATE", "GATE"), q16Fraction],
        ]),
      );
    },
    { documentation: "The settings of the lanes for a pass." },
  );
}

/** The value of the case that holds, of which there is at most one, else `otherwise`. */
function chosen(type: UIntType, otherwise: number, cases: readonly (readonly [when: Bit, value: UInt | number])[]): UInt {
  const value = (given: UInt | number): UInt => (typeof given === "number" ? type.constant(given) : given);
  return cases.reduce((before, [when, then]) => mux(when, value(then), before), value(otherwise));
}
