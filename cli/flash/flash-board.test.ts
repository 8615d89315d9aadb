// `ternel flash` with a program in openFPGALoader's place that keeps a flash in a file: which commands are called, what the flash holds
// afterwards, and every refusal. The real program, without a board, at the end.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { boards } from "../../boards/configuration.ts";
import { flashImage, sealStage1 } from "../../boards/flash-image.ts";
import { stage0Header, stage0Magic } from "../../boards/stage-header.ts";
import { withSequence } from "../../boards/stage1-file.ts";
import { ternel } from "../../test/ternel.ts";
import { skipWithout, socTools } from "../../test/tools.ts";
import { builtId } from "../flash-image.ts";
import { makeTargets } from "../make.ts";
import { buildPaths, projectRoot } from "../paths.ts";
import { builtBitstream } from "./board-bitstream.ts";
import { standInBitstream } from "./testing/stand-in-bitstream.ts";

const timeout = { timeout: 120_000 };
const board = boards.ulx3s;
const { map } = board.flash;
const folder = mkdtempSync(join(tmpdir(), "ternel-"));
const inFolder = (name: string): string => join(folder, name);
const realPath = process.env["PATH"] ?? "";
const remembered = ["ulx3s", "orangecrab", "arty"].map((name) => join(buildPaths(name as "ulx3s").folder, "flashed.json"));
const kept = remembered.map((file) => (existsSync(file) ? readFileSync(file) : undefined));

const program = `#!/bin/sh\nexec "${process.execPath}" "${join(projectRoot, "cli/flash/testing/fake-loader.ts")}" "$@"\n`;
writeFileSync(inFolder("openFPGALoader"), program, { mode: 0o755 });
process.env["FAKE_LOADER"] = folder;

after(() => {
  rmSync(folder, { recursive: true });
  for (const [i, file] of remembered.entries()) {
    const content = kept[i];
    if (content === undefined) rmSync(file, { force: true });
    else writeFileSync(file, content);
  }
});

beforeEach(() => {
  process.env["PATH"] = `${folder}:${realPath}`;
  for (const name of ["calls", "no-cable", "fail-verify", "short-dump"]) rmSync(inFolder(name), { force: true });
  for (const file of remembered) rmSync(file, { force: true });
  writeFileSync(inFolder("idcode"), "41113043");
  writeFileSync(inFolder("flash.bin"), Buffer.alloc(board.flash.bytes, 0x5a));
});

/** An image of this build, its parts made of these bytes. */
function image(buildId: number, seed: number, on: (typeof boards)["ulx3s" | "orangecrab" | "arty"] = board): Uint8Array {
  const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * seed + (i >> 8)) & 0x7f);
  const stage0 = bytes(9000);
  const view = new DataView(stage0.buffer);
  view.setUint32(stage0Header.magic.offset, stage0Magic, true);
  view.setUint32(stage0Header.buildId.offset, buildId, true);
  const slotA = sealStage1(on, buildId, bytes(5000));
  return flashImage(on, buildId, { bitstream: bytes(100_000), stage0, slotA, model: bytes(70_000) });
}

function write(name: string, bytes: Uint8Array): string {
  writeFileSync(inFolder(name), bytes);
  return inFolder(name);
}

const flashOf = (): Buffer => readFileSync(inFolder("flash.bin"));
const calls = (): string[] =>
  readFileSync(inFolder("calls"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(/\S*\/(?=[\w.]+$)/g, ""));
const writes = (): string[] => calls().filter((line) => line.includes("--write-flash"));

async function flash(...args: readonly string[]) {
  rmSync(inFolder("calls"), { force: true });
  return ternel(["flash", "--board", "ulx3s", "--json", ...args]);
}

const states = (outcome: Awaited<ReturnType<typeof ternel>>): Record<string, string> =>
  Object.fromEntries((outcome.json["regions"] as { name: string; state: string }[]).map(({ name, state }) => [name, state]));

test("all of an image the first time, nothing the second, and then what changed", timeout, async () => {
  const first = image(1, 7);
  const file = write("image.bin", first);
  const all = await flash("--image", file);
  assert.equal(all.status, 0, all.complaints);
  assert.equal(all.json["idcode"], "0x41113043");
  assert.equal(calls()[0], "--board ulx3s --detect");
  const at = (name: "bitstream" | "stage0" | "slotA" | "model") =>
    `--board ulx3s --write-flash --verify --offset ${map[name].offset} ${name}.bin`;
  assert.deepEqual(writes(), [at("bitstream"), at("stage0"), at("slotA"), at("model")]);
  assert.ok(
    flashOf()
      .subarray(map.sessions.offset, map.sessions.offset + 1000)
      .every((byte) => byte === 0x5a),
    "sessions are not touched",
  );
  for (const name of ["bitstream", "stage0", "slotA", "model"] as const) {
    const { offset, bytes } = map[name];
    const wanted = first.subarray(offset, offset + bytes);
    const used = wanted.findLastIndex((byte) => byte !== 0xff) + 1;
    assert.deepEqual(flashOf().subarray(offset, offset + used), Buffer.from(wanted.subarray(0, used)), name);
  }

  const again = await flash("--image", file);
  assert.deepEqual(states(again), { bitstream: "unchanged", stage0: "unchanged", slotA: "unchanged", model: "unchanged" });
  assert.deepEqual(writes(), []);

  const changed = Uint8Array.from(first);
  changed[map.model.offset + 20_000] = 0;
  assert.deepEqual(states(await flash("--image", write("changed.bin", changed), "--dry-run")), {
    bitstream: "unchanged",
    stage0: "unchanged",
    slotA: "unchanged",
    model: "wanted",
  });
  assert.deepEqual(writes(), []);
  await flash("--image", write("changed.bin", changed));
  assert.deepEqual(writes(), [at("model")]);

  // Another board of the same kind: what is remembered does not hold for it.
  writeFileSync(inFolder("flash.bin"), Buffer.alloc(board.flash.bytes, 0xff));
  await flash("--image", file);
  assert.equal(writes().length, 4);
  await flash("--image", file, "--force");
  assert.equal(writes().length, 4);
});

test("a slot that runs is not overwritten without --force; a new build may, and becomes the newer slot", timeout, async () => {
  const running = image(1, 7);
  const held = Buffer.alloc(board.flash.bytes, 0xff);
  held.set(running);
  writeFileSync(inFolder("flash.bin"), held);
  const other = write("other.bin", image(1, 9));
  const refused = await flash("--image", other);
  assert.equal(refused.status, 1);
  assert.match(refused.complaints, /^E4314 /);
  assert.deepEqual(writes(), []);
  assert.equal((await flash("--image", other, "--force")).status, 0);
  assert.equal((await flash("--image", write("new.bin", image(2, 9)))).status, 0, "firmware of another build does not boot anyway");

  // Slot B was uploaded later and runs: slot A is free, and has to become the newer one.
  const inB = withSequence(sealStage1(board, 1, new Uint8Array(5000).fill(3)), 5);
  held.set(inB, map.slotB.offset);
  writeFileSync(inFolder("flash.bin"), held);
  const free = await flash("--image", other);
  assert.equal(free.status, 0, free.complaints);
  const wanted = withSequence(
    sealStage1(
      board,
      1,
      Uint8Array.from({ length: 5000 }, (_, i) => (i * 9 + (i >> 8)) & 0x7f),
    ),
    6,
  );
  assert.deepEqual(flashOf().subarray(map.slotA.offset, map.slotA.offset + wanted.length), Buffer.from(wanted));
});

test("every refusal is one error, and nothing is written", timeout, async () => {
  const good = image(1, 7);
  const file = write("image.bin", good);
  const refuse = async (code: string, ...args: readonly string[]) => {
    const { status, complaints, json } = await flash(...args);
    assert.equal(status, 1, code);
    assert.match(complaints, new RegExp(`^${code} [^\n]+\n$`));
    assert.equal((json["error"] as { code: string }).code, code);
    if (existsSync(inFolder("calls"))) assert.deepEqual(writes(), []);
  };
  writeFileSync(inFolder("idcode"), "41111043");
  await refuse("E4306", "--image", file);
  writeFileSync(inFolder("idcode"), "");
  await refuse("E4311", "--image", file);
  writeFileSync(inFolder("no-cable"), "");
  await refuse("E4311", "--image", file);
  rmSync(inFolder("no-cable"));
  writeFileSync(inFolder("idcode"), "41113043");
  await refuse("E4001", "--image", inFolder("nowhere"));
  await refuse("E4313", "--image", write("large.bin", new Uint8Array(board.flash.bytes + 1)));
  const between = Uint8Array.from(good);
  between[map.stage0.offset - 1] = 0;
  await refuse("E4313", "--image", write("between.bin", between));
  await refuse("E4313", "--image", write("other.bin", image(1, 7, boards.arty)));
  await refuse("E4313", "--image", write("empty.bin", new Uint8Array()));
  writeFileSync(inFolder("short-dump"), "");
  await refuse("E4312", "--image", file);
  process.env["PATH"] = inFolder("nothing-here");
  const { status, complaints } = await flash("--image", file);
  assert.equal(status, 1);
  assert.match(complaints, /^E4101 /);
});

test("a region that fails to verify is told, not remembered, and written again", timeout, async () => {
  const file = write("image.bin", image(1, 7));
  writeFileSync(inFolder("fail-verify"), "");
  const failed = await flash("--image", file);
  assert.equal(failed.status, 1);
  assert.match(failed.complaints, /^E4312 .*Verification failed at 3/);
  rmSync(inFolder("fail-verify"));
  assert.equal(states(await flash("--image", file))["bitstream"], "written");
});

test(
  "orangecrab: its bootloader takes one file, a cable the regions; arty: the part is chosen by its IDCODE",
  timeout,
  async () => {
    const crab = write("crab.bin", image(1, 7, boards.orangecrab));
    const byDfu = await ternel(["flash", "--board", "orangecrab", "--image", crab, "--json"]);
    assert.equal(byDfu.status, 0, byDfu.complaints);
    assert.deepEqual(calls(), ["--board orangeCrab --detect", "--board orangeCrab image.bin"]);
    assert.equal(byDfu.json["verified"], false);
    const wanted = readFileSync(crab).subarray(boards.orangecrab.bootloaderBytes);
    assert.ok(flashOf().subarray(boards.orangecrab.bootloaderBytes).subarray(0, 100_000).equals(wanted.subarray(0, 100_000)));
    assert.ok(
      flashOf()
        .subarray(0, boards.orangecrab.bootloaderBytes)
        .every((byte) => byte === 0x5a),
    );
    rmSync(inFolder("calls"));
    const byCable = await ternel(["flash", "--board", "orangecrab", "--image", crab, "--cable", "dirtyJtag", "--json"]);
    assert.equal(byCable.status, 0, byCable.complaints);
    assert.ok(calls().every((line) => line.startsWith("--cable dirtyJtag ")));
    assert.equal(byCable.json["verified"], true);

    rmSync(inFolder("calls"));
    writeFileSync(inFolder("idcode"), "3631093");
    const arty = write("arty.bin", image(1, 7, boards.arty));
    assert.equal((await ternel(["flash", "--board", "arty", "--image", arty, "--json"])).status, 0);
    assert.ok(writes().every((line) => line.startsWith("--board arty_a7_100t ")));
  },
);

test("the self-test by the same verb", { timeout: 900_000, skip: skipWithout(...socTools) }, async () => {
  await makeTargets(["firmware"], "arty");
  const { map: places, bytes } = boards.arty.flash;
  const place = builtBitstream("arty", true);
  const before = existsSync(place) ? readFileSync(place) : undefined;
  const bitstream = standInBitstream("arty", builtId("arty"));
  mkdirSync(dirname(place), { recursive: true });
  try {
    writeFileSync(place, bitstream);
    writeFileSync(inFolder("idcode"), "362d093");
    writeFileSync(inFolder("flash.bin"), Buffer.alloc(bytes, 0x5a));
    const { status, complaints, json } = await ternel(["flash", "--board", "arty", "--blink", "--json"], { limit: 600 });
    assert.equal(status, 0, complaints);
    const program = readFileSync(buildPaths("arty").blink);
    const written = (json["regions"] as { name: string; bytes: number; state: string }[]).map(({ name, bytes, state }) => [
      name,
      bytes,
      state,
    ]);
    assert.deepEqual(written, [
      ["bitstream", bitstream.length, "written"],
      ["stage0", program.length, "written"],
    ]);
    assert.ok(flashOf().subarray(places.stage0.offset).subarray(0, program.length).equals(program));
    assert.ok(flashOf().subarray(0, bitstream.length).equals(bitstream));
    assert.ok(
      flashOf()
        .subarray(places.slotA.offset)
        .every((byte) => byte === 0x5a),
      "nothing else is touched",
    );
  } finally {
    if (before === undefined) rmSync(place, { force: true });
    else writeFileSync(place, before);
  }
  const both = await ternel(["flash", "--board", "arty", "--blink", "--image", "x.bin"]);
  assert.equal(both.status, 2, both.complaints);
});

test("the real openFPGALoader without a board: one clear error", { ...timeout, skip: skipWithout("openFPGALoader") }, async () => {
  process.env["PATH"] = realPath;
  mkdirSync(folder, { recursive: true });
  for (const name of ["ulx3s", "ecpix5", "orangecrab", "arty"] as const) {
    const file = write("image.bin", image(1, 7, boards[name] as typeof board));
    const { status, complaints } = await ternel(["flash", "--board", name, "--image", file, "--dry-run"]);
    assert.equal(status, 1, name);
    assert.match(complaints, /^E4311 flash: no cable found \([^\n]+\)\n$/, name);
  }
});
