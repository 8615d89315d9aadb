// That a firmware reads what this writes is shown by firmware/platform/uefi/secure-boot.test.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { variablesThatTrust } from "./uefi-variables.ts";

/** A store as the firmware's build makes it: volume header, store header, nothing in it. */
function emptyStore(bytes: number): Buffer {
  const store = Buffer.alloc(0x100 + bytes, 0xff);
  Buffer.from("782cf3aa7b949a43a1802e144ec37792", "hex").copy(store, 0x48);
  store.writeUInt32LE(bytes, 0x58);
  return store;
}

test("db, KEK and PK follow each other, each with the certificate, the rest stays erased", () => {
  const certificate = Buffer.from("certificate, 27 bytes long!");
  const store = Buffer.from(variablesThatTrust(emptyStore(1000), certificate));
  let at = 0x64;
  for (const name of ["db", "KEK", "PK"]) {
    assert.deepEqual([store.readUInt16LE(at), store[at + 2], store.readUInt32LE(at + 4)], [0x55aa, 0x3f, 0x27]);
    const nameBytes = store.readUInt32LE(at + 36);
    const dataBytes = store.readUInt32LE(at + 40);
    assert.equal(store.toString("utf16le", at + 60, at + 60 + nameBytes), `${name}\0`);
    const data = store.subarray(at + 60 + nameBytes, at + 60 + nameBytes + dataBytes);
    assert.equal(data.readUInt32LE(16), data.length);
    assert.equal(data.readUInt32LE(24), 16 + certificate.length);
    assert.deepEqual(data.subarray(44), certificate);
    at = (at + 60 + nameBytes + dataBytes + 3) & ~3;
  }
  assert.ok(store.subarray(at).every((byte) => byte === 0xff));
});

test("no store, one that is not empty, one that is too small", () => {
  const used = emptyStore(1000);
  used[0x64] = 0xaa;
  for (const [store, code] of [
    [Buffer.alloc(100), "E4004"],
    [used, "E4004"],
    [emptyStore(1000).subarray(0, 500), "E4004"],
    [emptyStore(300), "E4005"],
  ] as const) {
    assert.throws(() => variablesThatTrust(store, Buffer.alloc(27)), { code });
  }
});
