/** Where a column's vectors begin in a bank. */
import { mux, uint, type UInt } from "../../../gen/index.ts";
import { bankAddressWidth, columnGroups, type VectorParameters } from "./vector-command.ts";

/** The address of a column's first group, chosen among constants. */
export function columnOffset(parameters: VectorParameters, column: UInt): UInt {
  const type = uint(bankAddressWidth(parameters));
  const choose = (first: number, count: number, level: number): UInt => {
    if (count === 1) return type.constant(first * columnGroups(parameters));
    return mux(column.bit(level), choose(first + count / 2, count / 2, level - 1), choose(first, count / 2, level - 1));
  };
  return choose(0, parameters.columns, Math.log2(parameters.columns) - 1);
}
