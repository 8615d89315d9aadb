/** The activation buffer: one memory a column, written V elements at a time, all columns read a port word a cycle. */
import { bit, bundle, concatenate, input, module, mux, output, uint, vector, type UInt } from "../../gen/index.ts";
import { bitsFor } from "./parameters.ts";
import { columnIndexWidth } from "./result-stream.ts";

/** Sizes of the buffer; a part of the accelerator's parameters. */
export interface ActivationBufferParameters {
  /** int8 of a port word, B: 8 to 64, a power of two. */
  readonly portBytes: number;
  /** int8 of one column: a power of two, at least two port words and two groups. */
  readonly activationBytes: number;
  /** Elements of a write, V: 2 to 16, a power of two; below or above portBytes. */
  readonly vectorLanes: number;
  /** Columns, C: 1 to 8, a power of two. */
  readonly columns: number;
}

/** A write: elements group * V to group * V + V - 1 of one column, the first one in the lowest byte. */
export function activationWrite({ activationBytes, vectorLanes, columns }: ActivationBufferParameters) {
  return bundle({
    enable: bit,
    column: uint(columnIndexWidth(columns)),
    group: uint(bitsFor(activationBytes / vectorLanes)),
    data: uint(8 * vectorLanes),
  });
}

/**
 * `data` is the port word `readAddress` of every column, one cycle later. A write is seen by a read of the next cycle.
 *
 * A line of memory is the wider one of a port word and a group: of a wide line a write enables the bytes of its group, or a read
 * chooses its port word.
 */
export function activationBuffer(parameters: ActivationBufferParameters) {
  const { portBytes, activationBytes, vectorLanes, columns } = parameters;
  const portWords = activationBytes / portBytes;
  const lineBytes = Math.max(portBytes, vectorLanes);
  const lines = activationBytes / lineBytes;
  const groupsInLine = bitsFor(lineBytes / vectorLanes);
  const wordsInLine = bitsFor(lineBytes / portBytes);
  const ports = {
    write: input(activationWrite(parameters)),
    readAddress: input(uint(bitsFor(portWords)), "index of the port word"),
    data: output(vector(uint(8 * portBytes), columns), "int8 i of the port word in byte i"),
  };
  return module(
    "ActivationBuffer",
    ports,
    (io, m) => {
      const { group, data } = io.write;
      const groups = lineBytes / vectorLanes;
      const inLine = (i: number): UInt => (groups === 1 ? bit.constant(1) : group.bits(groupsInLine - 1, 0).eq(i));
      const mask = concatenate(...Array.from({ length: groups }, (_, i) => inLine(i)).toReversed());
      const line = group.bits(group.width - 1, groupsInLine);
      const lineRead = io.readAddress.bits(io.readAddress.width - 1, wordsInLine);
      for (let column = 0; column < columns; column++) {
        const memory = m.memory(`lines_${column}`, {
          type: uint(8 * lineBytes),
          depth: lines,
          granularity: 8 * vectorLanes,
          collisions: "undefined",
        });
        const enable = columns === 1 ? io.write.enable : io.write.enable.and(io.write.column.eq(column));
        memory.write(line, data.repeat(groups), { enable, mask });
        const words = memory.read("line", lineRead);
        if (wordsInLine === 0) {
          io.data.at(column).set(words);
          continue;
        }
        const chosen = m.register(`word_in_line_${column}`, uint(wordsInLine), { resettable: false });
        chosen.set(io.readAddress.bits(wordsInLine - 1, 0));
        let word = words.bits(8 * portBytes - 1, 0);
        for (let i = 1; i < 2 ** wordsInLine; i++) {
          word = mux(chosen.eq(i), words.bits(8 * portBytes * (i + 1) - 1, 8 * portBytes * i), word);
        }
        io.data.at(column).set(word);
      }
    },
    {
      documentation: `${columns} columns of ${activationBytes} int8: writes of ${vectorLanes} to one column, reads of ${portBytes} from each.`,
    },
  );
}
