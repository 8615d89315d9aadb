import assert from "node:assert/strict";
import { test } from "node:test";
import { withModelList } from "./uefi-application.ts";
import { modelListMagic, modelListSection, modelsMost } from "./uefi-disk.ts";

/** The least of a PE file: one section, with an empty list. */
function peFile(section: string, magic: string): Buffer {
  const file = Buffer.alloc(0x200 + 32 + modelsMost * 32);
  file.write("MZ", 0);
  file.writeUInt32LE(0x80, 0x3c);
  file.write("PE\0\0", 0x80);
  file.writeUInt16LE(1, 0x86); // sections
  file.writeUInt16LE(0xf0, 0x94); // bytes of the optional header
  const entry = 0x80 + 24 + 0xf0;
  file.write(section, entry);
  file.writeUInt32LE(file.length - 0x200, entry + 16);
  file.writeUInt32LE(0x200, entry + 20);
  file.write(magic, 0x200);
  return file;
}

const digest = (byte: number) => new Uint8Array(32).fill(byte);

test("the list has the count and the digests, and nothing of an earlier list", () => {
  const empty = peFile(modelListSection, modelListMagic);
  const three = withModelList(empty, [digest(1), digest(2), digest(3)]);
  const two = Buffer.from(withModelList(three, [digest(9), digest(2)]));
  assert.equal(two.readUInt32LE(0x208), 2);
  assert.deepEqual([two[0x220], two[0x23f], two[0x240], two[0x25f], two[0x260]], [9, 9, 2, 2, 0]);
  assert.deepEqual(Buffer.from(withModelList(three, [])), empty);
  assert.deepEqual(two.subarray(0, 0x208), empty.subarray(0, 0x208));
});

test("what is no application, or has no list, is refused", () => {
  const good = peFile(modelListSection, modelListMagic);
  const without = (at: number): Uint8Array => good.map((byte, i) => (i === at ? byte ^ 1 : byte));
  for (const file of [new Uint8Array(0), good.subarray(0, 0x100), without(0x80), peFile(".text", modelListMagic), without(0x200)]) {
    assert.throws(() => withModelList(file, []), { name: "TernelError", code: "E4004" });
  }
  assert.throws(
    () =>
      withModelList(
        good,
        Array.from({ length: modelsMost + 1 }, () => digest(1)),
      ),
    RangeError,
  );
  // Every truncation and every changed byte of the headers: an error or a list, nothing else.
  for (let at = 0; at < 0x200; at++) {
    for (const file of [good.subarray(0, at), good.map((byte, i) => (i === at ? 0xff : byte))]) {
      try {
        withModelList(file, [digest(1)]);
      } catch (error) {
        assert.equal(error instanceof Error ? error.name : "", "TernelError", `byte ${at}`);
      }
    }
  }
});
