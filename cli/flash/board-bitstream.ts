// A board's bitstream as it goes into the flash: read, and refused where it is for another device or of another build.
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { bitstreamPaths } from "../bitstream/bitstream.ts";
import { buildPaths } from "../paths.ts";

export interface BitstreamChoice {
  readonly board: BoardName;
  /** The self-test's. */
  readonly blink: boolean;
  /** Left out: where `ternel build`, or Vivado in the project that it writes, leaves it. */
  readonly file?: string;
}

/** Where the tools leave a board's bitstream: for Artix boards Vivado, in the project's folder. */
export function builtBitstream(board: BoardName, blink: boolean): string {
  if (boards[board].fpga.family === "ecp5") return bitstreamPaths(board, blink).bitstream;
  return join(buildPaths(board).folder, blink ? "vivado-blink" : "vivado", `ternel_${board}.bin`);
}

/** The bytes of a bitstream for this board's FPGA, and where they are from. */
export function readBitstream({ board, blink, file = builtBitstream(board, blink) }: BitstreamChoice): {
  readonly file: string;
  readonly bytes: Uint8Array;
} {
  if (!existsSync(file)) throw new TernelError("notBuilt", `${relative(process.cwd(), file)}: ${howToBuild(board, blink)}`);
  const bytes = readFileSync(file);
  const { device, family } = boards[board].fpga;
  if (family === "ecp5") {
    const part = /Part: (LFE5[A-Z0-9]*-\d+F)/.exec(ecp5Comment(bytes))?.[1];
    if (part === undefined) throw new TernelError("fileKind", `${file}: no ECP5 bitstream`);
    if (part !== device) throw new TernelError("boardOther", `${file} is for ${part}, ${board} carries ${device}`);
  }
  // A .bit of Xilinx has a header that the FPGA does not read from flash.
  if (family === "7series" && bytes[0] === 0 && bytes[1] === 9)
    throw new TernelError("fileKind", `${file}: give Vivado's .bin, not its .bit`);
  return { file: relative(process.cwd(), file), bytes };
}

/** The build that a bitstream says it is of; undefined where it says nothing. */
export function bitstreamBuildId(board: BoardName, bytes: Uint8Array): string | undefined {
  return boards[board].fpga.family === "ecp5" ? ecp5BuildId(bytes) : xilinxBuildId(bytes);
}

/** Refuses a bitstream that was not built with the firmware of this build. */
export function checkBitstreamBuild(
  { board, blink, file, bytes }: ReturnType<typeof readBitstream> & BitstreamChoice,
  buildId: string,
): void {
  const found = bitstreamBuildId(board, bytes);
  if (found === buildId) return;
  const what = found === undefined ? `${file} names no build` : `${file} is of build ${found}`;
  throw new TernelError("imageBuild", `${what}, the firmware of ${buildId}: ${howToBuild(board, blink)}`);
}

function howToBuild(board: BoardName, blink: boolean): string {
  const build = `npx ternel build --board ${board}${blink ? " --blink" : ""}`;
  return boards[board].fpga.family === "ecp5"
    ? `\`${build}\` makes it; --no-bitstream leaves it out`
    : `Vivado makes it in the project of \`${build}\`; --no-bitstream leaves it out`;
}

/** The comment before the preamble, where ecppack and Lattice's tools name the device, and `ternel build` the build. */
function ecp5Comment(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 512)).toString("latin1");
}

function ecp5BuildId(bytes: Uint8Array): string | undefined {
  return /Build: ([0-9a-f]{8})\0/.exec(ecp5Comment(bytes))?.[1];
}

/** Words of a 7-series bitstream (UG470): what the FPGA waits for; a write of one word to AXSS, where USR_ACCESS goes. */
const syncWord = Buffer.of(0xaa, 0x99, 0x55, 0x66);
const writeUserAccess = 0x3001_a001;

/** USR_ACCESS, which the project sets to the build id and Vivado to 0 where nothing is set. */
function xilinxBuildId(bytes: Uint8Array): string | undefined {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sync = content.indexOf(syncWord);
  if (sync < 0) return undefined;
  // It comes with the settings, long before the frames.
  const end = Math.min(content.length - 8, sync + 4096);
  for (let at = sync + 4; at <= end; at += 4) {
    if (content.readUInt32BE(at) !== writeUserAccess) continue;
    const value = content.readUInt32BE(at + 4);
    return value === 0 ? undefined : value.toString(16).padStart(8, "0");
  }
  return undefined;
}
