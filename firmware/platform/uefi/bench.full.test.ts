// `ternel bench x86 --uefi`: what the application measures of itself in QEMU. The figures themselves are not judged here.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultModel } from "../../../cli/options.ts";
import type { X86Bench } from "../../../cli/bench/x86.ts";
import { ternel } from "../../../test/ternel.ts";
import { skipWithout, uefiTools } from "../../../test/tools.ts";
import { testLimit } from "./testing/conversation.ts";

describe("bench x86 --uefi", { skip: skipWithout(...uefiTools) }, () => {
  it("has boot, tokens, prompts and memory for each kernel and number of cores", { timeout: testLimit }, async () => {
    const quick = ["--model", defaultModel(), "--seconds", "0.1", "--kernel", "plain", "--cores", "1"];
    const { status, json, complaints } = await ternel(["bench", "x86", "--uefi", ...quick, "--json"], { limit: testLimit / 1000 });
    assert.equal(status, 0, complaints);
    const { uefi = [] } = json as unknown as X86Bench;
    assert.deepEqual(
      uefi.map(({ kernel, cores }) => [kernel, cores]),
      [
        ["sse41", 1],
        ["sse41", 2],
        ["avx2", 1],
        ["avx2", 2],
      ],
    );
    for (const { boot, firstTokenSeconds, tokensPerSecond, tokenCycles, prefillTokensPerSecond, weights } of uefi) {
      assert.deepEqual(Object.keys(boot), ["firmware", "start", "find", "read", "verify", "repack", "token"]);
      assert.ok(firstTokenSeconds > 0 && tokensPerSecond > 0 && prefillTokensPerSecond > 0);
      assert.ok(tokenCycles.p50 > 0 && tokenCycles.p50 <= tokenCycles.p99 && tokenCycles.p99 <= tokenCycles.max);
      // The model's matrices at two bits a weight or somewhat less, and padding.
      assert.ok(weights.bytes > 200_000 && weights.bytes < 300_000);
      assert.ok(weights.bytesPerSecond > 0 && weights.readingBytesPerSecond > weights.bytesPerSecond);
    }
  });
});
