// Secure Boot in QEMU: the signed image boots and computes; one changed bit of the application or of a model is refused, and so is a model
// that somebody has put in its place.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { diskLayout } from "../../../boards/uefi-disk.ts";
import { defaultModel } from "../../../cli/options.ts";
import { certificateBytes, testKey, type SigningKey } from "../../../cli/secure-boot.ts";
import { buildUefiImage } from "../../../cli/uefi-image.ts";
import { sealContainer } from "../../../models/container.ts";
import { readContainer, runReference } from "../../../models/index.ts";
import { temporaryFolder, type TemporaryFolder } from "../../../test/temporary-folder.ts";
import { ternel } from "../../../test/ternel.ts";
import { secureBootTools, skipWithout } from "../../../test/tools.ts";
import { converse, powerOff, testLimit, type Step } from "./testing/conversation.ts";

const mebibyte = 1 << 20;
const greedy = { prompt: "Once", tokens: 4, temperature: 0, topP: 1000, seed: 1n };
const refusal = "Access Denied";
/** Debian's key for such tests, which its variables trust. */
const debian = { key: "/usr/share/ovmf/PkKek-1-snakeoil.key", certificate: "/usr/share/ovmf/PkKek-1-snakeoil.pem" };
const debianVariables = "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd";

const good = readFileSync(defaultModel());
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
/** Another model with a hash that is right: what an attacker would write. */
function forged(): Uint8Array {
  const bytes = flipped(good, good.length - 1000);
  sealContainer(bytes);
  return bytes;
}

describe("Secure Boot", { skip: skipWithout(...secureBootTools), timeout: testLimit }, () => {
  let folder: TemporaryFolder;
  let own: SigningKey;
  let trusted: Uint8Array;
  before(() => {
    folder = temporaryFolder();
    own = testKey();
    trusted = certificateBytes(own.certificate);
  });
  after(() => {
    folder.remove();
  });

  const model = (name: string, bytes: Uint8Array = good): string => {
    writeFileSync(folder.path(name), bytes);
    return folder.path(name);
  };
  /** An image with these models; the first is listed. */
  async function image(name: string, models: readonly string[], sign?: SigningKey): Promise<string> {
    await buildUefiImage(folder.path(name), { models, listed: models.slice(0, 1), ...(sign === undefined ? {} : { sign }) });
    return folder.path(name);
  }
  const story: readonly Step[] = [
    [">>> ", "/temp 0\r"],
    [">>> ", "/tokens 4\r"],
    [">>> ", `${greedy.prompt}\r`],
    ["stop: length]", "/quit\r"],
  ];
  const expected = runReference(readContainer(good), greedy).text;

  it("boots what the test key has signed, and refuses the models that are not the signed ones", async () => {
    const models = [model("good.tern"), model("bit.tern", flipped(good, good.length - 1000)), model("forged.tern", forged())];
    const file = await image("own.img", models, own);
    const steps: Step[] = [["Model 1 to 3", "2\r"], ["Model 1 to 3", "3\r"], ["Model 1 to 3", "1\r"], ...story];
    const text = await converse(file, steps, { trusted });
    assert.match(text, /^Secure Boot: models of the signed list run, 1 in number$/m);
    // The changed model still claims to be the listed one; its hash says otherwise. So does the forged one's own hash.
    for (const [name, code] of [
      ["bit", /^E1203 container: hash mismatch \(bit\.tern\)$/m],
      ["forged", /^E1513 image: model not in the signed application's list \(forged\.tern\)$/m],
    ] as const) {
      assert.match(text, code, name);
    }
    assert.ok(text.includes(expected), text);

    // Without Secure Boot the same disk runs the forged one, too, and says what it is.
    const free = await converse(file, [
      ["Model 1 to 3", "3\r"],
      [">>> ", "/quit\r"],
    ]);
    assert.doesNotMatch(free, /Secure Boot: models/);
    assert.match(free, /^Note: forged\.tern is not in the application's list; Secure Boot would refuse it$/m);
  });

  it("refuses the only model when its bytes were replaced on the disk, and asks", async () => {
    const file = await image("replaced.img", [model("good.tern")], own);
    const disk = readFileSync(file);
    disk.set(forged(), diskLayout([{ name: "good.tern", bytes: good.length }]).models[0]?.offset ?? assert.fail());
    writeFileSync(file, disk);
    const text = await converse(file, [["Model 1 to 1: ", powerOff]], { trusted });
    assert.match(text, /^E1513 image: .* \(good\.tern\)\n1 {2}good\.tern \(partition\)/m);
  });

  it("the firmware refuses an application without signature, of another key, and with one changed bit anywhere", async () => {
    const signed = readFileSync(await image("bits.img", [model("good.tern")], own));
    // The application lies in one piece: mcopy wrote it into an empty file system.
    const start = signed.indexOf("MZ", mebibyte);
    const list = signed.indexOf("TRNLIST1", start);
    assert.ok(start > 0 && list > start);
    const changed = (name: string, at: number): string => {
      const bytes = Buffer.from(signed);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(folder.path(name), bytes);
      return folder.path(name);
    };
    const refused = [
      changed("code.img", start + 0x4321), // in .text
      changed("list.img", list + 40), // in a digest of the list
    ];
    for (const file of refused) {
      const text = await converse(file, [[refusal, powerOff]], { trusted });
      assert.doesNotMatch(text, /Ternel|Model 1/, file);
    }
    // By the command, which trusts the test key as well. Without a terminal there is nobody to see the refusal: it ends.
    const unsigned = await image("unsigned.img", [model("good.tern")]);
    const ended = await ternel(["uefi", "--image", unsigned, "--secure-boot"], { input: "Once\n", limit: testLimit / 1000 });
    assert.equal(ended.status, 1, ended.output);
    assert.ok(ended.output.includes(refusal), ended.output);
    assert.doesNotMatch(ended.output, /Ternel:|Model 1/);
    // Debian's variables know nothing of our key.
    const text = await converse(folder.path("bits.img"), [[refusal, powerOff]], { variables: debianVariables });
    assert.doesNotMatch(text, /Ternel|Model 1/);
  });

  it("boots with a user's own key: Debian's test key, its passphrase taken off, with its variables", async () => {
    const key = folder.path("debian.pem");
    const { status, stderr } = spawnSync("openssl", ["pkey", "-in", debian.key, "-passin", "pass:snakeoil", "-out", key], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const file = await image("debian.img", [model("good.tern")], { key, certificate: debian.certificate });
    const text = await converse(file, story, { variables: debianVariables });
    assert.match(text, /^Secure Boot: /m);
    assert.ok(text.includes(expected), text);
  });

  it("a key that is not the certificate's signs nothing", async () => {
    await assert.rejects(
      image("none.img", [model("good.tern")], { key: own.key, certificate: debian.certificate }),
      /is not the key of/,
    );
  });
});
