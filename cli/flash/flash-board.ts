// Brings the regions of an image into a board's flash: those that are not there yet, never over firmware that still boots.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { stage0Header, stage1Header, stage1HeaderBytes, stage1Magic } from "../../boards/stage-header.ts";
import { withSequence } from "../../boards/stage1-file.ts";
import { TernelError } from "../../models/errors.ts";
import type { RegionContent } from "./board-image.ts";
import { isRemembered, remember, sha256Of } from "./flashed.ts";
import { openLoader, type Loader } from "./loader.ts";

const edgeBytes = 4096;

export interface FlashOptions {
  readonly board: BoardName;
  readonly regions: readonly RegionContent[];
  /** openFPGALoader's name of the cable; the board's own unless given. */
  readonly cable?: string;
  /** Write what is there already, and over the slot that boots. */
  readonly force: boolean;
  /** Look, and write nothing. */
  readonly dryRun: boolean;
  /** Told the region, what is done with it, and the percentage. */
  readonly onProgress?: (region: string, what: string, percent: number) => void;
}

export interface RegionResult {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly sha256: string;
  /** unchanged: was there already; wanted: would be written (dry run). */
  readonly state: "written" | "unchanged" | "wanted";
}

export interface FlashResult {
  readonly board: BoardName;
  /** JTAG's IDCODE; left out where the board's USB bootloader wrote, which knows none. */
  readonly idcode?: string;
  readonly verified: boolean;
  readonly regions: readonly RegionResult[];
}

/** Writes what differs. Throws a TernelError before anything is written when something is wrong with board, image or slots. */
export async function flashBoard(options: FlashOptions): Promise<FlashResult> {
  const { board, cable } = options;
  const { by, board: name } = boards[board].loader;
  const folder = mkdtempSync(join(tmpdir(), "ternel-flash-"));
  const dispose = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", dispose);
  try {
    if (by === "dfu" && cable === undefined) return await downloadAll(options, openLoader(["--board", name]), folder);
    // A board that is written by its bootloader has no JTAG cable of its own: openFPGALoader must not be told its name.
    const selection = [...(by === "dfu" ? [] : ["--board", name]), ...(cable === undefined ? [] : ["--cable", cable])];
    const idcode = await checkDevice(board, openLoader(selection));
    const own = boards[board].loader.byIdcode?.[idcode];
    return await flashByJtag(
      options,
      idcode,
      openLoader(own === undefined ? selection : ["--board", own, ...selection.slice(2)]),
      folder,
    );
  } finally {
    process.off("exit", dispose);
    dispose();
  }
}

/** The board's USB bootloader takes one file, from the bitstream on; it cannot be asked what is there. */
async function downloadAll(options: FlashOptions, loader: Loader, folder: string): Promise<FlashResult> {
  const { board, regions, dryRun, onProgress } = options;
  const start = boards[board].bootloaderBytes;
  await loader.detect();
  const end = Math.max(...regions.map(({ offset, content }) => offset + content.length));
  const file = new Uint8Array(end - start).fill(0xff);
  for (const { offset, content } of regions) file.set(content, offset - start);
  if (!dryRun) {
    const path = join(folder, "image.bin");
    writeFileSync(path, file);
    await loader.download(path, (what, percent) => onProgress?.("image", what, percent));
  }
  return { board, verified: false, regions: regions.map((region) => resultOf(region, dryRun ? "wanted" : "written")) };
}

function resultOf({ name, offset, content }: RegionContent, state: RegionResult["state"]): RegionResult {
  return { name, offset, bytes: content.length, sha256: sha256Of(content), state };
}

async function flashByJtag(options: FlashOptions, idcode: number, loader: Loader, folder: string): Promise<FlashResult> {
  const { board, force, dryRun, onProgress } = options;
  const read = (offset: number, bytes: number) => loader.read(offset, bytes, join(folder, "read.bin"));
  const regions = await placeFirmware(options, read);

  const plan: { readonly region: RegionContent; readonly there: boolean }[] = [];
  for (const region of regions) plan.push({ region, there: !force && (await isThere(board, region, read)) });
  const results: RegionResult[] = [];
  for (const { region, there } of plan) {
    if (!there && !dryRun) {
      const file = join(folder, `${region.name}.bin`);
      writeFileSync(file, region.content);
      remember(board, region.name, undefined);
      await loader.write(region.offset, file, (what, percent) => onProgress?.(region.name, what, percent));
      remember(board, region.name, region.content);
    }
    results.push(resultOf(region, there ? "unchanged" : dryRun ? "wanted" : "written"));
  }
  return { board, idcode: `0x${idcode.toString(16).padStart(8, "0")}`, verified: true, regions: results };
}

/** The IDCODE, if it is one of the board's devices. */
async function checkDevice(board: BoardName, loader: Loader): Promise<number> {
  const { fpga, title } = boards[board];
  const found = await loader.detect();
  // The revision of a Xilinx device is in the top four bits, which openFPGALoader leaves out; Lattice's tell devices apart.
  const counts = (code: number): number => (fpga.family === "7series" ? code & 0x0fff_ffff : code) >>> 0;
  const known = found.find((code) => fpga.idcodes.some((own) => counts(own) === counts(code)));
  if (known !== undefined) return known;
  const codes = found.map((code) => `0x${code.toString(16).padStart(8, "0")}`).join(", ");
  throw found.length === 0
    ? new TernelError("loaderCable", "the cable answers, but no FPGA does: is the board powered?")
    : new TernelError("boardOther", `IDCODE ${codes}, ${title} has ${fpga.device}`);
}

type Read = (offset: number, bytes: number) => Promise<Uint8Array>;

/** Whether the content was written there last, and this board is the one: its first and last bytes are looked at. */
async function isThere(board: BoardName, region: RegionContent, read: Read): Promise<boolean> {
  const { offset, content } = region;
  if (!isRemembered(board, region)) return false;
  const edge = Math.min(edgeBytes, content.length);
  const first = await read(offset, edge);
  if (!content.subarray(0, edge).every((byte, i) => byte === first[i])) return false;
  const last = await read(offset + content.length - edge, edge);
  return content.subarray(content.length - edge).every((byte, i) => byte === last[i]);
}

/** Refuses to overwrite a slot that the new first stage would boot, and makes the new second stage the newer one of the two. */
async function placeFirmware({ board, regions, force }: FlashOptions, read: Read): Promise<RegionContent[]> {
  const { slotA: a, slotB: b } = boards[board].flash.map;
  const slotA = regions.find(({ name }) => name === "slotA");
  const stage0 = regions.find(({ name }) => name === "stage0");
  if (slotA === undefined || stage0 === undefined) return [...regions];
  const buildId = wordAt(stage0.content, stage0Header.buildId.offset);
  const onBoard = {
    a: slotHeader(await read(a.offset, stage1HeaderBytes), buildId),
    b: slotHeader(await read(b.offset, stage1HeaderBytes), buildId),
  };
  const older = slotHeader(slotA.content, buildId)?.sequence ?? 0;
  const runs = onBoard.a !== undefined && (onBoard.b === undefined || onBoard.b.sequence <= onBoard.a.sequence);
  const other = onBoard.a !== undefined && Buffer.compare(onBoard.a.bytes, slotA.content.subarray(0, stage1HeaderBytes)) !== 0;
  if (runs && other && !force) throw new TernelError("flashSlotRuns", `slot A, build ${buildId.toString(16).padStart(8, "0")}`);
  const newest = onBoard.b?.sequence ?? 0;
  const content = newest > older ? withSequence(sealedPart(slotA.content), newest + 1) : slotA.content;
  return regions.map((region) => (region === slotA ? { ...region, content } : region));
}

/** Header and payload, without what the end of the image's region has lost or gained of erased bytes. */
function sealedPart(content: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(stage1HeaderBytes + wordAt(content, stage1Header.length.offset)).fill(0xff);
  sealed.set(content.subarray(0, sealed.length));
  return sealed;
}

const wordAt = (bytes: Uint8Array, offset: number): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);

/** What a slot's header says, if it is one of this build. */
function slotHeader(bytes: Uint8Array, buildId: number): { readonly bytes: Uint8Array; readonly sequence: number } | undefined {
  const own = wordAt(bytes, stage1Header.magic.offset) === stage1Magic && wordAt(bytes, stage1Header.buildId.offset) === buildId;
  return own ? { bytes: bytes.subarray(0, stage1HeaderBytes), sequence: wordAt(bytes, stage1Header.sequence.offset) } : undefined;
}
