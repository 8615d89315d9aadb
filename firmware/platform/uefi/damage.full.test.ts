// A thousand damaged or hostile models and disks: a clear line with its code for each, a prompt to choose again, never a hang or a reset.
// TERNEL_DAMAGE_SEED=N repeats a run.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { skipWithout, uefiTools } from "../../../test/tools.ts";
import { bootDamaged, refuseAll, refuseFiles } from "./testing/damage-campaign.ts";
import { DamageTally } from "./testing/damage-tally.ts";
import { damagedModels } from "./testing/damaged-models.ts";
import { diskDamages } from "./testing/disk-damages.ts";

const minutes = 60_000;
const seed = Number(process.env["TERNEL_DAMAGE_SEED"] ?? Date.now() % 1_000_000_000);
const boots = 14;
const modelsOfBoot = 63; // with the good one as many as the menu lists
const files = 60;
const disks = 1000 - boots * modelsOfBoot - files;

describe(`a thousand damages, seed ${seed}`, { skip: skipWithout(...uefiTools), timeout: 90 * minutes }, () => {
  const models = damagedModels(boots * modelsOfBoot, seed);
  const tally = new DamageTally();
  for (let boot = 0; boot < boots; boot++) {
    const place = boot % 2 === 0 ? "file" : "partition";
    const first = boot * modelsOfBoot;
    const some = models.slice(first, first + modelsOfBoot);
    it(`models ${first} to ${first + modelsOfBoot - 1}, each in a ${place}`, async () => {
      await refuseAll(some, place);
      tally.note(
        `models in ${place}s`,
        some.map(({ damage }) => damage.split(/[-.]/)[0] ?? damage), // of the corpus's names: flip, hostile, length, ...
      );
    });
  }
  it(`${files} damages of the file system`, async () => {
    tally.note("files of a damaged file system", await refuseFiles(files, seed));
  });
  for (let i = 0; i < disks; i++) {
    const damage = diskDamages[i % diskDamages.length] ?? assert.fail();
    it(`disk ${i}: ${damage.name}`, async () => {
      await bootDamaged(damage, seed + i);
      tally.note("disks", [damage.name]);
    });
  }
  it("came through all of them", (context) => {
    for (const line of tally.lines()) context.diagnostic(line);
    context.diagnostic(`${tally.total} damages, seed ${seed}`);
    assert.equal(tally.total, 1000);
  });
});
