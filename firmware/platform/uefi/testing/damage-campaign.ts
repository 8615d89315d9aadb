// One boot through many damaged models: each is chosen, refused with the right line, and the menu asks again; at the end a good one runs.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { defaultModel } from "../../../../cli/options.ts";
import { buildUefiImage } from "../../../../cli/uefi-image.ts";
import { temporaryFolder } from "../../../../test/temporary-folder.ts";
import { QuickRandom } from "../../../../models/testing/random-weights.ts";
import { converse, type Step } from "./conversation.ts";
import { FatVolume } from "./damaged-disk.ts";
import { refusalOf, type DamagedModel } from "./damaged-models.ts";
import { fileDamages, type DiskDamage } from "./disk-damages.ts";
import { goodStory } from "./good-story.ts";

/** So many of them are also asked for in the good one's console, by /model. */
const swapsOfBoot = 5;

/** Boots a disk with these models behind a good one, in files or in partitions, and chooses one after the other. */
export async function refuseAll(models: readonly DamagedModel[], place: "file" | "partition"): Promise<void> {
  const folder = temporaryFolder();
  try {
    copyFileSync(defaultModel(), folder.path("good.tern"));
    for (const { name, bytes } of models) writeFileSync(folder.path(name), bytes);
    const names = ["good.tern", ...models.map(({ name }) => name)];
    const image = folder.path("disk.img");
    await buildUefiImage(image, {
      models: names.map((name) => folder.path(name)),
      listed: [folder.path("good.tern")],
      asFiles: place === "file",
    });
    const prompt = `Model 1 to ${names.length}`;
    const choices = models.map((_, i): Step => [prompt, `${i + 2}\r`]);
    const swaps = models.slice(0, swapsOfBoot).map((_, i): Step => [">>> ", `/model ${i + 2}\r`]);
    const text = await converse(image, [...choices, [prompt, "1\r"], ...swaps, ...goodStory.steps]);
    // The lines that the choices brought, one each, in their order; the console's have no name.
    const refusals = text.split("\n").filter((line) => /^E\d{4} /.test(line));
    const expected = models.map((model) => refusalOf(model, place) ?? "");
    assert.deepEqual(
      refusals,
      [...expected, ...expected.slice(0, swapsOfBoot).map((line) => line.replace(/ \([^(]*\)$/, ""))],
      `damage: ${models.map(({ name, damage }) => `${name} ${damage}`).join(", ")}`,
    );
    assert.ok(text.includes(goodStory.text), text.slice(-2000));
  } finally {
    folder.remove();
  }
}

/** Boots a disk with one kind of damage. */
export async function bootDamaged(damage: DiskDamage, seed: number): Promise<void> {
  const random = new QuickRandom(seed);
  const folder = temporaryFolder();
  try {
    const good = folder.path("good.tern");
    copyFileSync(defaultModel(), good);
    const models = [good];
    const large = damage.large?.();
    if (large !== undefined) {
      models.push(folder.path("large.tern"));
      writeFileSync(folder.path("large.tern"), large.head);
      truncateSync(folder.path("large.tern"), large.bytes);
    }
    const image = folder.path("disk.img");
    await buildUefiImage(image, {
      models,
      listed: [],
      ...(damage.settings === undefined ? {} : { settings: damage.settings(random) }),
    });
    if (damage.change !== undefined) {
      const disk = readFileSync(image);
      damage.change(disk, random);
      writeFileSync(image, disk);
    }
    const settings = damage.megabytes === undefined ? {} : { megabytes: damage.megabytes };
    const text = await converse(image, damage.steps, settings);
    for (const line of damage.lines ?? []) assert.match(text, line, `${damage.name}, seed ${seed}`);
    if (damage.steps.some(([awaited]) => awaited === ">>> ")) assert.ok(text.includes(goodStory.text), text);
  } finally {
    folder.remove();
  }
}

/** Boots a disk with so many files, each with its entry or its chain of clusters damaged, and chooses one after the other; what was damaged. */
export async function refuseFiles(count: number, seed: number): Promise<string[]> {
  const random = new QuickRandom(seed);
  const folder = temporaryFolder();
  try {
    const names = ["good.tern", ...Array.from({ length: count }, (_, i) => `f${i}.tern`)];
    for (const name of names) copyFileSync(defaultModel(), folder.path(name));
    const image = folder.path("disk.img");
    await buildUefiImage(image, { models: names.map((name) => folder.path(name)), listed: [], asFiles: true });
    const disk = readFileSync(image);
    const volume = new FatVolume(disk, 1 << 20);
    const entries = volume.files();
    assert.equal(entries.length, names.length);
    const damages = entries.slice(1).map((entry, i) => {
      const [name, allowed, change] = fileDamages[i % fileDamages.length] ?? assert.fail();
      change(volume, entry, random);
      return { name, allowed };
    });
    writeFileSync(image, disk);
    const prompt = `Model 1 to ${names.length}`;
    const choices = damages.map((_, i): Step => [prompt, `${i + 2}\r`]);
    const text = await converse(image, [...choices, [prompt, "1\r"], ...goodStory.steps]);
    const refusals = text.split("\n").filter((line) => /^E\d{4} /.test(line));
    assert.equal(refusals.length, count, text);
    for (const [i, { name, allowed }] of damages.entries()) {
      assert.match(refusals[i] ?? "", allowed, `${name}, seed ${seed}`);
      assert.ok(refusals[i]?.endsWith(`(f${i}.tern)`), refusals[i]);
    }
    assert.ok(text.includes(goodStory.text), text);
    return damages.map(({ name }) => name);
  } finally {
    folder.remove();
  }
}
