/** Checks the words of a command as they come, one a cycle, and keeps what the list fetcher needs of them. */
import { bit, bundle, concatenate, input, module, mux, output, uint, vector, type Bit, type UInt } from "../../gen/index.ts";
import {
  commandFields,
  commandLimits,
  commandWords,
  everyColumn,
  lastColumn,
  operations,
  type CommandFieldName,
  type Operation,
} from "./commands.ts";
import type { AcceleratorParameters } from "./parameters.ts";
import { parameterWidths, statusError } from "./registers.ts";
import { unitBits } from "./register-file.ts";
import { columnIndexWidth } from "./result-stream.ts";

const all: readonly Operation[] = operations;
const opcodeBits = 4;
/** Width of an error code. */
export const errorBits = 4;
/** Width of a stride in units of 64 bytes. */
export const strideBits = 10;

/** What is known of a command once its words have been seen. */
export function checkedCommand(columns: number) {
  const column = uint(columnIndexWidth(columns));
  return bundle({
    opcode: uint(opcodeBits),
    flag: bit,
    first: column,
    last: column,
    count: uint(parameterWidths.rows),
    groups: uint(parameterWidths.rows),
    /** Units of 64 bytes. */
    offset: uint(unitBits),
    stride: uint(strideBits),
    destination: uint(unitBits),
  });
}

/** 1 where `opcode` belongs to one of the operations that fulfil a condition. */
export function isOperation(opcode: UInt, condition: (operation: Operation) => boolean): Bit {
  return all
    .filter(condition)
    .map((operation) => opcode.eq(operation.opcode))
    .reduce((any, one) => any.or(one), bit.constant(0));
}

/** The bytes of word `index` that belong to fields of an operation, lowest first. */
function usedBytes(operation: Operation, index: number): readonly boolean[] {
  const fields: readonly CommandFieldName[] = operation.fields;
  return [0, 1, 2, 3].map((byte) =>
    fields.some((name) => {
      const { offset, bytes } = commandFields[name];
      return 4 * index + byte >= offset && 4 * index + byte < offset + bytes;
    }),
  );
}

const wordOf = (name: CommandFieldName): number => commandFields[name].offset / 4;

/**
 * Each word sets the bits of the errors that it shows; after the last one `error` is the first of OPCODE, FIELD, COUNT, BANK, ADDRESS that
 * was found (command-check.ts says the same in plain TypeScript). TOKEN and REGION are the list fetcher's.
 */
export function commandChecker(parameters: AcceleratorParameters) {
  const { columns, vectorElements, stateElements, activationBytes } = parameters;
  const rows = parameterWidths.rows;
  const elementBits = 16;
  const ports = {
    take: input(bit, "a word is there"),
    index: input(uint(4)),
    word: input(uint(32)),
    active: input(uint(4), "active columns"),
    command: output(checkedCommand(columns)),
    skip: output(bit, "no active column is selected"),
    error: output(uint(errorBits), "0 where nothing is wrong"),
  };
  return module(
    "CommandChecker",
    ports,
    (io, m) => {
      const { word } = io;
      const plain = { resettable: false } as const;
      const opcode = m.register("opcode", uint(opcodeBits), plain);
      const flag = m.register("flag", bit, plain);
      const columnByte = m.register("column", uint(8), plain);
      const count = m.register("count", uint(rows), plain);
      const groups = m.register("groups", uint(rows), plain);
      const offset = m.register("offset", uint(unitBits), plain);
      const stride = m.register("stride", uint(strideBits), plain);
      const destination = m.register("destination", uint(31), plain);
      const rest = m.register("rows_from_split", uint(rows), plain);
      const splitIsCount = m.register("split_is_count", bit, plain);
      const [badOpcode, badField, badCount, badBank, badAddress] = ["opcode", "field", "count", "bank", "address"].map((name) =>
        m.register(`bad_${name}`, bit, plain),
      );
      if (
        badOpcode === undefined ||
        badField === undefined ||
        badCount === undefined ||
        badBank === undefined ||
        badAddress === undefined
      )
        throw new RangeError("five kinds of errors");
      const flags = [badOpcode, badField, badCount, badBank, badAddress];

      const uses = (name: CommandFieldName): Bit => isOperation(opcode, ({ fields }) => fields.includes(name));
      const isMatrix = m.node(
        "is_matrix",
        isOperation(opcode, ({ name }) => name === "MATRIX"),
      );
      const isLogits = m.node("is_logits", isMatrix.and(flag));

      // Bytes that must be 0: a mask of those that need not, for the word that is there.
      const used = m.wire("used_bytes", vector(bit, 4), { default: [0, 0, 0, 0] });
      const usedInWord = (index: number): Bit[] =>
        [0, 1, 2, 3].map((byte) => isOperation(opcode, (operation) => usedBytes(operation, index)[byte] === true));
      m.switch(io.index, {
        cases: Array.from({ length: commandWords - 1 }, (_, i) => i + 1).map((index) => {
          return [
            index,
            () => {
              const bytes = usedInWord(index);
              if (index === wordOf("offset")) {
                // GATE streams only with its flag.
                const unused = isOperation(opcode, ({ name }) => name === "GATE").and(flag.not());
                used.set(bytes.map((byte) => byte.and(unused.not())));
              } else if (index === wordOf("destination2")) {
                used.set(bytes.map((byte) => byte.and(splitIsCount.not())));
              } else {
                used.set(bytes);
              }
            },
          ] as const;
        }),
      });
      const stray = m.node(
        "stray",
        [...used]
          .map((isUsed, byte) => isUsed.not().and(word.bits(8 * byte + 7, 8 * byte).ne(0)))
          .reduce((any, one) => any.or(one)),
      );
      const misaligned = m.node("misaligned", word.bits(5, 0).ne(0));
      // Operands: an element and as many behind it as the command has.
      const high = m.node("element_is_high", word.bits(30, elementBits).ne(0));
      const element = word.bits(elementBits - 1, 0);
      const beyond = (first: UInt, length: UInt): Bit => first.add(length).gt(vectorElements);
      const operandBeyond = m.node("operand_is_beyond", high.or(beyond(element, count)));
      // ceil(count / 5) = groups: 0 <= 5 * groups - count <= 4.
      const low = word.truncate(rows);
      const more = m.node("rows_beyond_groups", low.add(low.shiftLeft(2)).sub(count));
      const left = m.node("rows_left", count.sub(low));

      const first = (): void => {
        opcode.set(word.truncate(opcodeBits));
        flag.set(word.bit(8));
        columnByte.set(word.bits(23, 16));
        const code = word.bits(7, 0);
        badOpcode.set(isOperation(code, () => true).not());
        const hasFlag = isOperation(code, (operation) => operation.flags.length > 0);
        const column = word.bits(23, 16);
        const every = column.eq(everyColumn);
        const badColumn = mux(
          isOperation(code, (operation) => operation.oneColumn === true),
          every,
          bit.constant(0),
        ).or(column.ge(columns).and(every.not()).and(column.ne(lastColumn)));
        const badFlags = word.bits(15, 9).ne(0).or(word.bit(8).and(hasFlag.not()));
        badField.set(badFlags.or(badColumn).or(word.bits(31, 24).ne(0)));
        badCount.set(0);
        badBank.set(0);
        badAddress.set(0);
      };
      const countWord = (): void => {
        count.set(low);
        const limits: readonly (readonly [Operation["limit"], number])[] = [
          ["vector", vectorElements],
          ["state", stateElements],
          ["activations", activationBytes],
          ["rows", commandLimits.rows],
        ];
        const above = limits
          .map(([limit, most]) => isOperation(opcode, (operation) => operation.limit === limit).and(word.gt(most)))
          .reduce((any, one) => any.or(one));
        m.when(uses("count").and(word.eq(0).or(above)), () => {
          badCount.set(1);
        });
      };
      const groupsWord = (): void => {
        groups.set(low);
        const wrong = mux(isMatrix, more.lt(0).or(more.gt(4)), low.eq(0));
        m.when(uses("groups").and(wrong.or(word.bits(31, rows).ne(0))), () => {
          badCount.set(1);
        });
      };
      const strideWord = (): void => {
        stride.set(word.bits(5 + strideBits, 6));
        const above = mux(isMatrix, word.gt(activationBytes), word.gt(commandLimits.stride));
        m.when(uses("stride").and(word.eq(0).or(above)), () => {
          badCount.set(1);
        });
        m.when(uses("stride").and(misaligned), () => {
          badAddress.set(1);
        });
      };
      const operandWord = (name: "a" | "b"): void => {
        const bank = (wanted: 0 | 1): Bit => isOperation(opcode, ({ banks }) => banks?.[name] === wanted);
        m.when(uses(name).and(operandBeyond), () => {
          badCount.set(1);
        });
        m.when(
          bank(0)
            .and(word.bit(31))
            .or(bank(1).and(word.bit(31).not())),
          () => {
            badBank.set(1);
          },
        );
        m.when(uses(name).and(misaligned), () => {
          badAddress.set(1);
        });
      };
      const destinationWord = (): void => {
        destination.set(mux(isLogits, word.bits(31, 6).zeroExtend(31), word.truncate(31)));
        m.when(uses("destination").and(isMatrix.not()).and(operandBeyond), () => {
          badCount.set(1);
        });
        m.when(uses("destination").and(misaligned), () => {
          badAddress.set(1);
        });
      };
      const splitWord = (): void => {
        rest.set(left.truncate(rows).asUInt());
        splitIsCount.set(word.eq(count));
        const wrong = word.eq(0).or(word.bits(31, rows).ne(0)).or(left.lt(0));
        const target = destination
          .bits(30, elementBits)
          .ne(0)
          .or(beyond(destination.truncate(elementBits), low));
        m.when(isMatrix.and(wrong.or(mux(isLogits, left.ne(0), target))), () => {
          badCount.set(1);
        });
      };
      const secondDestinationWord = (): void => {
        m.when(isMatrix.and(isLogits.not()).and(high.or(beyond(element, rest))), () => {
          badCount.set(1);
        });
        m.when(isMatrix.and(misaligned), () => {
          badAddress.set(1);
        });
      };
      const scaleWord = (): void => {
        const exponent = word.bits(31, 16).asSInt();
        const bad = exponent.gt(commandLimits.exponent).or(exponent.lt(-commandLimits.exponent)).or(word.bit(15).not());
        m.when(isOperation(opcode, ({ name }) => name === "QUANTISE").and(bad), () => {
          badField.set(1);
        });
      };
      const fractionsWord = (): void => {
        const large = [0, 1, 2]
          .map((byte) => word.bits(8 * byte + 7, 8 * byte).gt(commandLimits.fraction))
          .reduce((any, one) => any.or(one));
        m.when(large.or(word.bits(31, 24).gt(commandLimits.shift)), () => {
          badField.set(1);
        });
      };

      m.when(io.take, () => {
        m.when(io.index.ne(0).and(stray), () => {
          badField.set(1);
        });
        m.switch(io.index, {
          cases: [
            [0, first],
            [wordOf("count"), countWord],
            [
              wordOf("offset"),
              () => {
                offset.set(word.bits(31, 6));
                m.when(uses("offset").and(misaligned), () => {
                  badAddress.set(1);
                });
              },
            ],
            [wordOf("groups"), groupsWord],
            [wordOf("stride"), strideWord],
            [
              wordOf("a"),
              () => {
                operandWord("a");
              },
            ],
            [
              wordOf("b"),
              () => {
                operandWord("b");
              },
            ],
            [wordOf("destination"), destinationWord],
            [wordOf("split"), splitWord],
            [wordOf("destination2"), secondDestinationWord],
            [
              wordOf("epsilon") + 1,
              () => {
                m.when(word.bits(31, commandLimits.epsilonBits - 32).ne(0), () => {
                  badField.set(1);
                });
              },
            ],
            [wordOf("mantissa"), scaleWord],
            [wordOf("gainFraction"), fractionsWord],
          ],
        });
      });

      const codes = (["OPCODE", "FIELD", "COUNT", "BANK", "ADDRESS"] as const).map((name) =>
        uint(errorBits).constant(statusError(name)),
      );
      io.error.set(flags.reduceRight<UInt>((later, is, i) => mux(is, codes[i] ?? later, later), uint(errorBits).constant(0)));
      const index = columnIndexWidth(columns);
      const lastActive = io.active.sub(1).asUInt().truncate(index);
      const every = m.node("every_column", columnByte.eq(everyColumn));
      const latest = m.node("last_column", columnByte.eq(lastColumn));
      io.skip.set(every.not().and(latest.not()).and(columnByte.ge(io.active)));
      io.command.set({
        opcode,
        flag,
        first: mux(every, uint(index).constant(0), mux(latest, lastActive, columnByte.truncate(index))),
        last: mux(every.or(latest), lastActive, columnByte.truncate(index)),
        count,
        groups,
        offset,
        stride,
        destination: destination.truncate(unitBits),
      });
    },
    { documentation: "Checks a command's words as they come and keeps what the list fetcher needs of them." },
  );
}

/** The word of the FIFO's slot that tells the executor what the fetcher found out: the error, the columns and the command's index. */
export function commandNote(columns: number) {
  return bundle({
    error: uint(errorBits),
    first: uint(columnIndexWidth(columns)),
    last: uint(columnIndexWidth(columns)),
    index: uint(15),
  });
}

/** A note as a word. */
export function noteWord(error: UInt, first: UInt, last: UInt, index: UInt): UInt {
  const packed = concatenate(index, last, first, error);
  return packed.zeroExtend(32);
}
