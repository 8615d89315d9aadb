/** The drain of the matrix unit: finished row groups wait here, their sums go one by one through the rescaler and leave as a stream. */
import {
  bit,
  high,
  input,
  low,
  module,
  mux,
  output,
  sint,
  uint,
  vector,
  type Bit,
  type Builder,
  type UInt,
} from "../../gen/index.ts";
import { bitsFor } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";
import { rescaler, rescalerLatency } from "./rescaler.ts";
import { columnIndexWidth, resultStream } from "./result-stream.ts";
import { resultWidth } from "./rounding-shift.ts";

/** Rows that share a byte of weights. */
export const rowsInGroup = 5;

/** Row groups whose sums wait or are still in the lanes: a distributed RAM has 16 words at least. */
export const groupsInFlight = 16;

/**
 * Cycles from `push` to the first result: the groups' memory, the rescaler and the results' memory. The last one follows
 * rowsInGroup * (columns that give results) - 1 cycles later where nothing stalls.
 */
export const drainLatency = rescalerLatency + 2;

/** Counts from columnFirst to columnLast, over and over, both as they were at `start`. Of one column there is nothing to count. */
function columnCounter(
  m: Builder,
  name: string,
  columns: number,
  { start, columnFirst, columnLast }: { readonly start: Bit; readonly columnFirst: UInt; readonly columnLast: UInt },
): { readonly value: UInt; readonly isLast: Bit; readonly advance: () => void } {
  if (columns === 1) return { value: low, isLast: high, advance: () => undefined };
  const width = columnIndexWidth(columns);
  const held = (suffix: string) => m.register(`${name}${suffix}`, uint(width), { resettable: false });
  const value = held("");
  const first = held("_first");
  const last = held("_last");
  const isLast = value.eq(last);
  m.when(start, () => {
    value.set(columnFirst);
    first.set(columnFirst);
    last.set(columnLast);
  });
  return {
    value,
    isLast,
    advance: () => {
      value.set(mux(isLast, first, value.add(1).wrap(width)));
    },
  };
}

/**
 * Sums of `width` bits in `columns` columns; `resultDepth` results may be in the rescaler and behind it (16 are enough for one a cycle).
 *
 * `start` copies rows and columns. Who pushes has counted the groups: at most groupsInFlight that were not popped; `popped` tells
 * that a group left. `mantissa` and `shift` hold still from the first push to the last result.
 */
export function sumDrain(width: number, columns: number, resultDepth: number) {
  const rowWidth = parameterWidths.rows;
  const columnWidth = columnIndexWidth(columns);
  const groupType = vector(vector(sint(width), columns), rowsInGroup);
  const ports = {
    start: input(bit),
    clear: input(bit, "forgets everything"),
    rows: input(uint(rowWidth), "at least 1"),
    columnFirst: input(uint(columnWidth)),
    columnLast: input(uint(columnWidth)),
    mantissa: input(vector(uint(parameterWidths.mantissa), columns)),
    shift: input(vector(uint(parameterWidths.shift), columns)),
    push: input(bit),
    sums: input(groupType, "by row, then by column"),
    popped: output(bit),
    results: output(resultStream(columns)),
    busy: output(bit, "until the last result was taken"),
    stalled: output(bit, "a sum waits for room behind the rescaler"),
  };
  return module(
    "SumDrain",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const groupBits = bitsFor(groupsInFlight);
      const groups = m.memory("groups", { type: groupType, depth: groupsInFlight, collisions: "undefined" });
      const groupTail = m.register("group_tail", uint(groupBits + 1), { init: 0 });
      const groupHead = m.register("group_head", uint(groupBits + 1), { init: 0 });
      groups.write(groupTail.bits(groupBits - 1, 0), io.sums, { enable: io.push });
      m.when(io.push, () => {
        groupTail.set(groupTail.add(1).wrap(groupBits + 1));
      });
      const groupWaits = m.node("group_waits", groupHead.ne(groupTail));

      // Sending: the sums of the oldest group, row by row.
      const sending = m.register("sending", bit, { init: 0 });
      const rowsToSend = m.register("rows_to_send", uint(rowWidth), data);
      const row = m.register("row_in_group", uint(bitsFor(8)), data);
      const column = columnCounter(m, "column_to_send", columns, io);
      const countBits = bitsFor(resultDepth) + 1;
      const reserved = m.register("results_reserved", uint(countBits), { init: 0 });
      const room = m.node("room_for_result", reserved.bit(countBits - 1).not());
      const send = m.node("send", groupWaits.and(room));
      const endsMatrix = m.node("ends_matrix", column.isLast.and(rowsToSend.eq(1)));
      const pop = m.node("pop", send.and(column.isLast.and(row.eq(rowsInGroup - 1)).or(endsMatrix)));
      m.when(send, () => {
        column.advance();
        m.when(column.isLast, () => {
          row.set(mux(pop, 0, row.add(1).wrap(row.width)));
          rowsToSend.set(rowsToSend.sub(1).asUInt().wrap(rowWidth));
        });
        m.when(endsMatrix, () => {
          sending.set(0);
        });
      });
      m.when(pop, () => {
        groupHead.set(groupHead.add(1).wrap(groupBits + 1));
      });
      const oldest = groups.readNow("oldest", groupHead.bits(groupBits - 1, 0));
      const scale = m.instance("rescaler", rescaler(width));
      scale.valid.set(send);
      scale.value.set(oldest.select(row).select(column.value));
      scale.mantissa.set(io.mantissa.select(column.value));
      scale.shift.set(io.shift.select(column.value));
      scale.clear.set(io.clear);

      // Results: values in order, numbered again as they leave.
      const depthBits = bitsFor(resultDepth);
      const values = m.memory("values", { type: sint(resultWidth), depth: resultDepth, collisions: "undefined" });
      const tail = m.register("value_tail", uint(depthBits + 1), { init: 0 });
      const head = m.register("value_head", uint(depthBits + 1), { init: 0 });
      values.write(tail.bits(depthBits - 1, 0), scale.result, { enable: scale.resultValid });
      m.when(scale.resultValid, () => {
        tail.set(tail.add(1).wrap(depthBits + 1));
      });
      const rowOut = m.register("row_out", uint(rowWidth), data);
      const columnOut = columnCounter(m, "column_out", columns, io);
      const { results } = io;
      const last = m.node("is_last", sending.not().and(reserved.eq(1)));
      results.valid.set(head.ne(tail));
      results.payload.set({ value: values.readNow("next", head.bits(depthBits - 1, 0)), row: rowOut, column: columnOut.value });
      results.last.set(last);
      const taken = m.node("taken", results.fire());
      m.when(taken, () => {
        head.set(head.add(1).wrap(depthBits + 1));
        columnOut.advance();
        m.when(columnOut.isLast, () => {
          rowOut.set(rowOut.add(1).wrap(rowWidth));
        });
      });
      m.when(send.and(taken.not()), () => {
        reserved.set(reserved.add(1).wrap(countBits));
      });
      m.when(taken.and(send.not()), () => {
        reserved.set(reserved.sub(1).asUInt().wrap(countBits));
      });
      const busy = m.register("is_busy", bit, { init: 0 });
      m.when(taken.and(last), () => {
        busy.set(0);
      });

      m.when(io.start, () => {
        busy.set(1);
        sending.set(1);
        rowsToSend.set(io.rows);
        row.set(0);
        rowOut.set(0);
      });
      m.when(io.clear, () => {
        for (const register of [groupHead, groupTail, head, tail, reserved]) register.set(0);
        busy.set(0);
        sending.set(0);
      });
      io.popped.set(pop);
      io.busy.set(busy);
      io.stalled.set(groupWaits.and(room.not()));

      const waiting = tail.sub(head).asUInt().wrap(countBits);
      m.assert(reserved.ge(waiting), "a result waits that had no room");
      m.assert(groupWaits.not().or(sending), "a row group waits that the matrix does not have");
    },
    {
      documentation: `Sums of ${rowsInGroup} rows and ${columns} column${columns === 1 ? "" : "s"} into a stream of rescaled results.`,
    },
  );
}
