// What the issue promises of 370M with random weights: a whole token on the simulated SoC, bit for bit, at the memory's speed. And one
// matrix, as large as its.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ternel } from "./ternel.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;
const options = { skip: skipWithout(...socTools), timeout: 60 * minutes };

async function bench(...args: readonly string[]): Promise<{ readonly efficiency: number; readonly cycles: number }> {
  const { status, json, complaints } = await ternel(["bench", ...args, "--json"], { limit: 3000 });
  assert.equal(status, 0, complaints);
  assert.equal(json["equal"], true);
  return { efficiency: Number(json["efficiency"]), cycles: Number(json["cycles"]) };
}

test("128-bit port: at least 92% of the cycles bring a word of weights", options, async (t) => {
  const { efficiency, cycles } = await bench("decode", "--shape", "370M", "--config", "arty");
  t.diagnostic(`${cycles} cycles, ${efficiency}`);
  assert.ok(efficiency >= 0.92);
});

test("64-bit port: at least 90%", options, async (t) => {
  const { efficiency, cycles } = await bench("decode", "--shape", "370M", "--config", "ecp5");
  t.diagnostic(`${cycles} cycles, ${efficiency}`);
  assert.ok(efficiency >= 0.9);
});

test("one matrix of a thousand rows and columns: at least 92%", options, async (t) => {
  const { efficiency, cycles } = await bench("matvec", "--shape", "1024x1024");
  t.diagnostic(`${cycles} cycles, ${efficiency}`);
  assert.ok(efficiency >= 0.92);
});

test("eight columns read a prompt at least six times as fast as tokens are decoded", options, async (t) => {
  const decode = await bench("decode", "--shape", "370M", "--config", "arty");
  const prefill = await bench("prefill", "--shape", "370M", "--config", "arty", "--columns", "8", "--tokens", "8");
  const ratio = (8 * decode.cycles) / prefill.cycles;
  t.diagnostic(`${prefill.cycles} cycles for 8 tokens: ${ratio}`);
  assert.ok(ratio >= 6);
});
