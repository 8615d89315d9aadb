/** The numbers that each column keeps between commands: its sum of squares, and the rescaler's mantissa and shift. */
import { bit, input, module, output, uint, vector } from "../../../gen/index.ts";
import { parameterWidths } from "../registers.ts";
import { columnIndexWidth } from "../result-stream.ts";
import { squaresWidth } from "./vector-command.ts";

export function columnScalars(columns: number) {
  const index = uint(columnIndexWidth(columns));
  const ports = {
    setSquares: input(bit),
    squaresColumn: input(index, "the column to set"),
    newSquares: input(uint(squaresWidth)),
    column: input(index, "the column of `squares`, and the one to set with setRescaler"),
    squares: output(uint(squaresWidth)),
    setRescaler: input(bit),
    newMantissa: input(uint(parameterWidths.mantissa)),
    newShift: input(uint(parameterWidths.shift)),
    mantissa: output(vector(uint(parameterWidths.mantissa), columns)),
    shift: output(vector(uint(parameterWidths.shift), columns)),
  };
  return module(
    "ColumnScalars",
    ports,
    (io, m) => {
      const squares = m.register("squares_held", vector(uint(squaresWidth), columns));
      const mantissa = m.register("mantissa_held", vector(uint(parameterWidths.mantissa), columns));
      const shift = m.register("shift_held", vector(uint(parameterWidths.shift), columns));
      for (let column = 0; column < columns; column++) {
        m.when(io.setSquares.and(io.squaresColumn.eq(column)), () => {
          squares.at(column).set(io.newSquares);
        });
        m.when(io.setRescaler.and(io.column.eq(column)), () => {
          mantissa.at(column).set(io.newMantissa);
          shift.at(column).set(io.newShift);
        });
      }
      io.squares.set(squares.select(io.column));
      io.mantissa.set(mantissa);
      io.shift.set(shift);
    },
    { documentation: "Sums of squares and rescalers of the columns." },
  );
}
