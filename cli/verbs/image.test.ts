// What `ternel image` refuses before it builds or writes anything.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { defaultModel } from "../options.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { ternel } from "../../test/ternel.ts";
import { skipWithout } from "../../test/tools.ts";
import { testKey } from "../secure-boot.ts";

describe("ternel image", () => {
  for (const [args, code, reason] of [
    [["--uefi", "--key", defaultModel()], "E4005", "--key and --certificate belong together"],
    [["--uefi", "--key", "none.pem", "--certificate", "none.pem"], "E4001", "none.pem"],
    [["--uefi", "--key", defaultModel(), "--certificate", defaultModel()], "E4004", "no certificate"],
    [["--uefi", "--write", "/dev/null"], "E4007", "/dev/null is no block device"],
    [["--uefi", "--write", defaultModel()], "E4007", "is no block device"],
    [["--uefi", "--model", "none.tern"], "E4001", "none.tern"],
    [["--uefi", "--board", "arty"], "E4005", "--uefi and --board do not go together"],
    [["--uefi", "--yes"], "E4005", "--yes goes with --write"],
  ] as const) {
    it(`${args.join(" ").replaceAll(defaultModel(), "FILE")}: ${code}`, async () => {
      const folder = temporaryFolder();
      try {
        const { status, json, complaints } = await ternel(["image", ...args, "-o", folder.path("disk.img"), "--json"]);
        const error = json["error"] as { code: string; message: string };
        assert.equal(status, 1);
        assert.equal(error.code, code, complaints);
        assert.ok(error.message.includes(reason), error.message);
        assert.ok(!existsSync(folder.path("disk.img")));
      } finally {
        folder.remove();
      }
    });
  }

  it(
    "signs with a private key that is the certificate's, or says what is wrong with it",
    { skip: skipWithout("openssl") },
    async () => {
      const folder = temporaryFolder();
      const { certificate } = testKey();
      const key = (name: string, passphrase?: string): string => {
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
        writeFileSync(folder.path(name), privateKey.export({ type: "pkcs8", format: "pem", ...encryption }));
        return folder.path(name);
      };
      try {
        for (const [file, reason] of [
          [defaultModel(), "no private key"],
          [key("other.pem"), "is not the key of"],
          [key("encrypted.pem", "secret"), "is encrypted, and there is no terminal to ask for its passphrase"],
        ] as const) {
          const output = folder.path("disk.img");
          const { status, json } = await ternel([
            "image",
            "--uefi",
            "--key",
            file,
            "--certificate",
            certificate,
            "-o",
            output,
            "--json",
          ]);
          const error = json["error"] as { code: string; message: string };
          assert.deepEqual([status, error.code], [1, "E4004"], file);
          assert.ok(error.message.includes(reason), error.message);
          assert.ok(!existsSync(output));
        }
      } finally {
        folder.remove();
      }
    },
  );

  it("an image takes the place of no folder, no device and no model, and leaves nothing beside them", async () => {
    const folder = temporaryFolder();
    try {
      const model = folder.path("model.tern");
      copyFileSync(defaultModel(), model);
      for (const [output, code, reason] of [
        [folder.path("none/disk.img"), "E4003", "none is no folder"],
        [folder.path("."), "E4003", "is a folder"],
        ["/dev/null", "E4003", "/dev/null is a device"],
        [model, "E4005", `-o ${model} is the model`],
      ] as const) {
        const { status, json } = await ternel(["image", "--uefi", "--model", model, "-o", output, "--json"]);
        const error = json["error"] as { code: string; message: string };
        assert.deepEqual([status, error.code], [1, code], output);
        assert.ok(error.message.includes(reason), error.message);
      }
      assert.deepEqual(readdirSync(folder.path(".")), ["model.tern"]);
      assert.deepEqual(readFileSync(model), readFileSync(defaultModel()));
    } finally {
      folder.remove();
    }
  });
});
