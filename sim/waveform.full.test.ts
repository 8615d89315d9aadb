import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { skipWithout, socTools } from "../test/tools.ts";
import { buildHarness, exitWith, runProbe } from "./testing/harness.ts";

test("a window of the simulation as a waveform", { skip: skipWithout(...socTools), timeout: 1_800_000 }, async () => {
  await buildHarness(true);
  const folder = mkdtempSync(join(tmpdir(), "ternel-waveform-"));
  try {
    const waveform = join(folder, "wave.fst");
    const end = await runProbe(
      ["--trace", waveform, "--trace-start", "100", "--trace-stop", "300"],
      exitWith(3),
      "ternel-sim-trace",
    );
    assert.equal(end.status, 3, end.errors);
    // An FST file begins with a header block (0), its length, then the first and the last time; a cycle has two halves.
    const header = readFileSync(waveform);
    assert.equal(header[0], 0);
    assert.deepEqual([header.readBigUInt64BE(9), header.readBigUInt64BE(17)], [200n, 599n]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
