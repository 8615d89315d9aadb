/** The activation buffer: written by the bus in 32-bit words, read a port word (one int8 a column) a cycle. */
import { bit, concatenate, input, module, output, uint, type UInt } from "../../gen/index.ts";
import { bitsFor } from "./parameters.ts";

/** `bytes` of activations, read `columns` at a time; the data of a read comes one cycle after `read` and holds. */
export function activationBuffer(bytes: number, columns: number) {
  const lines = bytes / columns;
  const wordsInLine = columns / 4;
  const wordBits = bitsFor(bytes / 4);
  const ports = {
    write: input(bit),
    writeAddress: input(uint(wordBits), "index of the 32-bit word"),
    writeData: input(uint(32)),
    writeSelect: input(uint(4), "byte enables"),
    read: input(bit),
    readAddress: input(uint(bitsFor(lines)), "index of the port word"),
    data: output(uint(8 * columns)),
  };
  return module(
    "ActivationBuffer",
    ports,
    (io, m) => {
      const memory = m.memory("lines", { type: uint(8 * columns), depth: lines, granularity: 8 });
      const inLine = bitsFor(wordsInLine);
      const enables: UInt[] = Array.from({ length: wordsInLine }, (_, i) =>
        io.writeSelect.and(
          io.writeAddress
            .bits(inLine - 1, 0)
            .eq(i)
            .repeat(4),
        ),
      );
      memory.write(io.writeAddress.bits(wordBits - 1, inLine), io.writeData.repeat(wordsInLine), {
        enable: io.write,
        mask: concatenate(...enables.toReversed()),
      });
      io.data.set(memory.read("line", io.readAddress, { enable: io.read }));
    },
    { documentation: `${bytes} int8 activations: 32-bit writes with byte enables, reads of ${columns}.` },
  );
}
