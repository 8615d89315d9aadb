// A flash image cut into the regions of a board's map.
import type { Board } from "../../boards/board.ts";
import type { FlashMap } from "../../boards/flash-map.ts";
import { stage0Header, stage0HeaderBytes, stage0Magic } from "../../boards/stage-header.ts";
import { TernelError } from "../../models/errors.ts";
import type { RegionContent } from "./board-image.ts";

const pageBytes = 256;
const erased = 0xff;

/** Cuts the image; a region's erased end is left out, and so is a region that is all erased. Throws where bytes lie between regions. */
export function imageRegions(board: Board, image: Uint8Array): RegionContent[] {
  const { map, bytes: flashBytes } = board.flash;
  if (image.length > flashBytes) throw new TernelError("flashImageFit", `${image.length} of ${flashBytes} bytes`);
  const regions = Object.entries(map)
    .map(([name, region]) => ({ name: name as keyof FlashMap, ...region }))
    .toSorted((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { name, offset, bytes } of regions) {
    checkErased(image, end, offset, `before ${name}`);
    end = offset + bytes;
  }
  checkErased(image, end, image.length, "behind the last region");
  checkStage0(board, image);
  return regions.flatMap(({ name, offset, bytes }) => {
    const content = withoutErasedEnd(image.subarray(offset, offset + bytes));
    return content.length === 0 ? [] : [{ name, offset, bytes, content }];
  });
}

function checkErased(image: Uint8Array, from: number, to: number, where: string): void {
  const index = image.subarray(from, to).findIndex((byte) => byte !== erased);
  if (index >= 0) throw new TernelError("flashImageFit", `a byte at 0x${(from + index).toString(16)}, ${where}`);
}

/** An image for another board has something else, or nothing, where this one starts. */
function checkStage0(board: Board, image: Uint8Array): void {
  const { offset } = board.flash.map.stage0;
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const found =
    image.length >= offset + stage0HeaderBytes && view.getUint32(offset + stage0Header.magic.offset, true) === stage0Magic;
  if (!found) throw new TernelError("flashImageFit", `no first stage at 0x${offset.toString(16)}: not for ${board.name}`);
}

/** Whole pages up to the last byte that is not erased. */
function withoutErasedEnd(bytes: Uint8Array): Uint8Array {
  const last = bytes.findLastIndex((byte) => byte !== erased);
  return bytes.subarray(0, Math.ceil((last + 1) / pageBytes) * pageBytes);
}
