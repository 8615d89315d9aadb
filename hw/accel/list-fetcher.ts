/** The list fetcher: reads commands ahead of their execution, checks them, and asks for what they stream. */
import { bit, input, module, mux, output, sint, stream, uint, vector, type UInt } from "../../gen/index.ts";
import { commandBytes, commandWords } from "./commands.ts";
import { commandChecker, errorBits, isOperation, noteWord, strideBits } from "./command-checker.ts";
import { descriptorWords, wordAddressWidth } from "./memory-parameters.ts";
import { bitsFor, type AcceleratorParameters } from "./parameters.ts";
import { parameterWidths, statusError } from "./registers.ts";
import { unitBits } from "./register-file.ts";
import { columnIndexWidth } from "./result-stream.ts";
import { selected } from "./select.ts";
import { descriptorType } from "./stream-reader.ts";

/** Width of the number of commands of a list, and of a command's index. */
export const listIndexBits = 15;
/** Width of a product, and of a sum of an offset, a product and a length, in units of 64 bytes: no such sum can overflow. */
const productBits = parameterWidths.rows + strideBits;
const spanBits = productBits + 2;
/** The words of a slot that are the fetcher's own: where the command stores to, and the note (noteWord). */
export const placeWord = commandWords - 2;
export const noteIndex = commandWords - 1;

/** A number in `width` bits: high bits are added, or given up where they are known to be 0. */
export function fitted(value: UInt, width: number): UInt {
  return value.width > width ? value.truncate(width) : value.zeroExtend(width);
}

/** The address of a place's first port word. */
export function placeAddress(place: UInt, portBytes: number, width: number): UInt {
  return fitted(place.shiftLeft(bitsFor(commandBytes / portBytes)), width);
}

/**
 * `start` begins with the command at `first`. Each command's words are checked as they come and written to the slot of the command FIFO that is
 * next; then
 *
 *     settle    the last word's checks come in
 *     judge     an error, a skipped command, an END, or what is to be computed first
 *     token     EMBED: the column's token, which must have a row
 *     multiply  groups * stride, token * stride or columns * bytes of logits: one bit of the second factor a cycle, added to the offset
 *     length    the absolute place; the end
 *     compare   the end against the region's size, into registers
 *     decide    an error, a stream or a place
 *     describe  the descriptor of a stream goes to the stream reader; EMBED goes on with the next column, MATRIX with where its logits go
 *     place     the absolute place of what is stored, into the slot
 *     note      the note into the slot, which is committed
 *
 * All places are in units of 64 bytes, of which regions, offsets and strides are made: a span lies in its region exactly if its end, rounded
 * up, does. What is at fault becomes a note with an error behind the commands before it, which still run. After an END or a fault the fetcher
 * takes and drops the words that it asked for too much.
 */
export function listFetcher(parameters: AcceleratorParameters) {
  const { portBytes, columns } = parameters;
  const wordBits = wordAddressWidth(parameters);
  const unitWordBits = bitsFor(commandBytes / portBytes);
  const inPortWord = portBytes / 4;
  const columnBits = columnIndexWidth(columns);
  const place = uint(bitsFor(parameters.dramBytes / commandBytes));
  const size = uint(place.width + 1);
  const ports = {
    start: input(bit),
    stop: input(bit, "level: gives up, until idle"),
    idle: output(bit, "no command is worked on and no read is offered"),
    first: input(place, "the list's first command, from the start of DRAM"),
    listCommands: input(uint(listIndexBits), "at least 1"),
    modelBase: input(place, "in units of 64 bytes, as the next three"),
    modelSize: input(size, "base and size lie in DRAM"),
    bufferBase: input(place),
    bufferSize: input(size),
    active: input(uint(4)),
    logits: input(bit, "END_UNLESS_LOGITS does not end the list"),
    tokens: input(vector(uint(parameterWidths.rows), columns)),
    reads: output(stream(uint(wordBits))),
    readWords: input(stream(uint(8 * portBytes))),
    descriptors: output(stream(descriptorType(parameters))),
    write: output(bit),
    writeIndex: output(uint(bitsFor(commandWords))),
    writeData: output(uint(32)),
    commit: output(bit),
    hasRoom: input(bit, "of the command FIFO"),
  };
  return module(
    "ListFetcher",
    ports,
    (io, m) => {
      const plain = { resettable: false } as const;
      const state = m.fsm(
        "state",
        [
          "idle",
          "words",
          "settle",
          "judge",
          "token",
          "multiply",
          "length",
          "compare",
          "decide",
          "describe",
          "place",
          "note",
          "finish",
        ] as const,
        { initial: "idle" },
      );

      // Reading ahead: one port word after the other, to the list's end.
      const asking = m.register("asking", bit, { init: 0 });
      const address = m.register("read_address", uint(wordBits), plain);
      const toRead = m.register("words_to_read", uint(listIndexBits + unitWordBits), plain);
      io.reads.valid.set(asking);
      io.reads.payload.set(address);
      const givesUp = m.node("gives_up", io.stop.or(state.is("finish")).or(state.is("idle")));
      m.when(io.reads.fire(), () => {
        address.set(address.add(1).wrap(wordBits));
        toRead.set(toRead.sub(1).asUInt().wrap(toRead.width));
        m.when(toRead.eq(1).or(givesUp), () => {
          asking.set(0);
        });
      });

      // From port words to words of 32 bits.
      const word = m.register("word", uint(32), plain);
      const available = m.register("word_available", bit, { init: 0 });
      const part = m.register("part", uint(bitsFor(inPortWord)), { init: 0 });
      const index = m.register("word_index", uint(bitsFor(commandWords)), { init: 0 });
      const command = m.register("command_index", uint(listIndexBits), plain);
      // A command takes more than a cycle: the comparison is a register.
      const isLast = m.register("is_last_command", bit, plain);
      isLast.set(command.add(1).eq(io.listCommands));
      const atEnd = m.register("at_list_end", bit, plain);
      const take = m.node("take", state.is("words").and(available).and(io.hasRoom).and(atEnd.not()));
      const free = m.node("word_free", available.not().or(take));
      const load = m.node("load", io.readWords.valid.and(free));
      io.readWords.ready.set(free.and(part.reduceAnd()).or(givesUp));
      const parts = Array.from({ length: inPortWord }, (_, i) => io.readWords.payload.bits(32 * i + 31, 32 * i));
      available.set(load.or(available.and(take.not())));
      m.when(load, () => {
        word.set(selected(parts, part));
        part.set(part.add(1).wrap(part.width));
      });
      m.when(take, () => {
        index.set(index.add(1).wrap(index.width));
      });

      const check = m.instance("check", commandChecker(parameters));
      check.take.set(take);
      check.index.set(index);
      check.word.set(word);
      check.active.set(io.active);
      const checked = check.command;
      const is = (name: string): UInt<1> => isOperation(checked.opcode, (operation) => operation.name === name);
      const isEmbed = m.node("is_embed", is("EMBED"));
      const isMatrix = m.node("is_matrix", is("MATRIX"));
      const isEnd = m.node("is_end", is("END").or(is("END_UNLESS_LOGITS").and(io.logits.not())));
      const storesLogits = m.node("stores_logits", isMatrix.and(checked.flag));
      const stores = m.node(
        "stores",
        isOperation(checked.opcode, (operation) => operation.stores === "state" || operation.stores === "vector"),
      );
      const streams = m.node(
        "streams",
        isOperation(checked.opcode, (operation) => operation.stream !== undefined).and(is("GATE").and(checked.flag.not()).not()),
      );

      // A span: what is streamed, then what is stored. One adder and one subtraction compute it.
      const storing = m.register("storing", bit, plain);
      const column = m.register("embedded_column", uint(columnBits), plain);
      const error = m.register("error", uint(errorBits), { init: 0 });
      const factor = m.register("factor", uint(productBits), plain);
      const times = m.register("times", uint(strideBits), plain);
      const target = m.register("target", place, plain);
      const span = m.register("span", uint(spanBits), plain);
      const words = m.register("stream_words", uint(descriptorWords), plain);
      const ofBuffer = isOperation(checked.opcode, (operation) => operation.stream?.region === "B");
      const inBuffer = m.node("in_buffer", storing.or(ofBuffer));
      const ofBytes = (bytes: number): UInt<1> =>
        isOperation(checked.opcode, (operation) => operation.stream?.elementBytes === bytes);
      const bytes = m.node(
        "span_bytes",
        mux(
          storing.or(ofBytes(4)),
          checked.count.shiftLeft(2),
          mux(ofBytes(2), checked.count.shiftLeft(1).zeroExtend(21), checked.count.zeroExtend(21)),
        ),
      );
      const roundedUp = (unit: number): UInt => bytes.add(unit - 1).shiftRight(bitsFor(unit));
      const lengthUnits = m.node("length_units", fitted(roundedUp(commandBytes), productBits));
      const addedLength = m.register("added_length", uint(productBits), plain);
      addedLength.set(lengthUnits);
      const from = m.node("from", mux(storing.and(isMatrix), checked.destination, checked.offset));
      const multiplies = m.node("multiplies", isEmbed.or(isMatrix));
      const added = mux(state.is("multiply"), mux(times.bit(0), factor, uint(productBits).constant(0)), addedLength);
      const sum = m.node("span_sum", span.add(added).truncate(spanBits));
      const limit = mux(inBuffer, io.bufferSize, io.modelSize);
      const difference = m.node("span_difference", span.sub(mux(state.is("compare"), fitted(limit, unitBits), from)));

      const excess = m.register("span_excess", sint(difference.width), plain);
      excess.set(difference);

      const fails = (name: "TOKEN" | "REGION" | "LENGTH"): void => {
        error.set(statusError(name));
        state.goto("note");
      };
      const next = (): void => {
        command.set(command.add(1).wrap(listIndexBits));
        atEnd.set(isLast);
        state.goto("words");
      };
      state.in("idle", () => {
        m.when(io.start, () => {
          asking.set(1);
          address.set(placeAddress(io.first, portBytes, wordBits));
          toRead.set(io.listCommands.shiftLeft(unitWordBits));
          command.set(0);
          atEnd.set(0);
          index.set(0);
          part.set(0);
          available.set(0);
          state.goto("words");
        });
      });
      state.in("words", () => {
        error.set(0);
        m.when(atEnd.and(io.hasRoom), () => {
          fails("LENGTH");
        });
        m.when(take.and(index.eq(commandWords - 1)), () => {
          state.goto("settle");
        });
      });
      state.in("settle", () => {
        state.goto("judge");
      });
      state.in("judge", () => {
        error.set(check.error);
        column.set(checked.first);
        storing.set(streams.not());
        m.when(check.error.ne(0).or(isEnd), () => {
          state.goto("note");
        })
          .elseWhen(check.skip.or(is("END_UNLESS_LOGITS")), () => {
            next();
          })
          .elseWhen(streams.or(stores), () => {
            state.goto("token");
          })
          .otherwise(() => {
            state.goto("note");
          });
      });
      // The factors: of weights groups and stride, of an embedding the token and the stride, of logits the bytes of a column and the columns before.
      state.in("token", () => {
        const token = io.tokens.select(column);
        const before = checked.last.sub(checked.first).asUInt().truncate(columnBits);
        span.set(fitted(from, spanBits));
        factor.set(mux(storing, lengthUnits, mux(isEmbed, token, checked.groups).zeroExtend(productBits)));
        times.set(mux(storing, before.zeroExtend(strideBits), checked.stride));
        state.goto("multiply");
        m.when(multiplies.not(), () => {
          times.set(0);
        });
        m.when(isEmbed.and(token.ge(checked.groups)), () => {
          fails("TOKEN");
        });
      });
      state.in("multiply", () => {
        factor.set(factor.shiftLeft(1).truncate(productBits));
        times.set(times.shiftRight(1).zeroExtend(strideBits));
        span.set(sum);
        m.when(times.shiftRight(1).eq(0), () => {
          state.goto("length");
        });
      });
      state.in("length", () => {
        const base = mux(inBuffer, io.bufferBase, io.modelBase);
        const begin = mux(isEmbed, fitted(span, place.width), fitted(from, place.width));
        target.set(base.add(begin).truncate(place.width));
        const product = difference.asUInt().shiftLeft(unitWordBits);
        words.set(mux(isMatrix, fitted(product, descriptorWords), fitted(roundedUp(portBytes), descriptorWords)));
        // Of weights the product is the length already.
        m.when(isMatrix.not().or(storing), () => {
          span.set(sum);
        });
        state.goto("compare");
      });
      state.in("compare", () => {
        state.goto("decide");
      });
      state.in("decide", () => {
        m.when(excess.gt(0), () => {
          fails("REGION");
        })
          .elseWhen(storing, () => {
            state.goto("place");
          })
          .otherwise(() => {
            state.goto("describe");
          });
      });
      const lastSpan = m.node("last_span", isEmbed.not().or(column.eq(checked.last)));
      state.in("describe", () => {
        m.when(io.descriptors.ready, () => {
          column.set(column.add(1).wrap(columnBits));
          storing.set(storesLogits);
          m.when(storesLogits.or(lastSpan.not()), () => {
            state.goto("token");
          }).otherwise(() => {
            state.goto("note");
          });
        });
      });
      state.in("place", () => {
        state.goto("note");
      });
      state.in("note", () => {
        m.when(error.ne(0).or(isEnd), () => {
          state.goto("finish");
        }).otherwise(() => {
          next();
        });
      });
      state.in("finish", () => {
        m.when(asking.not().or(io.reads.fire()), () => {
          state.goto("idle");
        });
      });
      // A read or a descriptor that is offered stays until it is taken.
      const works = state.is("idle").or(state.is("finish")).not();
      m.when(io.stop.and(works).and(state.is("describe").not().or(io.descriptors.ready)), () => {
        state.goto("finish");
      });

      const [places, notes] = [state.is("place"), state.is("note")];
      io.descriptors.valid.set(state.is("describe"));
      io.descriptors.payload.set({ address: placeAddress(target, portBytes, wordBits), words });
      io.write.set(take.or(places).or(notes));
      io.writeIndex.set(mux(places, uint(4).constant(placeWord), mux(notes, uint(4).constant(noteIndex), index)));
      const note = noteWord(error, checked.first, checked.last, command);
      io.writeData.set(mux(places, target.zeroExtend(32), mux(notes, note, word)));
      io.commit.set(notes.and(io.stop.not()));
      io.idle.set(state.is("idle"));
      m.checkStream("reads", io.reads);
      m.checkStream("descriptors", io.descriptors);
    },
    {
      documentation:
        "Reads the commands of a list, checks them against the memories and regions, and passes commands and descriptors on.",
    },
  );
}
