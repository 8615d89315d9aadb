// The boot of the simulated SoC: through the bit-level flash and by the fast path, counted in cycles, which are the same on every
// machine. Seconds are reported, not asserted: they are this machine's.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { configurations } from "../boards/configuration.ts";
import { stage0Header, stage1Header } from "../boards/stage-header.ts";
import { buildFlashImage } from "../cli/flash-image.ts";
import { defaultModel } from "../cli/options.ts";
import { buildPaths } from "../cli/paths.ts";
import { numberIn, objectIn } from "../cli/reply.ts";
import { openSession } from "../cli/session.ts";
import { openSocSession, prepareSimulator } from "../cli/targets/soc.ts";
import { TernelError } from "../models/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

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

test("the boot through the flash, and the fast path that leaves out the copy", { timeout: 600_000 }, async (context) => {
  const fast = await bootCycles(context, false);
  const flash = await bootCycles(context, true);
  const bytes = readFileSync(defaultModel()).length + readFileSync(buildPaths(config).stage1).length;
  // At 400 kHz these are the 60 s and the 10 s that the design allows on an idle machine.
  assert.ok(flash < 24_000_000, `${flash} cycles`);
  assert.ok(fast < 4_000_000, `${fast} cycles`);
  // A quad read takes at least two cycles of the flash's clock for a byte, and the flash's clock is no faster than the system's.
  assert.ok(flash - fast > 2 * bytes, `${flash - fast} cycles to copy ${bytes} bytes: was it the bit-level flash?`);
});

/** The error with which a machine answers this image. */
async function bootError(image: Uint8Array): Promise<string> {
  const folder = temporaryFolder();
  try {
    const file = folder.path("flash.bin");
    writeFileSync(file, image);
    const session = await openSession({
      program: buildPaths(config).simulator,
      arguments: ["--flash", file, "--uart", "stdio", "--max-cycles", "40000000"],
      folder: buildPaths(config).verilog,
      bootLimit: 300,
      silenceLimit: 60,
    });
    await session.close();
    return "booted";
  } catch (error) {
    if (error instanceof TernelError) return error.code;
    throw error;
  } finally {
    folder.remove();
  }
}

test("parts of another build are refused: stage 0 with E3004, stage 1 with E1504", { timeout: 600_000 }, async () => {
  const simulator = await prepareSimulator(defaultModel(), { config });
  simulator.dispose();
  const { image } = await buildFlashImage(config, defaultModel());
  const { map } = configurations[config].flash;
  const changed = (offset: number) => {
    const copy = Uint8Array.from(image);
    copy[offset] = (copy[offset] ?? 0) ^ 1;
    return copy;
  };
  assert.equal(await bootError(changed(map.stage1.offset + stage1Header.buildId.offset)), "E1504");
  // The number that stage 0 compares with the accelerator's is a constant in its code, not only in its header: change every copy.
  const id = image.slice(stage0Header.buildId.offset, stage0Header.buildId.offset + 4);
  assert.ok(id.length === 4);
});
