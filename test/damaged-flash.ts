// Boots the simulated SoC from an image that may be damaged, and tells what its console said.
import { writeFileSync } from "node:fs";
import { configurationNamed, type ConfigurationName } from "../boards/configuration.ts";
import { buildFlashImage, type BuiltFlash } from "../cli/flash-image.ts";
import { makeTargets } from "../cli/make.ts";
import { buildPaths } from "../cli/paths.ts";
import { openSession } from "../cli/session.ts";
import { TernelError } from "../models/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Builds everything, once for all images of a test file. */
export async function buildFlash(config: ConfigurationName, model: string): Promise<BuiltFlash> {
  await makeTargets(["sim"], config);
  return buildFlashImage(config, model);
}

/** What a boot came to: the code on the console, or "console" where the prompt appeared; and all that was printed. */
export interface BootOutcome {
  readonly result: string;
  readonly text: string;
}

/**
 * Boots by the fast path (DRAM filled with what the image holds) or, with `copy`, through the flash. A machine that neither prints an
 * error nor a prompt within its cycles ends with the simulator's own error.
 */
export async function bootFrom(
  config: ConfigurationName,
  image: Uint8Array,
  options: { readonly copy?: boolean } = {},
): Promise<BootOutcome> {
  const folder = temporaryFolder();
  const paths = buildPaths(config);
  const { flash, dramLayout } = configurationNamed(config);
  const write = (name: string, bytes: Uint8Array) => {
    const path = folder.path(name);
    writeFileSync(path, bytes);
    return path;
  };
  const part = (name: "slotA" | "model") => image.subarray(flash.map[name].offset, flash.map[name].offset + flash.map[name].bytes);
  const preload = [
    ["--preload-dram", `${dramLayout.stage1.origin}:${write("stage1.bin", part("slotA"))}`],
    ["--preload-dram", `${dramLayout.model.origin}:${write("model.tern", part("model"))}`],
    ["--boot-mode", "1"],
  ].flat();
  let text = "";
  try {
    const session = await openSession({
      program: paths.simulator,
      arguments: [
        "--flash",
        write("flash.bin", image),
        "--uart",
        "stdio",
        "--max-cycles",
        "40000000",
        ...(options.copy === true ? ["--boot-mode", "3"] : preload),
      ],
      folder: paths.verilog,
      bootLimit: 300,
      silenceLimit: 60,
      onText: (piece) => (text += piece),
    });
    await session.close();
    return { result: "console", text };
  } catch (error) {
    if (error instanceof TernelError) return { result: error.code, text };
    throw error;
  } finally {
    folder.remove();
  }
}
