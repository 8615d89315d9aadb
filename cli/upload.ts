// Brings a model or a second stage into a running board's flash over its serial line. What the flash holds is asked for by SHA-256, so
// only what differs is sent, and an upload that was interrupted goes on where it stopped. The first sector, which holds the header, is
// erased at the beginning and written at the end: whatever happens between, the boot sees that there is nothing whole.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { TernelError } from "../models/errors.ts";
import { numberIn, objectIn, textIn, type Reply } from "./reply.ts";
import type { SerialSession } from "./serial/serial-session.ts";

/** What the machine writes at once, and what it hashes and erases at most (firmware/console/console.h). */
const sectorBytes = 4096;
const blockBytes = 65_536;
/** Bytes of one command: as Base64 they have to fit a line of 4096. */
const pieceBytes = 2048;

/** What the machine says of a region of its flash. */
export interface UploadRegion {
  readonly offset: number;
  readonly bytes: number;
  readonly writable: boolean;
}

/** The answer to `/flash`. */
export interface FlashDescription {
  /** The chip's JEDEC identification. */
  readonly id: string;
  /** The slot whose second stage runs, and that one's sequence number. */
  readonly slot: "slotA" | "slotB";
  readonly sequence: number;
  readonly region: (name: string) => UploadRegion;
}

/** Asks a machine for its flash. */
export async function describeFlash(session: SerialSession): Promise<FlashDescription> {
  const reply = await session.send("/flash", (candidate) => candidate["event"] === "flash");
  const regions = objectIn(reply, "regions");
  const slot = textIn(reply, "slot");
  if (slot !== "slotA" && slot !== "slotB") throw new TernelError("toolAnswer", `slot ${slot}`);
  return {
    id: textIn(reply, "id"),
    slot,
    sequence: numberIn(reply, "sequence"),
    region: (name) => {
      const region = objectIn(regions, name);
      return { offset: numberIn(region, "offset"), bytes: numberIn(region, "bytes"), writable: region["writable"] === true };
    },
  };
}

/** What an upload came to. */
export interface UploadResult {
  readonly bytes: number;
  readonly sectors: number;
  /** Sectors that were written: those that differed, and the first. */
  readonly written: number;
}

/** Where an upload stands: sectors compared, then sectors written. */
export type UploadProgress = (phase: "comparing" | "writing", done: number, of: number) => void;

/** Makes the region begin with these bytes; the rest of their last sector becomes 0xff. */
export async function upload(
  session: SerialSession,
  region: UploadRegion,
  content: Uint8Array,
  onProgress: UploadProgress = () => undefined,
): Promise<UploadResult> {
  const padded = new Uint8Array(Math.ceil(content.length / sectorBytes) * sectorBytes).fill(0xff);
  padded.set(content);
  const target = new Target(session, region.offset, padded);
  const sectors = padded.length / sectorBytes;
  const differing = await target.differingSectors((done) => {
    onProgress("comparing", done, sectors);
  });
  const order = differing.length === 0 ? [] : inWritingOrder(differing);
  if (order.length !== 0) await target.erase(0, sectorBytes);
  for (const [done, { sector, wholeBlock }] of order.entries()) {
    if (wholeBlock) await target.erase(sector, blockBytes);
    await target.write(sector);
    onProgress("writing", done + 1, order.length);
  }
  return { bytes: content.length, sectors, written: order.length };
}

const sectorsOfBlock = blockBytes / sectorBytes;

/** Ascending, sector 0 last; `wholeBlock` marks the first sector of a block all of which differs: erased at once it takes a fraction of the time. */
function inWritingOrder(differing: readonly number[]): { readonly sector: number; readonly wholeBlock: boolean }[] {
  const wanted = new Set(differing);
  const isWhole = (first: number): boolean =>
    Array.from({ length: sectorsOfBlock }, (_, i) => first + i).every((sector) => wanted.has(sector));
  const others = differing
    .filter((sector) => sector !== 0)
    .map((sector) => ({ sector, wholeBlock: sector % sectorsOfBlock === 0 && isWhole(sector) }));
  return [...others, { sector: 0, wholeBlock: false }];
}

/** The place in the flash that an upload fills. */
class Target {
  private readonly session: SerialSession;
  private readonly offset: number;
  private readonly content: Uint8Array;

  constructor(session: SerialSession, offset: number, content: Uint8Array) {
    this.session = session;
    this.offset = offset;
    this.content = content;
  }

  /** Asks block by block, and in a block that differs sector by sector. */
  async differingSectors(onCompared: (sectors: number) => void): Promise<number[]> {
    const differing: number[] = [];
    for (let block = 0; block < this.content.length; block += blockBytes) {
      const bytes = Math.min(blockBytes, this.content.length - block);
      const equal = await this.isEqual(block, bytes);
      for (let at = block; !equal && at < block + bytes; at += sectorBytes) {
        if (!(await this.isEqual(at, sectorBytes))) differing.push(at / sectorBytes);
      }
      onCompared((block + bytes) / sectorBytes);
    }
    return differing;
  }

  private async isEqual(at: number, bytes: number): Promise<boolean> {
    const place = this.offset + at;
    const reply = await this.session.send(
      `/flash hash ${place} ${bytes}`,
      (candidate) => candidate["event"] === "hash" && candidate["at"] === place,
    );
    const wanted = createHash("sha256").update(this.content.subarray(at, at + bytes));
    return textIn(reply, "sha256") === wanted.digest("hex");
  }

  async erase(sector: number, bytes: number): Promise<void> {
    const place = this.offset + sector * sectorBytes;
    await this.session.send(`/flash erase ${place} ${bytes}`, acknowledged("erase", place));
  }

  /** In pieces; the machine writes when the whole has the right SHA-256, and reads back what it wrote. */
  async write(sector: number): Promise<void> {
    const bytes = this.content.subarray(sector * sectorBytes, (sector + 1) * sectorBytes);
    const place = this.offset + sector * sectorBytes;
    const digest = createHash("sha256").update(bytes).digest("base64");
    for (let attempt = 1; ; attempt++) {
      for (let at = 0; at < sectorBytes; at += pieceBytes) {
        const piece = bytes.subarray(at, at + pieceBytes);
        const line = `/flash fill ${at} ${crc32(piece)} ${Buffer.from(piece).toString("base64")}`;
        await this.session.send(line, acknowledged("fill", at));
      }
      try {
        await this.session.send(`/flash write ${place} ${digest}`, acknowledged("write", place));
        return;
      } catch (error) {
        // A restart in between has emptied the machine's buffer: fill it again.
        if (attempt === 2 || !(error instanceof TernelError) || error.error !== "uploadChecksum") throw error;
      }
    }
  }
}

/** The machine's word that this command was done at this place. */
function acknowledged(what: string, at: number): (reply: Reply) => boolean {
  return (reply) => reply["event"] === "ok" && reply["what"] === what && reply["at"] === at;
}
