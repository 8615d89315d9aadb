// The benches on the simulated SoC, with models that take seconds: equal to the reference, every cycle accounted for.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BenchResult } from "../cli/bench/measurement.ts";
import { ternel } from "./ternel.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;
const options = { skip: skipWithout(...socTools), timeout: 30 * minutes };

async function bench(...args: readonly string[]): Promise<BenchResult> {
  const { status, json, complaints } = await ternel(["bench", ...args, "--json"], { limit: 1500 });
  assert.equal(status, 0, complaints);
  const result = json as unknown as BenchResult;
  assert.ok(result.equal);
  assert.equal(
    Object.values(result.stalls as unknown as Record<string, number>).reduce((sum, part) => sum + part),
    result.cycles,
  );
  assert.equal(result.efficiency, result.beats / result.cycles);
  return result;
}

test(
  "the small model: the accelerator alone needs a tenth of the cycles of a CPU that it helps, with the same tokens",
  options,
  async () => {
    const whole = await bench("decode", "--tokens", "8");
    const matrix = await bench("decode", "--tokens", "1", "--engine", "matrix");
    assert.ok(10 * (whole.cycles / 8) <= matrix.cycles, `${whole.cycles / 8} and ${matrix.cycles} cycles a token`);
  },
);

test("the paper's block", options, async () => {
  const block = await bench("block");
  assert.ok("ratioToPaper" in block && Number(block.ratioToPaper) > 30);
});

// The CPU checks each result, half a minute for a million weights: the larger matrix is in bench.full.test.ts.
test("one matrix streams at the memory's speed, but for its beginning and its end", options, async () => {
  const matvec = await bench("matvec", "--shape", "512x512");
  assert.ok(matvec.efficiency > 0.86, `${matvec.efficiency}`);
  assert.equal(matvec.beats, (103 * 512) / 16);
  await bench("matvec", "--shape", "8197x61"); // more rows than a vector bank holds
});
