// The part of `ternel image` for boards: the whole flash, or a file for each of its regions.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { isBoardName } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { existing } from "../options.ts";
import { printObject, table } from "../output.ts";

export interface BoardImageOptions {
  readonly board: string;
  readonly model: string;
  readonly blink?: boolean;
  /** A file, or false for an image without a bitstream. */
  readonly bitstream?: string | false;
  readonly regions?: string;
  readonly output?: string;
  readonly json?: boolean;
}

export function writeImage(file: string, image: Uint8Array): void {
  try {
    writeFileSync(file, image);
  } catch (error) {
    throw new TernelError("fileUnwritable", error instanceof Error ? error.message : file);
  }
}

export async function writeBoardImage({
  board,
  blink = false,
  model,
  output,
  regions: folder,
  bitstream,
  json,
}: BoardImageOptions): Promise<void> {
  if (!isBoardName(board)) throw new TernelError("argument", `--board ${board}`);
  if (output === undefined && folder === undefined) throw new TernelError("argument", "-o or --regions is needed");
  const { buildBoardImage, writeRegions } = await import("../flash/board-image.ts");
  const given = bitstream === false ? { bitstream } : typeof bitstream === "string" ? { bitstream: existing(bitstream) } : {};
  const built = await buildBoardImage({ board, blink, model, ...given });
  if (output !== undefined) writeImage(output, built.image);
  if (folder !== undefined) writeRegions(folder, built, board);
  const { image, buildId } = built;
  const regions = built.regions.map(({ name, offset, bytes, content }) => ({ name, offset, bytes, used: content.length }));
  if (json === true) {
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
