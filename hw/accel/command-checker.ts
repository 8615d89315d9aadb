/** Checks the words of a command as they come, one a cycle, and keeps what the list fetcher needs of them. */
import { bit, bundle, concatenate, input, module, mux, output, sint, uint, type Bit, type UInt } from "../../gen/index.ts";
import {
  commandFields,
  commandLimits,
  everyColumn,
  lastColumn,
  operations,
  type CommandFieldName,
  type Operation,
} from "./commands.ts";
import { bitsFor, type AcceleratorParameters } from "./parameters.ts";
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

/** The word that a field begins in. */
const wordOf = (name: CommandFieldName): number => Math.floor(commandFields[name].offset / 4);
const uses = (opcode: UInt, name: CommandFieldName): Bit => {
  return isOperation(opcode, ({ fields }) => fields.includes(name));
};

/** Words of one field that is used or not as a whole; epsilon has two of them. */
const wholeWords: readonly (readonly [number, CommandFieldName])[] = [
  ...(["count", "offset", "groups", "stride", "a", "b", "destination", "split", "destination2", "epsilon"] as const).map(
    (name) => [wordOf(name), name] as const,
  ),
  [wordOf("epsilon") + 1, "epsilon"],
];

/** Whether a fraction is above the limit of 20. */
function isLargeFraction(fraction: UInt): Bit {
  const low = fraction.bit(3).or(fraction.bit(2).and(fraction.bits(1, 0).ne(0)));
  return fraction.bits(7, 5).ne(0).or(fraction.bit(4).and(low));
}

/** Whether a signed exponent lies outside -64 to 64. */
function isLargeExponent(exponent: UInt): Bit {
  const high = exponent.bits(15, 6);
  return high.ne(0).and(high.reduceAnd().not()).and(exponent.ne(commandLimits.exponent));
}

/**
 * Each word sets the bits of the errors that it shows, two cycles after it: comparisons are registers, from which the next cycle judges. From the
 * second cycle after the last word on `error` is the first of OPCODE, FIELD, COUNT, BANK, ADDRESS that was found (command-check.ts says the same in
 * plain TypeScript). TOKEN and REGION are the list fetcher's.
 *
 * All comparisons with the sizes of memories share one adder and one subtraction: the word's low bits plus `added` against `limit`.
 */
export function commandChecker(parameters: AcceleratorParameters) {
  const { columns, vectorElements, stateElements, activationBytes } = parameters;
  const rows = parameterWidths.rows;
  const index = columnIndexWidth(columns);
  const columnBits = bitsFor(columns);
  const ports = {
    take: input(bit, "a word is there"),
    index: input(uint(4)),
    word: input(uint(32)),
    active: input(uint(4), "active columns"),
    command: output(checkedCommand(columns)),
    skip: output(bit, "no active column is selected"),
    error: output(uint(errorBits), "0 where nothing is wrong; one cycle later than the rest"),
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
      const countIsHigh = m.register("count_is_high", bit, plain);
      const groups = m.register("groups", uint(rows), plain);
      const offset = m.register("offset", uint(unitBits), plain);
      const stride = m.register("stride", uint(strideBits), plain);
      const destination = m.register("destination", uint(32), plain);
      const rest = m.register("rows_from_split", uint(rows), plain);
      const splitIsCount = m.register("split_is_count", bit, plain);
      const badOpcode = m.register("bad_opcode", bit, plain);
      const badField = m.register("bad_field", bit, plain);
      const badCount = m.register("bad_count", bit, plain);
      const badBank = m.register("bad_bank", bit, plain);
      const badAddress = m.register("bad_address", bit, plain);

      const isMatrix = m.node(
        "is_matrix",
        isOperation(opcode, ({ name }) => name === "MATRIX"),
      );
      const isLogits = m.node("is_logits", isMatrix.and(flag));
      const unboundGate = m
        .node(
          "is_gate_without_bound",
          isOperation(opcode, ({ name }) => name === "GATE"),
        )
        .and(flag.not());

      const at = (name: CommandFieldName): Bit => io.index.eq(wordOf(name));
      // Bytes that belong to no field that the operation uses must be 0.
      const usesWord = m.wire("uses_word", bit, { default: 0 });
      m.switch(io.index, {
        cases: wholeWords.map(([place, name]) => {
          const used = uses(opcode, name);
          const exceptions: Partial<Record<CommandFieldName, Bit>> = { offset: unboundGate, destination2: splitIsCount };
          const exception = exceptions[name];
          return [
            place,
            () => {
              usesWord.set(exception === undefined ? used : used.and(exception.not()));
            },
          ] as const;
        }),
      });
      const inWord = (name: CommandFieldName): Bit => uses(opcode, name).and(at(name));
      const usedBytes = [0, 1, 2, 3].map((byte) => {
        const names = (["mantissa", "exponent", "gainFraction", "fractionIn", "fractionOut", "shift"] as const).filter((name) => {
          const { offset: first, bytes } = commandFields[name];
          return first % 4 <= byte && byte < (first % 4) + bytes;
        });
        return names.reduce<Bit>((any, name) => any.or(inWord(name)), usesWord);
      });
      const stray = m.node(
        "stray",
        usedBytes.map((used, byte) => used.not().and(word.bits(8 * byte + 7, 8 * byte).ne(0))).reduce((any, one) => any.or(one)),
      );

      // The shared comparison.
      const low = word.truncate(rows);
      const isOperand = m.node("at_operand", at("a").or(at("b")).or(at("destination")).or(at("destination2")));
      const added = m.wire("added", uint(rows + 2), { default: 0 });
      m.switch(io.index, {
        cases: [
          [
            [wordOf("a"), wordOf("b"), wordOf("destination")],
            () => {
              added.set(count.zeroExtend(rows + 2));
            },
          ],
          [
            wordOf("groups"),
            () => {
              added.set(low.shiftLeft(2));
            },
          ],
          [
            wordOf("split"),
            () => {
              added.set(destination.truncate(rows).zeroExtend(rows + 2));
            },
          ],
          [
            wordOf("destination2"),
            () => {
              added.set(rest.zeroExtend(rows + 2));
            },
          ],
        ],
      });
      const limit = m.wire("limit", uint(rows), { default: vectorElements });
      m.switch(io.index, {
        cases: [
          [
            wordOf("count"),
            () => {
              const limits: readonly (readonly [Operation["limit"], number])[] = [
                ["state", stateElements],
                ["activations", activationBytes],
                ["rows", commandLimits.rows],
              ];
              for (const [kind, most] of limits) {
                m.when(
                  isOperation(opcode, (operation) => operation.limit === kind),
                  () => {
                    limit.set(most);
                  },
                );
              }
            },
          ],
          [
            wordOf("groups"),
            () => {
              limit.set(count);
            },
          ],
          [
            wordOf("stride"),
            () => {
              limit.set(mux(isMatrix, uint(rows).constant(activationBytes), uint(rows).constant(commandLimits.stride)));
            },
          ],
        ],
      });
      // What is judged one cycle later.
      const keep = <Width extends number>(name: string, value: UInt<Width>): UInt<Width> => {
        const register = m.register(name, uint(value.width), plain);
        register.set(value);
        return register;
      };
      const judges = m.register("judges", bit, { init: 0 });
      judges.set(io.take);
      const judged = keep("judged_index", io.index);
      const seen = keep("judged_word", word);
      const strays = keep("strays", stray);
      const difference = low
        .zeroExtend(rows + 2)
        .add(added)
        .sub(limit);
      const excess = m.register("excess", sint(difference.width), plain);
      excess.set(difference);
      // The bits of the word that the comparison leaves out; an operand's highest is its bank.
      const high = keep("high_bits", word.bits(30, rows).ne(0).or(word.bit(31).and(isOperand.not())));
      const isZero = keep("is_zero", word.eq(0));
      const misaligned = keep("misaligned", word.bits(5, 0).ne(0));
      const rowsLeft = m.node("rows_left", count.sub(low));
      const left = m.register("judged_rows_left", sint(rowsLeft.width), plain);
      left.set(rowsLeft);
      const above = m.node("is_above", excess.gt(0).or(high));

      // What is kept of the words.
      const kept: Readonly<Record<number, () => void>> = {
        0: () => {
          opcode.set(word.truncate(opcodeBits));
          flag.set(word.bit(8));
          columnByte.set(word.bits(23, 16));
        },
        [wordOf("count")]: () => {
          count.set(low);
        },
        [wordOf("offset")]: () => {
          offset.set(word.bits(31, 6));
        },
        [wordOf("groups")]: () => {
          groups.set(low);
        },
        [wordOf("stride")]: () => {
          stride.set(word.bits(5 + strideBits, 6));
        },
        [wordOf("destination")]: () => {
          destination.set(word);
        },
        [wordOf("split")]: () => {
          rest.set(rowsLeft.truncate(rows).asUInt());
          splitIsCount.set(word.bits(31, rows).eq(0).and(rowsLeft.eq(0)).and(countIsHigh.not()));
        },
      };
      m.when(io.take, () => {
        m.switch(io.index, { cases: Object.entries(kept).map(([place, body]) => [Number(place), body] as const) });
      });

      /** The errors of an operand, and of the other words that hold places. */
      const address = (used: Bit): void => {
        badAddress.set(badAddress.or(used.and(misaligned)));
      };
      const counts = (wrong: Bit): void => {
        badCount.set(badCount.or(wrong));
      };
      const operand = (name: "a" | "b"): void => {
        const bank = (wanted: 0 | 1): Bit => isOperation(opcode, ({ banks }) => banks?.[name] === wanted);
        const used = uses(opcode, name);
        counts(used.and(above));
        address(used);
        badBank.set(badBank.or(mux(seen.bit(31), bank(0), bank(1))));
      };
      const words: Readonly<Record<number, () => void>> = {
        0: () => {
          const code = seen.bits(7, 0);
          const column = seen.bits(23, 16);
          const every = column.eq(everyColumn);
          const one = isOperation(code, (operation) => operation.oneColumn === true);
          const unknown = column.bits(7, columnBits).ne(0).and(every.not()).and(column.ne(lastColumn));
          const hasFlag = isOperation(code, (operation) => operation.flags.length > 0);
          const badFlags = seen.bits(15, 9).ne(0).or(seen.bit(8).and(hasFlag.not()));
          badOpcode.set(isOperation(code, () => true).not());
          badField.set(badFlags.or(unknown).or(one.and(every)).or(seen.bits(31, 24).ne(0)));
          badCount.set(0);
          badBank.set(0);
          badAddress.set(0);
        },
        [wordOf("count")]: () => {
          countIsHigh.set(high);
          counts(uses(opcode, "count").and(isZero.or(above)));
        },
        [wordOf("offset")]: () => {
          address(uses(opcode, "offset"));
        },
        // ceil(count / 5) = groups: 0 <= 5 * groups - count <= 4.
        [wordOf("groups")]: () => {
          const unequal = excess
            .lt(0)
            .or(excess.bits(rows + 2, 3).ne(0))
            .or(excess.bit(2).and(excess.bits(1, 0).ne(0)));
          counts(uses(opcode, "groups").and(mux(isMatrix, unequal, isZero).or(high)));
        },
        [wordOf("stride")]: () => {
          counts(uses(opcode, "stride").and(isZero.or(above)));
          address(uses(opcode, "stride"));
        },
        [wordOf("a")]: () => {
          operand("a");
        },
        [wordOf("b")]: () => {
          operand("b");
        },
        [wordOf("destination")]: () => {
          const used = uses(opcode, "destination");
          counts(used.and(isMatrix.not()).and(above));
          address(used);
        },
        [wordOf("split")]: () => {
          const target = above.or(destination.bits(30, rows).ne(0));
          counts(
            isMatrix.and(
              isZero
                .or(high)
                .or(left.lt(0))
                .or(mux(isLogits, left.ne(0), target)),
            ),
          );
        },
        [wordOf("destination2")]: () => {
          counts(isMatrix.and(isLogits.not()).and(above));
          address(isMatrix);
        },
        [wordOf("epsilon") + 1]: () => {
          badField.set(badField.or(strays).or(seen.bits(31, commandLimits.epsilonBits - 32).ne(0)));
        },
        [wordOf("mantissa")]: () => {
          const bad = isLargeExponent(seen.bits(31, 16)).or(seen.bit(15).not());
          badField.set(badField.or(strays).or(isOperation(opcode, ({ name }) => name === "QUANTISE").and(bad)));
        },
        [wordOf("gainFraction")]: () => {
          const large = [0, 1, 2]
            .map((byte) => isLargeFraction(seen.bits(8 * byte + 7, 8 * byte)))
            .reduce((any, one) => any.or(one));
          badField.set(badField.or(strays).or(large).or(seen.bits(31, 30).ne(0)));
        },
      };
      m.when(judges, () => {
        badField.set(badField.or(strays));
        m.switch(judged, { cases: Object.entries(words).map(([place, body]) => [Number(place), body] as const) });
      });

      const errors = [
        [badOpcode, "OPCODE"],
        [badField, "FIELD"],
        [badCount, "COUNT"],
        [badBank, "BANK"],
        [badAddress, "ADDRESS"],
      ] as const;
      io.error.set(
        errors.reduceRight<UInt>(
          (later, [is, name]) => mux(is, uint(errorBits).constant(statusError(name)), later),
          uint(errorBits).constant(0),
        ),
      );
      const every = m.node("every_column", columnByte.eq(everyColumn));
      const latest = m.node("last_column", columnByte.eq(lastColumn));
      const special = m.node("special_column", every.or(latest));
      const chosen = columnByte.truncate(index);
      const lastActive = io.active.sub(1).asUInt().truncate(index);
      io.skip.set(special.not().and(chosen.ge(io.active)));
      io.command.set({
        opcode,
        flag,
        first: mux(every, uint(index).constant(0), mux(latest, lastActive, chosen)),
        last: mux(special, lastActive, chosen),
        count,
        groups,
        offset,
        stride,
        destination: destination.bits(31, 6),
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
