/** A serial square root, one bit of the root a cycle. */
import { bit, concatenate, input, module, mux, output, uint } from "../../../gen/index.ts";
import { serialSteps } from "./serial-steps.ts";

/** Cycles from `start` to `done`. */
export function squareRootCycles(width: number): number {
  return width + 1;
}

/**
 * root = floor(sqrt(radicand)) for a radicand of 2 * width bits, which comes in from its high end: two bits in each cycle in which the
 * unit is busy, the first in the cycle after `start`. The root holds until the next start, which may come at any time.
 *
 * With r the root of the bits so far and `remainder` what r^2 leaves of them, the next two bits make it 4 * remainder + bits, and the
 * root is 2 * r + 1 where (2 * r + 1)^2 - (2 * r)^2 = 4 * r + 1 fits into that.
 */
export function squareRoot(width: number) {
  const ports = {
    start: input(bit),
    digits: input(uint(2), "the radicand's next two bits"),
    root: output(uint(width)),
    remainder: output(uint(width + 1), "radicand = root^2 + remainder"),
    done: output(bit, "in the first cycle in which the root is there"),
    busy: output(bit),
  };
  return module(
    `SquareRoot${width}`,
    ports,
    (io, m) => {
      // At most 2 * root, so one bit more than the root.
      const remainder = m.register("remainder_bits", uint(width + 1), { resettable: false });
      const root = m.register("root_bits", uint(width), { resettable: false });
      const { busy, done } = serialSteps(m, io.start, width);
      const widened = concatenate(remainder, io.digits);
      const rest = m.node("rest_if_one", widened.sub(concatenate(root, uint(2).constant(1))));
      const fits = m.node("fits", rest.bit(width + 3).not());
      m.when(busy, () => {
        remainder.set(mux(fits, rest.asUInt().truncate(width + 1), widened.truncate(width + 1)));
        root.set(concatenate(root.bits(width - 2, 0), fits));
      });
      m.when(io.start, () => {
        remainder.set(0);
        root.set(0);
      });
      io.root.set(root);
      io.remainder.set(remainder);
      io.done.set(done);
      io.busy.set(busy);
    },
    { documentation: `floor(sqrt(radicand)) of ${2 * width} bits in ${squareRootCycles(width)} cycles.` },
  );
}
