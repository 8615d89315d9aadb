/** For tests: what the logits unit must leave in memory and in its registers. */
import assert from "node:assert/strict";
import type { StreamItem, Testbench } from "../../gen/index.ts";

/** Bytes of the memory that is written to. */
export const dramBytes = 2 ** 16;

export interface Logits {
  /** Of every column of the hardware, by row. */
  readonly values: readonly (readonly number[])[];
  readonly columnFirst: number;
  readonly columnLast: number;
  /** Byte address of the first one. */
  readonly address: number;
}

/** The columns that give results. */
export const selected = ({ columnFirst, columnLast }: Logits): number[] =>
  Array.from({ length: columnLast - columnFirst + 1 }, (_, i) => columnFirst + i);

/** What memory holds after the writes; 0xee where nothing was written. */
export function memoryAfter(writes: readonly StreamItem[], portBytes: number): Uint8Array {
  const memory = new Uint8Array(dramBytes).fill(0xee);
  for (const write of writes) {
    for (let byte = 0; byte < portBytes; byte++) {
      if ((((write["payload_mask"] ?? 0n) >> BigInt(byte)) & 1n) === 0n) continue;
      const at = Number(write["payload_address"]) * portBytes + byte;
      memory[at] = Number(((write["payload_data"] ?? 0n) >> BigInt(8 * byte)) & 255n);
    }
  }
  return memory;
}

/** The logits where the unit's contract puts them. */
export function expectedMemory(logits: Logits): Uint8Array {
  const memory = new Uint8Array(dramBytes).fill(0xee);
  const view = new DataView(memory.buffer);
  for (const [index, column] of selected(logits).entries()) {
    const values = logits.values[column] ?? [];
    const start = logits.address + index * Math.ceil((4 * values.length) / 64) * 64;
    for (const [row, value] of values.entries()) view.setInt32(start + 4 * row, value, true);
  }
  return memory;
}

/** The maxima of the columns and the list. */
export async function checkKept(tb: Testbench, topK: number, logits: Logits): Promise<void> {
  const sorted = (column: number) =>
    (logits.values[column] ?? []).map((value, row) => ({ value, row })).toSorted((a, b) => b.value - a.value || a.row - b.row);
  for (const column of selected(logits)) {
    tb.set("bestColumn", column);
    assert.deepEqual({ value: Number(tb.get("best_value")), row: Number(tb.get("best_row")) }, sorted(column)[0]);
  }
  const expected = sorted(logits.columnLast).slice(0, topK);
  assert.equal(tb.get("topCount"), BigInt(expected.length));
  for (const [index, entry] of expected.entries()) {
    tb.set("topIndex", index);
    await tb.tick();
    assert.deepEqual({ value: Number(tb.get("topEntry_value")), row: Number(tb.get("topEntry_row")) }, entry);
  }
}
