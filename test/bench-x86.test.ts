// `ternel bench x86`: what docs/cli.md promises of it, on the model that ships. The figures themselves are not judged here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultModel } from "../cli/options.ts";
import type { X86Bench } from "../cli/bench/x86.ts";
import { ternel } from "./ternel.ts";

const minutes = 60_000;

test(
  "bench x86: one object; every kernel and number of cores has its figures and the engine's logits",
  { timeout: 5 * minutes },
  async () => {
    const options = ["--model", defaultModel(), "--seconds", "0.1", "--kernel", "plain,avx2", "--cores", "1,2", "--prefill", "7"];
    const { status, json, complaints } = await ternel(["bench", "x86", ...options, "--json"]);
    assert.equal(status, 0, complaints);
    const { shape, dimension, cores, runs, peers } = json as unknown as X86Bench;
    assert.deepEqual([shape, dimension, peers], ["stories-1m", 128, undefined]);
    assert.ok(cores >= 1);
    assert.deepEqual(
      runs.filter(({ kernel }) => kernel === "plain").map(({ threads }) => threads),
      [1, 2],
    );
    for (const { kernel, equal, weightBytes, ofStreaming, streaming, decode, prefill, peak, ofPeak } of runs) {
      assert.ok(equal, kernel);
      assert.ok(weightBytes > 200_000 && ofStreaming > 0);
      for (const times of [streaming, decode, prefill]) {
        assert.ok(times !== undefined && times.samples > 0);
        assert.ok(times.best > 0 && times.best <= times.p50 && times.p50 <= times.p99 && times.p99 <= times.max);
      }
      assert.ok(decode.tokensPerSecond.best >= decode.tokensPerSecond.p50);
      assert.equal(prefill?.tokens, 7);
      // Of 7 tokens all matrices of the first three layers, three of the last, then what leads to one token's logits.
      const [square, wide] = [128 * 128, 128 * 512];
      assert.equal(prefill.products, 7 * (4 * 3 * square + 3 * (square + 3 * wide)) + square + 3 * wide + 128 * 1024);
      if (kernel === "plain") assert.equal(peak, undefined);
      else assert.ok(peak !== undefined && peak.products > 0 && ofPeak !== undefined && ofPeak > 0 && ofPeak < 1);
    }
  },
);

test("bench x86: a wrong command line", { timeout: minutes }, async () => {
  for (const wrong of [
    ["--seconds", "soon"],
    ["--cores", "0"],
    ["--prefill", "65"],
    ["--shape", "huge"],
    ["--peer", "nobody"],
    ["--kernel", "plain,none"],
  ]) {
    assert.equal((await ternel(["bench", "x86", ...wrong])).status, 2, wrong.join(" "));
  }
  for (const both of [
    ["--shape", "370M"],
    ["--peer", "llama.cpp"],
  ]) {
    const { status, json } = await ternel(["bench", "x86", "--model", defaultModel(), ...both, "--json"]);
    assert.equal(status, 1);
    assert.equal((json["error"] as { code: string }).code, "E4005");
  }
});
