// ternel flash: an image into a board's flash, by openFPGALoader.
import { readFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { boards, type BoardName } from "../../boards/configuration.ts";
import type { RegionContent } from "../flash/board-image.ts";
import type { FlashResult } from "../flash/flash-board.ts";
import { existing, jsonOption, modelOption } from "../options.ts";
import { printObject, table } from "../output.ts";
import { startProgress, type Progress } from "../progress.ts";

interface FlashVerbOptions {
  readonly board: BoardName;
  readonly model: string;
  readonly image?: string;
  readonly blink?: boolean;
  readonly cable?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addFlash(program: Command): void {
  program
    .command("flash")
    .description("write a board's flash by openFPGALoader: only what differs, verified")
    .addOption(new Option("--board <name>", "the board").choices(Object.keys(boards)).makeOptionMandatory())
    .addOption(modelOption())
    .addOption(new Option("--image <file>", "an image of `ternel image --board` instead of building one"))
    .addOption(
      new Option("--blink", "the self-test of `ternel build --blink` in place of firmware and model").conflicts(["image", "model"]),
    )
    .addOption(new Option("--cable <name>", "openFPGALoader's name of a JTAG cable, where it is not the board's own"))
    .addOption(new Option("--force", "write also what is there already, and over the firmware that runs"))
    .addOption(new Option("--dry-run", "look at the board and say what would be written"))
    .addOption(jsonOption())
    .action(runFlash);
}

async function runFlash(options: FlashVerbOptions): Promise<void> {
  const { flashBoard } = await import("../flash/flash-board.ts");
  const { board, cable, force = false, dryRun = false } = options;
  let shown: string | undefined;
  let bar: Progress | undefined;
  const onProgress = (region: string, what: string, percent: number): void => {
    const title = `${region}: ${what.toLowerCase()}`;
    if (title !== shown) {
      bar?.stop();
      bar = startProgress(title, 100, "%");
      shown = title;
    }
    bar?.update(Math.round(percent));
  };
  const regions = await regionsOf(options);
  const result = await flashBoard({ board, regions, force, dryRun, onProgress, ...(cable === undefined ? {} : { cable }) }).finally(
    () => {
      bar?.stop();
    },
  );
  if (options.json === true) printObject({ ...result, dryRun });
  else printSummary(result);
}

async function regionsOf({ board, image, blink = false, model }: FlashVerbOptions): Promise<readonly RegionContent[]> {
  if (image !== undefined) {
    const { imageRegions } = await import("../flash/image-regions.ts");
    return imageRegions(boards[board], readFileSync(existing(image)));
  }
  const { buildBoardImage } = await import("../flash/board-image.ts");
  return (await buildBoardImage({ board, blink, model: existing(model) })).regions;
}

function printSummary({ board, idcode, verified, regions }: FlashResult): void {
  process.stdout.write(`${boards[board].title}${idcode === undefined ? "" : `, IDCODE ${idcode}`}\n\n`);
  table(
    ["region", "offset", "bytes", "state"],
    regions.map(({ name, offset, bytes, state }) => [name, `0x${offset.toString(16).padStart(6, "0")}`, bytes, state]),
  );
  if (!verified)
    process.stdout.write("\nNot verified: the board's USB bootloader cannot read back. Look with `npx ternel console`.\n");
}
