// The whole flash image of a board: bitstream, both firmware stages, model; or the self-test's, which has a bitstream and a first stage
// of its own and nothing else. And the same region by region.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { flashImage, sealStage1 } from "../../boards/flash-image.ts";
import type { FlashMap } from "../../boards/flash-map.ts";
import { TernelError } from "../../models/errors.ts";
import { readContainer } from "../../models/container.ts";
import { builtId } from "../flash-image.ts";
import { makeTargets } from "../make.ts";
import { buildPaths } from "../paths.ts";
import { checkBitstreamBuild, readBitstream } from "./board-bitstream.ts";

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
  /** The self-test in place of firmware and model. */
  readonly blink?: boolean;
  /** A model container; left out: an image without a model, for an upload later. */
  readonly model?: string;
  /** The bitstream's file; left out: the one that was built last; false: none, for a simulation. */
  readonly bitstream?: string | false;
}

export interface BoardImage {
  readonly image: Uint8Array;
  readonly regions: readonly RegionContent[];
  readonly buildId: string;
}

/** Builds the firmware and puts everything together. */
export async function buildBoardImage({ board, blink = false, model, bitstream }: BoardImageOptions): Promise<BoardImage> {
  const choice = { board, blink, ...(typeof bitstream === "string" ? { file: bitstream } : {}) };
  const gateware = bitstream === false ? undefined : readBitstream(choice);
  const modelBytes = model === undefined || blink ? undefined : readModel(model);
  await makeTargets(["firmware"], board);
  const paths = buildPaths(board);
  const buildId = builtId(board);
  const id = Number.parseInt(buildId, 16);
  if (gateware !== undefined) checkBitstreamBuild({ ...choice, ...gateware }, buildId);
  const all = {
    ...(gateware === undefined ? {} : { bitstream: gateware.bytes }),
    stage0: readFileSync(blink ? paths.blink : paths.stage0),
    ...(blink ? {} : { slotA: sealStage1(boards[board], id, readFileSync(paths.stage1)) }),
    ...(modelBytes === undefined ? {} : { model: modelBytes }),
  };
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
