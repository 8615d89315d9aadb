import assert from "node:assert/strict";
import { test } from "node:test";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { boardShapes, boardsTable, clockState, estimate, wordsPerCycle } from "./boards-table.ts";

const shapeOf = (name: string) => boardShapes[name] ?? assert.fail(name);

test("no board is faster than its DRAM, nor far slower", () => {
  for (const board of Object.keys(boards) as BoardName[]) {
    const { clockHz, dram } = boards[board];
    const { tokensPerSecond } = estimate(board, "1.3B", shapeOf("1.3B"));
    // Five trits a byte: the least that one token of 1.3B reads (`bench decode` counts 259 874 816 bytes).
    const limit = (clockHz * dram.portBytes) / 259_874_816;
    assert.ok(tokensPerSecond < limit && tokensPerSecond > 0.9 * limit, `${board}: ${tokensPerSecond} of ${limit}`);
  }
});

test("arty's 370M is what the simulated SoC takes, within one percent", () => {
  // docs/performance.md, "Decoding".
  assert.ok(Math.abs(estimate("arty", "370M", shapeOf("370M")).cyclesPerToken / 4_576_022 - 1) < 0.01);
});

test("an SDR part gives half of what the port takes", () => {
  assert.ok(wordsPerCycle(boards.ulx3s) <= 0.5);
  assert.ok(wordsPerCycle(boards.orangecrab) > 0.9);
});

test("sizes: 32 MiB hold 42M and not 110M; a flash of 16 MiB holds none of them", () => {
  const [small, middle] = ["42M", "110M"].map((name) => estimate("ulx3s", name, shapeOf(name)));
  assert.ok(small?.fitsDram === true && middle?.fitsDram === false);
  for (const [name, shape] of Object.entries(boardShapes)) assert.ok(!estimate("ecpix5", name, shape).fitsFlash, name);
  assert.ok(estimate("ecpix5", "1M", { dimension: 128, intermediate: 384, layers: 6, vocabulary: 2048 }).fitsFlash);
  assert.ok(estimate("ecpix5", "1.3B", shapeOf("1.3B")).fitsDram);
});

test("a model wider than the accelerator is refused", () => {
  assert.throws(() => estimate("arty", "wide", { dimension: 4096, intermediate: 64, layers: 1, vocabulary: 64 }), RangeError);
});

test("the tables name every board and every model", async () => {
  const text = await boardsTable();
  for (const board of Object.keys(boards) as BoardName[]) {
    assert.equal(text.split(`| ${boards[board].title} |`).length - 1, 1 + Object.keys(boardShapes).length);
    assert.ok(text.includes(clockState(board)));
  }
});
