/** The list fetcher: reads commands ahead of their execution, checks them, and asks for what they stream. */
import { bit, input, module, mux, output, stream, uint, vector, type UInt } from "../../gen/index.ts";
import { commandBytes, commandWords } from "./commands.ts";
import { commandChecker, errorBits, isOperation, noteWord, strideBits } from "./command-checker.ts";
import { descriptorWords, wordAddressWidth } from "./memory-parameters.ts";
import { bitsFor, type AcceleratorParameters } from "./parameters.ts";
import { parameterWidths, statusError } from "./registers.ts";
import { unitBits } from "./register-file.ts";
import { columnIndexWidth } from "./result-stream.ts";
import { descriptorType } from "./stream-reader.ts";

/** Width of the number of commands of a list, and of a command's index. */
export const listIndexBits = 15;
/** Width of a sum of an offset, a product and a length, in units of 64 bytes: no such sum can overflow. */
const spanBits = 32;
const productBits = parameterWidths.rows + strideBits;
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
 *     judge     an error, a skipped command, an END, or what is to be computed first
 *     token     EMBED: the column's token, which must have a row
 *     multiply  groups * stride, token * stride or columns * bytes of logits: one bit of the second factor a cycle
 *     begin     where it starts, counted from the region's start
 *     end       where it ends
 *     compare   the end against the region's size
 *     describe  the descriptor of a stream goes to the stream reader; EMBED goes on with the next column, MATRIX with where its logits go
 *     place     the absolute address of what is stored, into the slot
 *     note      the note into the slot, which is committed
 *
 * All places are in units of 64 bytes, of which regions, offsets and strides are made: a span lies in its region exactly if its end, rounded
 * up, does. What is at fault becomes a note with an error behind the commands before it, which still run. After an END or a fault the fetcher
 * takes and drops the words that it asked for too much.
 */
export function listFetcher(parameters: AcceleratorParameters) {
  const { portBytes, columns } = parameters;
  const wordBits = wordAddressWidth(parameters);
  const unitWords = commandBytes / portBytes;
  const unitWordBits = bitsFor(unitWords);
  const inPortWord = portBytes / 4;
  const descriptor = descriptorType(parameters);
  const columnBits = columnIndexWidth(columns);
  const region = uint(unitBits);
  const ports = {
    start: input(bit),
    stop: input(bit, "level: gives up, until idle"),
    idle: output(bit, "no command is worked on and no read is offered"),
    first: input(region, "the list's first command, from the start of DRAM"),
    listCommands: input(uint(listIndexBits), "at least 1"),
    modelBase: input(region),
    modelSize: input(region),
    bufferBase: input(region),
    bufferSize: input(region),
    active: input(uint(4)),
    logits: input(bit, "END_UNLESS_LOGITS does not end the list"),
    tokens: input(vector(uint(parameterWidths.rows), columns)),
    reads: output(stream(uint(wordBits))),
    readWords: input(stream(uint(8 * portBytes))),
    descriptors: output(stream(descriptor)),
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
        ["idle", "words", "judge", "token", "multiply", "begin", "end", "compare", "describe", "place", "note", "finish"] as const,
        { initial: "idle" },
      );

      // Reading ahead: one port word after the other, to the list's end.
      const asking = m.register("asking", bit, { init: 0 });
      const address = m.register("read_address", uint(wordBits), plain);
      const toRead = m.register("words_to_read", uint(listIndexBits + unitWordBits), plain);
      io.reads.valid.set(asking);
      io.reads.payload.set(address);
      const giveUp = m.node("gives_up", io.stop.or(state.is("finish")).or(state.is("idle")));
      m.when(io.reads.fire(), () => {
        address.set(address.add(1).wrap(wordBits));
        toRead.set(toRead.sub(1).asUInt().wrap(toRead.width));
        m.when(toRead.eq(1).or(giveUp), () => {
          asking.set(0);
        });
      });

      // From port words to words of 32 bits.
      const current = m.register("current", uint(8 * portBytes), plain);
      const held = m.register("words_held", uint(bitsFor(inPortWord) + 1), { init: 0 });
      const available = m.node("available", held.ne(0));
      const index = m.register("word_index", uint(bitsFor(commandWords)), { init: 0 });
      const command = m.register("command_index", uint(listIndexBits), plain);
      const atEnd = m.node("at_list_end", command.eq(io.listCommands));
      const take = m.node("take", state.is("words").and(available).and(io.hasRoom).and(atEnd.not()));
      const refill = m.node("refill", held.eq(0).or(held.eq(1).and(take)));
      io.readWords.ready.set(refill.or(giveUp));
      m.when(take, () => {
        current.set(current.shiftRight(32).zeroExtend(8 * portBytes));
        held.set(held.sub(1).asUInt().wrap(held.width));
        index.set(index.add(1).wrap(index.width));
      });
      m.when(io.readWords.fire(), () => {
        current.set(io.readWords.payload);
        held.set(inPortWord);
      });
      const word = current.bits(31, 0);

      const checker = m.instance("check", commandChecker(parameters));
      checker.take.set(take);
      checker.index.set(index);
      checker.word.set(word);
      checker.active.set(io.active);
      const checked = checker.command;
      const is = (...names: readonly string[]): UInt<1> => isOperation(checked.opcode, ({ name }) => names.includes(name));
      const isEmbed = m.node("is_embed", is("EMBED"));
      const isMatrix = m.node("is_matrix", is("MATRIX"));
      const storesLogits = m.node("stores_logits", isMatrix.and(checked.flag));
      const stores = m.node(
        "stores",
        isOperation(checked.opcode, (operation) => operation.stores === "state" || operation.stores === "vector"),
      );
      const streams = m.node(
        "streams",
        isOperation(checked.opcode, ({ stream: streamed }) => streamed !== undefined).and(is("GATE").and(checked.flag.not()).not()),
      );

      // Spans: what is streamed, then what is stored.
      const storing = m.register("storing", bit, plain);
      const column = m.register("embedded_column", uint(columnBits), plain);
      const error = m.register("error", uint(errorBits), { init: 0 });
      const factor = m.register("factor", uint(parameterWidths.rows), plain);
      const times = m.register("times", uint(strideBits), plain);
      const steps = m.register("steps", uint(4), plain);
      const product = m.register("product", uint(productBits), plain);
      const begin = m.register("span_begin", uint(spanBits), plain);
      const end = m.register("span_end", uint(spanBits), plain);
      const place = m.register("place", region, plain);
      const tail = m.register("tail", uint(parameterWidths.rows), plain);
      const inBuffer = m.node(
        "in_buffer",
        storing.or(isOperation(checked.opcode, ({ stream: streamed }) => streamed?.region === "B")),
      );
      const width = (bytes: number): UInt<1> =>
        isOperation(checked.opcode, ({ stream: streamed }) => streamed !== undefined && streamed.elementBytes === bytes);
      const bytes = m.node(
        "span_bytes",
        mux(
          storing.or(width(4)),
          checked.count.shiftLeft(2),
          mux(width(2), checked.count.shiftLeft(1).zeroExtend(21), checked.count.zeroExtend(21)),
        ),
      );
      const roundedUp = (unit: number): UInt => bytes.add(unit - 1).shiftRight(bitsFor(unit));
      const fromStart = mux(storing.and(isMatrix), checked.destination, checked.offset);
      const usesProduct = m.node("uses_product", isEmbed.or(isMatrix));

      /** From here the span of `storing` or of a stream is computed. */
      const computes = (nowStoring: UInt<1>): void => {
        storing.set(nowStoring);
        product.set(0);
        steps.set(strideBits);
        state.goto("multiply");
      };
      const fails = (name: "TOKEN" | "REGION" | "LENGTH"): void => {
        error.set(statusError(name));
        state.goto("note");
      };
      const next = (): void => {
        command.set(command.add(1).wrap(listIndexBits));
        state.goto("words");
      };

      state.in("idle", () => {
        m.when(io.start, () => {
          asking.set(1);
          address.set(placeAddress(io.first, portBytes, wordBits));
          toRead.set(io.listCommands.shiftLeft(unitWordBits));
          command.set(0);
          index.set(0);
          held.set(0);
          state.goto("words");
        });
      });
      state.in("words", () => {
        error.set(0);
        m.when(atEnd.and(io.hasRoom), () => {
          fails("LENGTH");
        });
        m.when(take.and(index.eq(commandWords - 1)), () => {
          state.goto("judge");
        });
      });
      const isEnd = m.node("is_end", is("END").or(is("END_UNLESS_LOGITS").and(io.logits.not())));
      state.in("judge", () => {
        error.set(checker.error);
        column.set(checked.first);
        storing.set(streams.not());
        m.when(checker.error.ne(0).or(isEnd), () => {
          state.goto("note");
        })
          .elseWhen(checker.skip.or(is("END_UNLESS_LOGITS")), () => {
            next();
          })
          .elseWhen(streams.or(stores), () => {
            state.goto("token");
          })
          .otherwise(() => {
            state.goto("note");
          });
      });
      // The factors: of weights groups and stride, of an embedding the token and the stride, of logits the bytes of a column and the columns.
      state.in("token", () => {
        const token = io.tokens.select(column);
        const before = checked.last.sub(checked.first).asUInt().truncate(columnBits);
        factor.set(mux(storing, fitted(roundedUp(64), parameterWidths.rows), mux(isEmbed, token, checked.groups)));
        times.set(mux(storing, before.zeroExtend(strideBits), checked.stride));
        computes(storing);
        m.when(isEmbed.and(token.ge(checked.groups)), () => {
          fails("TOKEN");
        });
      });
      state.in("multiply", () => {
        const added = mux(times.bit(strideBits - 1), factor, uint(parameterWidths.rows).constant(0));
        product.set(product.shiftLeft(1).truncate(productBits).add(added).wrap(productBits));
        times.set(times.shiftLeft(1).truncate(strideBits));
        steps.set(steps.sub(1).asUInt().wrap(4));
        tail.set(fitted(roundedUp(64), parameterWidths.rows));
        m.when(steps.eq(1).or(usesProduct.not()), () => {
          state.goto("begin");
        });
        m.when(usesProduct.not(), () => {
          product.set(0);
        });
      });
      state.in("begin", () => {
        const displaced = mux(isEmbed.or(storing), product, uint(productBits).constant(0));
        begin.set(fromStart.add(displaced).zeroExtend(spanBits));
        state.goto("end");
      });
      state.in("end", () => {
        const length = mux(isMatrix.and(storing.not()), product, tail.zeroExtend(productBits));
        end.set(begin.add(length).truncate(spanBits));
        const base = mux(inBuffer, io.bufferBase, io.modelBase);
        const from = mux(isEmbed, begin.truncate(unitBits), fromStart);
        place.set(base.add(from).truncate(unitBits));
        state.goto("compare");
      });
      state.in("compare", () => {
        m.when(end.gt(mux(inBuffer, io.bufferSize, io.modelSize)), () => {
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
        m.when(io.hasRoom, () => {
          m.when(error.ne(0).or(isEnd), () => {
            state.goto("finish");
          }).otherwise(() => {
            next();
          });
        });
      });
      state.in("finish", () => {
        m.when(asking.not().or(io.reads.fire()), () => {
          state.goto("idle");
        });
      });
      // A read or a descriptor that is offered stays until it is taken.
      m.when(io.stop.and(state.is("idle").not()).and(state.is("describe").not().or(io.descriptors.ready)), () => {
        state.goto("finish");
      });

      io.descriptors.valid.set(state.is("describe"));
      io.descriptors.payload.set({
        address: placeAddress(place, portBytes, wordBits),
        words: mux(
          isMatrix,
          fitted(product.shiftLeft(unitWordBits), descriptorWords),
          fitted(roundedUp(portBytes), descriptorWords),
        ),
      });
      io.write.set(take.or(state.is("place")).or(state.is("note")));
      io.writeIndex.set(
        mux(state.is("place"), uint(4).constant(placeWord), mux(state.is("note"), uint(4).constant(noteIndex), index)),
      );
      io.writeData.set(
        mux(
          state.is("place"),
          place.zeroExtend(32),
          mux(state.is("note"), noteWord(error, checked.first, checked.last, command), word),
        ),
      );
      io.commit.set(state.is("note").and(io.hasRoom).and(io.stop.not()));
      io.idle.set(state.is("idle"));
    },
    {
      documentation:
        "Reads the commands of a list, checks them against the memories and regions, and passes commands and descriptors on.",
    },
  );
}
