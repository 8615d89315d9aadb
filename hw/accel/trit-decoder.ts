/** The trit decoder: one byte of weights to five trits (see trit-code.ts). */
import { concatenate, input, module, output, uint, type Bit } from "../../gen/index.ts";
import { decodePairs, type BitLogic } from "./trit-code.ts";

const signals: BitLogic<Bit> = {
  and: (a, b) => a.and(b),
  or: (a, b) => a.or(b),
  xor: (a, b) => a.xor(b),
  not: (a) => a.not(),
};

/**
 * Combinational. Bit k of `nonzero` and `negative` belongs to row k of the five: the trit is 0 where nonzero is 0 (whatever negative is),
 * else -1 where negative is 1, else +1.
 */
export function tritDecoder() {
  return module(
    "TritDecoder",
    { code: input(uint(8)), nonzero: output(uint(5)), negative: output(uint(5)) },
    (io) => {
      const { code } = io;
      const five = decodePairs(
        signals,
        [code.bit(0), code.bit(1), code.bit(2), code.bit(3)],
        [code.bit(4), code.bit(5), code.bit(6), code.bit(7)],
      );
      io.nonzero.set(concatenate(...five.nonzero.toReversed()));
      io.negative.set(concatenate(...five.negative.toReversed()));
    },
    { documentation: "Five trits from a byte, each as (nonzero, negative)." },
  );
}
