/** The logits unit: takes a matrix's results to memory as int32, and keeps the largest one of every column and a list of the largest ones. */
import {
  bit,
  bundle,
  concatenate,
  high,
  input,
  low,
  module,
  mux,
  output,
  sint,
  stream,
  uint,
  vector,
  type Bit,
  type SInt,
  type UInt,
} from "../../gen/index.ts";
import { bitsFor, indexBits } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";
import { columnIndexWidth, resultStream } from "./result-stream.ts";
import { resultWidth } from "./rounding-shift.ts";
import { logitEntry, topCountWidth, topList } from "./top-list.ts";

/** A part of the accelerator's parameters. */
export interface LogitsUnitParameters {
  readonly portBytes: number;
  readonly columns: number;
  readonly dramBytes: number;
  /** Entries of the list of the largest logits, 0 to 64; without any, none is built. */
  readonly topK: number;
}

/** Bytes of a logit in memory. */
const logitBytes = 4;
/** A column's logits begin at a multiple of this many bytes. */
const columnAlign = 64;

/**
 * `start` copies the parameters and empties the list. Logit `row` of column c goes, as a sign-extended int32, to the port word
 * `address + (c - columnFirst) * (4 * rows, rounded up to 64) / portBytes + row / (portBytes / 4)`. A column's words are sent when they
 * are full; the last one with a mask, where the rows end within it.
 *
 * A result takes one cycle, unless its word waits for the memory or its place in the list for an insertion. The list is that of column
 * columnLast. `best` and the list stay until the next start.
 */
export function logitsUnit({ portBytes, columns, dramBytes, topK }: LogitsUnitParameters) {
  const columnWidth = columnIndexWidth(columns);
  const rowWidth = parameterWidths.rows;
  const addressWidth = bitsFor(dramBytes / portBytes);
  const lanes = portBytes / logitBytes;
  const laneBits = bitsFor(lanes);
  const write = bundle({ address: uint(addressWidth), data: uint(8 * portBytes), mask: uint(portBytes) });
  const ports = {
    start: input(bit, "while not busy"),
    clear: input(bit, "stops at once; the writes' valid falls"),
    rows: input(uint(rowWidth), "at least 1"),
    columnFirst: input(uint(columnWidth)),
    columnLast: input(uint(columnWidth)),
    address: input(uint(addressWidth), "port word of the first logit, a multiple of 64 bytes"),
    results: input(resultStream(columns)),
    writes: output(stream(write), "bit i of the mask: byte i is written"),
    busy: output(bit, "from the cycle after start until the last write was taken and the list is sorted"),
    bestColumn: input(uint(columnWidth)),
    best: output(logitEntry, "the largest logit of bestColumn, of equal ones that of the lowest row; while not busy"),
    topIndex: input(uint(indexBits(topK))),
    topEntry: output(logitEntry, "entry topIndex, one cycle later; while not busy"),
    topCount: output(uint(topCountWidth), "entries in the list"),
  };
  return module(
    "LogitsUnit",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const active = m.register("active", bit, { init: 0 });
      const lastRow = m.register("last_row", uint(rowWidth), data);

      // The result at hand, with what is to be known about it.
      const full = m.register("result_held", bit, { init: 0 });
      const result = m.register("result", logitEntry, data);
      const isLast = m.register("result_is_last", bit, data);
      const inLastRow = m.register("result_in_last_row", bit, data);
      const advance = m.wire("advance", bit);
      const free = full.not().or(advance);
      io.results.ready.set(free);
      m.when(free, () => {
        full.set(io.results.valid);
        const { value, row } = io.results.payload;
        result.set({ value, row });
        isLast.set(io.results.last);
        inLastRow.set(row.eq(lastRow));
      });

      // Of one column nothing is to be known.
      let column: UInt = low;
      let inLastColumn: Bit = high;
      if (columns > 1) {
        const columnLast = m.register("column_last", uint(columnWidth), data);
        const columnHeld = m.register("result_column", uint(columnWidth), data);
        const isLastHeld = m.register("result_in_last_column", bit, data);
        m.when(io.start, () => {
          columnLast.set(io.columnLast);
        });
        m.when(free, () => {
          columnHeld.set(io.results.payload.column);
          isLastHeld.set(io.results.payload.column.eq(columnLast));
        });
        [column, inLastColumn] = [columnHeld, isLastHeld];
      }

      // Packing: a word of each column is collected, then sent.
      const lane = result.row.bits(laneBits - 1, 0);
      const isLane = Array.from({ length: lanes }, (_, i) => lane.eq(i));
      const collectedType = vector(sint(resultWidth), lanes - 1);
      const collect = () => {
        // One column needs no memory: its word and its largest result are registers.
        if (columns === 1) {
          const collected = m.register("collected", collectedType, data);
          for (const [i, here] of isLane.slice(0, -1).entries()) {
            m.when(advance.and(here), () => {
              collected.at(i).set(result.value);
            });
          }
          return collected;
        }
        const collected = m.memory("collected", {
          type: collectedType,
          depth: columns,
          granularity: resultWidth,
          collisions: "undefined",
        });
        collected.write(
          column,
          isLane.slice(1).map(() => result.value),
          { enable: advance, mask: concatenate(...isLane.slice(0, -1).toReversed()) },
        );
        return collected.readNow("word", column);
      };
      const word = collect();
      const values = isLane.map((here, i) => (i === lanes - 1 ? result.value : mux(here, result.value, word.at(i))));
      const endsWord = m.node("ends_word", lane.eq(lanes - 1).or(inLastRow));
      const sending = m.register("sending", bit, { init: 0 });
      const sent = m.register("sent", write, data);
      const room = m.node("room_to_send", endsWord.not().or(sending.not()).or(io.writes.ready));

      // Where: the word of the row in the first column, and from there the strides of the columns that came before.
      const rowAddress = m.register("row_address", uint(addressWidth), data);
      m.when(advance.and(inLastColumn).and(lane.eq(lanes - 1)), () => {
        rowAddress.set(rowAddress.add(1).wrap(addressWidth));
      });
      let address: UInt = rowAddress;
      if (columns > 1) {
        const rowsInBlock = columnAlign / logitBytes;
        const wordsInBlock = columnAlign / portBytes;
        const words = io.rows
          .add(rowsInBlock - 1)
          .shiftRight(bitsFor(rowsInBlock))
          .shiftLeft(bitsFor(wordsInBlock));
        const stride = m.register("column_stride", uint(addressWidth), data);
        const offset = m.register("column_offset", uint(addressWidth), data);
        m.when(io.start, () => {
          stride.set(words.width < addressWidth ? words.zeroExtend(addressWidth) : words.bits(addressWidth - 1, 0));
          offset.set(0);
        });
        m.when(advance, () => {
          offset.set(mux(inLastColumn, 0, offset.add(stride).wrap(addressWidth)));
        });
        address = rowAddress.add(offset).wrap(addressWidth);
      }
      m.when(io.writes.ready, () => {
        sending.set(0);
      });
      m.when(advance.and(endsWord), () => {
        sending.set(1);
        sent.set({
          address,
          data: concatenate(...values.map((value) => value.signExtend(8 * logitBytes)).toReversed()),
          mask: concatenate(...isLane.map((_, i) => lane.ge(i).repeat(logitBytes)).toReversed()),
        });
      });
      io.writes.valid.set(sending);
      io.writes.payload.set(sent);

      // The largest one of every column.
      const isBetter = (best: { readonly value: SInt }): Bit => result.row.eq(0).or(result.value.gt(best.value));
      const keepBest = () => {
        if (columns === 1) {
          const best = m.register("best_result", logitEntry, data);
          m.when(advance.and(isBetter(best)), () => {
            best.set(result);
          });
          return best;
        }
        const bests = m.memory("bests", { type: logitEntry, depth: columns, collisions: "undefined" });
        const best = bests.readNow("best", mux(active, column, io.bestColumn));
        bests.write(column, result, { enable: advance.and(isBetter(best)) });
        return best;
      };
      const best = keepBest();
      io.best.set(best);

      // The list.
      let listReady: Bit = high;
      let listBusy: Bit = low;
      if (topK > 0) {
        const list = m.instance("top", topList(topK));
        list.start.set(io.start.or(io.clear));
        list.candidates.valid.set(full.and(inLastColumn).and(room));
        list.candidates.payload.set(result);
        list.index.set(io.topIndex);
        listReady = inLastColumn.not().or(list.candidates.ready);
        listBusy = list.busy;
        io.topEntry.set(list.entry);
        io.topCount.set(list.count);
      } else {
        io.topEntry.set({ value: 0, row: 0 });
        io.topCount.set(0);
      }

      advance.set(full.and(room).and(listReady));
      m.when(advance.and(isLast), () => {
        active.set(0);
      });
      m.when(io.start, () => {
        active.set(1);
        lastRow.set(io.rows.sub(1).asUInt().wrap(rowWidth));
        rowAddress.set(io.address);
      });
      m.when(io.clear, () => {
        for (const register of [active, full, sending]) register.set(0);
      });
      io.busy.set(active.or(sending).or(listBusy));
      m.assert(full.not().or(active), "a result of no matrix");
      m.assert(io.start.not().or(io.busy.not()), "started while a matrix runs");
    },
    {
      documentation: `Logits of ${columns} column${columns === 1 ? "" : "s"} to memory, their maxima, and the ${topK} largest of one.`,
    },
  );
}
