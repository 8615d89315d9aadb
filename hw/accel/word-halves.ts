/** From words of DRAM to port words: the registered end of the stream reader. */
import { bit, bundle, input, module, mux, output, stream, uint } from "../../gen/index.ts";
import type { MemoryParameters } from "./memory-parameters.ts";

/** `clear` drops what is offered. A port word every cycle. */
export function wordHalves(parameters: MemoryParameters) {
  const { portBytes, dramWordBytes } = parameters;
  const portBits = 8 * portBytes;
  const wide = bundle({ word: uint(8 * dramWordBytes), upperOnly: bit, lowerOnly: bit });
  const ports = {
    clear: input(bit),
    in: input(stream(wide)),
    out: output(stream(uint(portBits))),
  };
  return module(
    "WordHalves",
    ports,
    (io, m) => {
      const valid = m.register("output_valid", bit, { init: 0 });
      const word = m.register("output_word", uint(portBits), { resettable: false });
      const free = m.node("output_free", valid.not().or(io.out.ready));
      io.out.valid.set(valid);
      io.out.payload.set(word);
      m.when(free, () => {
        valid.set(io.in.valid);
      });
      const { word: given, upperOnly, lowerOnly } = io.in.payload;
      if (portBytes === dramWordBytes) {
        io.in.ready.set(free);
        m.when(free, () => {
          word.set(given);
        });
        m.assert(upperOnly.or(lowerOnly).not(), "a word of one port word has no halves");
      } else {
        const lowerDone = m.register("lower_done", bit, { init: 0 });
        const isUpper = m.node("is_upper", lowerDone.or(upperOnly));
        const isLast = m.node("is_last", isUpper.or(lowerOnly));
        io.in.ready.set(free.and(isLast));
        m.when(free.and(io.in.valid), () => {
          lowerDone.set(isLast.not());
        });
        m.when(free, () => {
          word.set(mux(isUpper, given.bits(2 * portBits - 1, portBits), given.bits(portBits - 1, 0)));
        });
        m.when(io.clear, () => {
          lowerDone.set(0);
        });
      }
      m.when(io.clear, () => {
        valid.set(0);
      });
      const heldValid = m.register("held_valid", bit, { init: 0 });
      const heldWord = m.register("held_word", uint(portBits), { resettable: false });
      heldValid.set(valid.and(io.out.ready.not()).and(io.clear.not()));
      heldWord.set(word);
      m.assert(heldValid.not().or(valid.and(word.eq(heldWord))), "a word that is offered stays until it is taken");
    },
    { documentation: "Port words from words of DRAM, registered." },
  );
}
