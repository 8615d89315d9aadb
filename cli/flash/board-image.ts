// The whole flash image of a board: bitstream, both firmware stages, model; and the same region by region.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { flashImage, sealStage1 } from "../../boards/flash-image.ts";
import type { FlashMap } from "../../boards/flash-map.ts";
import { TernelError } from "../../models/errors.ts";
import { readContainer } from "../../models/container.ts";
import { bitstreamPaths } from "../bitstream/bitstream.ts";
import { builtId } from "../flash-image.ts";
import { makeTargets } from "../make.ts";
import { buildPaths } from "../paths.ts";

/** A region of the flash and what goes there. */
export interface RegionContent {
  readonly name: keyof FlashMap;
  readonly offset: number;
  /** Room. */
  readonly bytes: number;
  readonly content: Uint8Array;
}

export interface BoardImageOptions {
  readonly board: BoardName;
  /** A model container; left out: an image without a model, for an upload later. */
  readonly model?: string;
  /** The bitstream's file; left out: the one that `ternel build` has made; false: none, for a simulation. */
  readonly bitstream?: string | false;
}

export interface BoardImage {
  readonly image: Uint8Array;
  readonly regions: readonly RegionContent[];
  readonly buildId: string;
}

/** Builds the firmware and puts everything together. */
export async function buildBoardImage({ board, model, bitstream }: BoardImageOptions): Promise<BoardImage> {
  const parts = {
    ...(bitstream === false ? {} : { bitstream: readBitstream(board, bitstream) }),
    ...(model === undefined ? {} : { model: readModel(model) }),
  };
  await makeTargets(["firmware"], board);
  const paths = buildPaths(board);
  const buildId = builtId(board);
  const id = Number.parseInt(buildId, 16);
  const slotA = sealStage1(boards[board], id, readFileSync(paths.stage1));
  const all = { ...parts, stage0: readFileSync(paths.stage0), slotA };
  const image = flashImage(boards[board], id, all);
  const regions = Object.entries(all).map(([name, content]) => {
    const region = name as keyof typeof all;
    return { name: region, ...boards[board].flash.map[region], content };
  });
  return { image, regions: regions.toSorted((a, b) => a.offset - b.offset), buildId };
}

function readModel(file: string): Uint8Array {
  const bytes = readFileSync(file);
  readContainer(bytes);
  return bytes;
}

/** A bitstream for this board's FPGA, as it lies in flash. */
function readBitstream(board: BoardName, file: string = bitstreamPaths(board, false).bitstream): Uint8Array {
  if (!existsSync(file)) {
    const build = `npx ternel build --board ${board}`;
    throw new TernelError("notBuilt", `${relative(process.cwd(), file)}: \`${build}\` makes it; --no-bitstream leaves it out`);
  }
  const bytes = readFileSync(file);
  const { device, family } = boards[board].fpga;
  if (family === "ecp5") {
    // ecppack and Lattice's tools name the device in the comment before the preamble.
    const part = /Part: (LFE5[A-Z0-9]*-\d+F)/.exec(bytes.subarray(0, 512).toString("latin1"))?.[1];
    if (part === undefined) throw new TernelError("fileKind", `${file}: no ECP5 bitstream`);
    if (part !== device) throw new TernelError("boardOther", `${file} is for ${part}, ${board} carries ${device}`);
  }
  // A .bit of Xilinx has a header that the FPGA does not read from flash.
  if (family === "7series" && bytes[0] === 0 && bytes[1] === 9)
    throw new TernelError("fileKind", `${file}: give Vivado's .bin, not its .bit`);
  return bytes;
}

/** Writes one file for each region, and how to write them by hand as regions.json. */
export function writeRegions(folder: string, { regions, buildId }: BoardImage, board: BoardName): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, content } of regions) writeFileSync(join(folder, `${name}.bin`), content);
    const description = regions.map(({ name, offset, content }) => ({ name, file: `${name}.bin`, offset, bytes: content.length }));
    writeFileSync(join(folder, "regions.json"), `${JSON.stringify({ board, buildId, regions: description }, null, 2)}\n`);
  } catch (error) {
    throw new TernelError("fileUnwritable", error instanceof Error ? error.message : folder);
  }
}
