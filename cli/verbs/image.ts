// ternel image: the contents of a board's SPI flash.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import { boards, isBoardName } from "../../boards/configuration.ts";
import { buildFlashImage } from "../flash-image.ts";
import { existing, jsonOption, modelOption, socConfigOption, type SocOptions } from "../options.ts";
import { printObject, table } from "../output.ts";

interface ImageOptions extends SocOptions {
  readonly board: string;
  readonly model: string;
  readonly bitstream?: string | false;
  readonly regions?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addImage(program: Command): void {
  program
    .command("image")
    .description("write a flash image: stage 0, stage 1 and the model")
    .addOption(new Option("--board <name>", "the machine").choices(["sim", ...Object.keys(boards)]).default("sim"))
    .addOption(modelOption())
    .addOption(new Option("-o, --output <file>", "the image to write"))
    .addOption(new Option("--regions <folder>", "for a board: write one file for each region of its flash, and regions.json"))
    .addOption(new Option("--bitstream <file>", "for a board: the bitstream; the one of `ternel build` unless given"))
    .addOption(new Option("--no-bitstream", "for a board: an image without a bitstream"))
    .addOption(socConfigOption())
    .addOption(jsonOption())
    .action((options: ImageOptions) => (options.board === "sim" ? writeFlashImage(options) : writeBoardImage(options)));
}

async function writeFlashImage({ output, ...options }: ImageOptions): Promise<void> {
  if (output === undefined) throw new TernelError("argument", "-o is needed");
  if (options.regions !== undefined || typeof options.bitstream === "string")
    throw new TernelError("argument", "--regions and --bitstream go with a board");
  const { image, buildId } = await buildFlashImage(options.config, existing(options.model));
  writeImage(output, image);
  const sha256 = createHash("sha256").update(image).digest("hex");
  if (options.json === true) printObject({ config: options.config, file: output, bytes: image.length, buildId, sha256 });
  else process.stdout.write(`${output}: ${image.length} bytes, build ${buildId}\n`);
}

function writeImage(file: string, image: Uint8Array): void {
  try {
    writeFileSync(file, image);
  } catch (error) {
    throw new TernelError("fileUnwritable", error instanceof Error ? error.message : file);
  }
}

async function writeBoardImage({ board, output, regions: folder, ...options }: ImageOptions): Promise<void> {
  if (!isBoardName(board)) throw new TernelError("argument", `--board ${board}`);
  if (output === undefined && folder === undefined) throw new TernelError("argument", "-o or --regions is needed");
  const { buildBoardImage, writeRegions } = await import("../flash/board-image.ts");
  const { bitstream } = options;
  const given = bitstream === false ? { bitstream } : typeof bitstream === "string" ? { bitstream: existing(bitstream) } : {};
  const built = await buildBoardImage({ board, model: existing(options.model), ...given });
  if (output !== undefined) writeImage(output, built.image);
  if (folder !== undefined) writeRegions(folder, built, board);
  const { image, buildId } = built;
  const regions = built.regions.map(({ name, offset, bytes, content }) => ({ name, offset, bytes, used: content.length }));
  if (options.json === true) {
    const sha256 = createHash("sha256").update(image).digest("hex");
    printObject({ board, file: output, folder, bytes: image.length, buildId, sha256, regions });
    return;
  }
  process.stdout.write(`${output ?? folder ?? ""}: ${image.length} bytes, build ${buildId}\n\n`);
  table(
    ["region", "offset", "bytes", "room"],
    regions.map(({ name, offset, bytes, used }) => [name, `0x${offset.toString(16).padStart(6, "0")}`, used, bytes]),
  );
}
