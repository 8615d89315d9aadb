/** The last step of the quantisation: clamp(v, -127, 127) as int8. */
import { mux, uint, type SInt, type UInt } from "../../../gen/index.ts";
import { saturate } from "../rounding-shift.ts";

/** The nearest of -127 to 127, two's complement in 8 bits; combinational. */
export function clampActivation(value: SInt): UInt<8> {
  const byte = saturate(value, 8).asUInt();
  return mux(byte.eq(0x80), uint(8).constant(0x81), byte.truncate(8));
}
