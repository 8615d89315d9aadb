// The boot of the simulated SoC: through the bit-level flash and by the fast path, counted in cycles, which are the same on every
// machine. Seconds are reported, not asserted: they are this machine's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { defaultModel } from "../cli/options.ts";
import { buildPaths } from "../cli/paths.ts";
import { numberIn, objectIn } from "../cli/reply.ts";
import { openSocSession } from "../cli/targets/soc.ts";
import { skipWithout, socTools } from "./tools.ts";

const config = "arty";

/** Boots, and gives the cycles from reset to the console's prompt. */
async function bootCycles(context: TestContext, flash: boolean): Promise<number> {
  const start = performance.now();
  const session = await openSocSession(defaultModel(), { config, flash });
  const seconds = (performance.now() - start) / 1000;
  const stats = await session.send("/stats").finally(session.close);
  const boot = objectIn(stats, "boot");
  const cycles = Object.keys(boot).reduce((sum, phase) => sum + numberIn(boot, phase), 0);
  context.diagnostic(
    `${flash ? "flash" : "fast path"}: ${cycles} cycles, ${seconds.toFixed(1)} s here, by phase ${JSON.stringify(boot)}`,
  );
  return cycles;
}

test(
  "the boot through the flash, and the fast path that leaves out the copy",
  { skip: skipWithout(...socTools), timeout: 1_800_000 },
  async (context) => {
    const fast = await bootCycles(context, false);
    const flash = await bootCycles(context, true);
    const bytes = readFileSync(defaultModel()).length + readFileSync(buildPaths(config).stage1).length;
    // At 400 kHz these are the 60 s and the 10 s that the design allows on an idle machine.
    assert.ok(flash < 24_000_000, `${flash} cycles`);
    assert.ok(fast < 4_000_000, `${fast} cycles`);
    // A quad read takes at least two cycles of the flash's clock for a byte, and the flash's clock is no faster than the system's.
    assert.ok(flash - fast > 2 * bytes, `${flash - fast} cycles to copy ${bytes} bytes: was it the bit-level flash?`);
  },
);
