/** The stream of a matrix's results: what the matrix unit gives and the vector unit or the logits unit takes. */
import { bundle, sint, stream, uint } from "../../gen/index.ts";
import { bitsFor } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";
import { resultWidth } from "./rounding-shift.ts";

/** Width of an activation column's index: one bit where there is only column 0. */
export function columnIndexWidth(columns: number): number {
  return Math.max(1, bitsFor(columns));
}

/**
 * One result a transfer: rows in ascending order, in each row the columns of the command in ascending order. `last` marks the last
 * column of the last row.
 */
export function resultStream(columns: number) {
  const result = bundle({
    value: sint(resultWidth),
    row: uint(parameterWidths.rows),
    column: uint(columnIndexWidth(columns)),
  });
  return stream(result, { last: true });
}
