// Real bitstreams, by the real tools: one board with the accelerator, its clock met; and the self-test twice, byte for byte the same, and
// as `ternel flash --blink` takes it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { buildBoardImage } from "../flash/board-image.ts";
import { bitstreamBuildId } from "../flash/board-bitstream.ts";
import { builtId } from "../flash-image.ts";
import { bitstreamPaths, buildBitstream, type BitstreamResult } from "./bitstream.ts";

const minute = 60_000;
const build = (board: BoardName, blink: boolean): Promise<BitstreamResult> =>
  buildBitstream({ board, blink, seed: 1, seeds: 4, onStep: () => undefined });

test("a board's bitstream holds the accelerator and meets the board's clock", { timeout: 90 * minute }, async () => {
  const board = "ulx3s";
  const { clockHz, flash, fpga } = boards[board];
  const result = await build(board, false);
  assert.ok(result.clocks.every(({ met, slackNs }) => met && slackNs >= 0));
  assert.ok(result.clocks.some(({ wantedMHz }) => Math.abs(wantedMHz - clockHz / 1e6) < 0.01 * wantedMHz));
  for (const { used, available } of [result.lut4, result.ff, result.ebr, result.dsp]) assert.ok(used > 0 && used <= available);
  assert.ok(result.criticalPath.length > 0);

  const bitstream = readFileSync(bitstreamPaths(board, false).bitstream);
  assert.ok(bitstream.length <= flash.map.bitstream.bytes);
  // ecppack's comment names the part; the preamble follows (Lattice FPGA-TN-02039).
  assert.ok(bitstream.subarray(0, 128).includes(`Part: ${fpga.device}`));
  assert.equal(bitstreamBuildId(board, bitstream), result.buildId);
  assert.equal(result.buildId, builtId(board));
  assert.ok(bitstream.subarray(0, 160).includes(Buffer.from([0xff, 0xff, 0xbd, 0xb3])));
});

test("the same sources and seed give the same bytes; the self-test's go into its image", { timeout: 60 * minute }, async () => {
  const first = await build("ulx3s", true);
  const second = await build("ulx3s", true);
  assert.equal(second.bitstream.sha256, first.bitstream.sha256);
  assert.equal(second.dsp.used, first.dsp.used);
  const { regions } = await buildBoardImage({ board: "ulx3s", blink: true });
  const [bitstream, program] = regions;
  assert.deepEqual([bitstream?.name, program?.name, regions.length], ["bitstream", "stage0", 2]);
  assert.equal(
    createHash("sha256")
      .update(bitstream?.content ?? "")
      .digest("hex"),
    first.bitstream.sha256,
  );
});
