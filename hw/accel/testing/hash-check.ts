/** For tests: hashes a random message on a rig, from memory and from registers. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Random } from "../../../gen/index.ts";
import { padMessage } from "../reference.ts";
import { windows } from "../registers.ts";
import type { RigBench } from "./rig-bench.ts";

/** Writes to a window from its start. */
async function writeWindow(bench: RigBench, name: string, bytes: Uint8Array): Promise<void> {
  const offset = windows.find((window) => window.name === name)?.offset ?? 0;
  for (let i = 0; i < bytes.length; i += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(i, i + 4);
    await bench.access(offset + i, a | (b << 8) | (c << 16) | (d << 24));
  }
}

async function digest(bench: RigBench): Promise<string> {
  let text = "";
  for (let i = 0; i < 8; i++) text += (await bench.read(`DIGEST${i}`)).toString(16).padStart(8, "0");
  return text;
}

/** A message of `length` bytes at `address`, by DMA and once more block by block through the window. */
export async function checkHash(bench: RigBench, random: Random, address: number, length: number): Promise<void> {
  const message = Uint8Array.from({ length }, () => random.below(256));
  const blocks = padMessage(message);
  const expected = createHash("sha256").update(message).digest("hex");
  await bench.load(address, blocks);
  await bench.write("SHA_ADDRESS", address);
  await bench.write("SHA_BLOCKS", blocks.length / 64);
  await bench.control("START_SHA", "SHA_INIT");
  assert.equal(await bench.finish(), "NONE");
  assert.equal(await digest(bench), expected);
  for (let offset = 0; offset < blocks.length; offset += 64) {
    await writeWindow(bench, "SHA_BLOCK", blocks.subarray(offset, offset + 64));
    await bench.control("START_SHA_BLOCK", ...(offset === 0 ? ["SHA_INIT"] : []));
    assert.equal(await bench.finish(), "NONE");
  }
  assert.equal(await digest(bench), expected);
}
