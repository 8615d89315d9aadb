// `ternel image --board`: the whole file and the regions are the same bytes at the places of the board's map; what is not a bitstream of
// this board is refused before anything is built.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { boards } from "../../boards/configuration.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { ternel } from "../../test/ternel.ts";
import { skipWithout, socTools } from "../../test/tools.ts";
import { builtId } from "../flash-image.ts";
import { makeTargets } from "../make.ts";
import { defaultModel } from "../options.ts";
import { buildPaths } from "../paths.ts";
import { imageRegions } from "./image-regions.ts";
import { standInBitstream } from "./testing/stand-in-bitstream.ts";

interface Region {
  readonly name: "bitstream" | "stage0" | "slotA" | "model";
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

test("the image, region by region", { skip: skipWithout(...socTools), timeout: 1_200_000 }, async () => {
  const folder = temporaryFolder();
  try {
    await makeTargets(["firmware"], "arty");
    const bitstream = standInBitstream("arty", builtId("arty"), 300_000);
    writeFileSync(folder.path("vivado.bin"), bitstream);
    const output = ["-o", folder.path("image.bin"), "--regions", folder.path("regions")];
    const { status, json, complaints } = await ternel(
      ["image", "--board", "arty", "--bitstream", folder.path("vivado.bin"), ...output, "--json"],
      { limit: 1100 },
    );
    assert.equal(status, 0, complaints);
    const image = readFileSync(folder.path("image.bin"));
    assert.equal(json["bytes"], image.length);
    const described = JSON.parse(readFileSync(join(folder.path("regions"), "regions.json"), "utf8")) as {
      readonly board: string;
      readonly buildId: string;
      readonly regions: readonly Region[];
    };
    assert.deepEqual([described.board, described.buildId], ["arty", json["buildId"]]);
    assert.deepEqual(
      described.regions.map(({ name }) => name),
      ["bitstream", "stage0", "slotA", "model"],
    );
    const expected = Buffer.alloc(image.length, 0xff);
    for (const { name, file, offset, bytes } of described.regions) {
      const content = readFileSync(join(folder.path("regions"), file));
      assert.deepEqual([offset, bytes], [boards.arty.flash.map[name].offset, content.length]);
      content.copy(expected, offset);
    }
    assert.ok(image.equals(expected));
    assert.deepEqual(readFileSync(join(folder.path("regions"), "bitstream.bin")), Buffer.from(bitstream));
    assert.deepEqual(readFileSync(join(folder.path("regions"), "model.bin")), readFileSync(defaultModel()));
    // What `flash --image` makes of the file.
    for (const { name, offset, content } of imageRegions(boards.arty, image)) {
      const region = described.regions.find((candidate) => candidate.name === name) ?? assert.fail(name);
      assert.equal(region.offset, offset);
      const whole = Buffer.alloc(Math.max(region.bytes, content.length), 0xff);
      whole.set(content);
      assert.ok(whole.equals(image.subarray(offset, offset + whole.length)), name);
    }
  } finally {
    folder.remove();
  }
});

test(
  "the self-test's image: its bitstream and its program; a bitstream of another build is refused",
  { skip: skipWithout(...socTools), timeout: 1_200_000 },
  async () => {
    const folder = temporaryFolder();
    try {
      await makeTargets(["firmware"], "arty");
      const { map } = boards.arty.flash;
      const bitstream = standInBitstream("arty", builtId("arty"));
      writeFileSync(folder.path("vivado.bin"), bitstream);
      const args = ["image", "--board", "arty", "--blink", "-o", folder.path("blink.bin"), "--json", "--bitstream"];
      const { status, json, complaints } = await ternel([...args, folder.path("vivado.bin")], { limit: 600 });
      assert.equal(status, 0, complaints);
      const names = (json["regions"] as readonly Region[]).map(({ name }) => name);
      assert.deepEqual(names, ["bitstream", "stage0"]);
      const program = readFileSync(buildPaths("arty").blink);
      const expected = Buffer.alloc(map.stage0.offset + program.length, 0xff);
      expected.set(bitstream);
      expected.set(program, map.stage0.offset);
      assert.ok(readFileSync(folder.path("blink.bin")).equals(expected));
      // What `flash --image` makes of the file.
      assert.deepEqual(
        imageRegions(boards.arty, expected).map(({ name }) => name),
        ["bitstream", "stage0"],
      );

      writeFileSync(folder.path("other.bin"), standInBitstream("arty", "0badcafe"));
      for (const options of [args, args.filter((option) => option !== "--blink")]) {
        const refused = await ternel([...options, folder.path("other.bin")], { limit: 600 });
        assert.equal(refused.status, 1);
        assert.match(refused.complaints, /^E1504 image: build id mismatch \([^\n]*other\.bin is of build 0badcafe, [^\n]+\)$/m);
        assert.equal((refused.json["error"] as { code: string }).code, "E1504");
      }
    } finally {
      folder.remove();
    }
  },
);

test("every refusal is one clear error", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const file = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(folder.path(name), bytes);
    return folder.path(name);
  };
  try {
    const out = ["-o", folder.path("out.bin")];
    const refusals: readonly (readonly [args: readonly string[], code: string])[] = [
      [["--board", "ulx3s", ...out, "--bitstream", file("text", "no bitstream")], "E4004"],
      [["--board", "ulx3s", ...out, "--bitstream", file("small.bit", "\xff\0Part: LFE5U-25F-6CABGA381\0")], "E4306"],
      [["--board", "arty", ...out, "--bitstream", file("vivado.bit", Uint8Array.of(0, 9, 15, 240))], "E4004"],
      [["--board", "arty", ...out, "--bitstream", folder.path("nowhere")], "E4001"],
      [["--board", "arty", ...out, "--no-bitstream", "--model", file("bad.tern", "TERN")], "E1001"],
      [["--board", "arty"], "E4005"],
      [["--board", "sim"], "E4005"],
      [["--board", "sim", ...out, "--regions", folder.path("regions")], "E4005"],
      [["--board", "sim", ...out, "--blink"], "E4005"],
    ];
    for (const [args, code] of refusals) {
      const { status, complaints } = await ternel(["image", ...args]);
      assert.equal(status, 1, args.join(" "));
      assert.match(complaints, new RegExp(`^${code} [^\n]+\n$`), args.join(" "));
    }
    assert.equal((await ternel(["image", "--board", "toaster", ...out])).status, 2);
  } finally {
    folder.remove();
  }
});
