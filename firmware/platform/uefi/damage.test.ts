// Damaged and hostile models on a PC's disk: a sample of what damage.full.test.ts does at length.
import { describe, it } from "node:test";
import { skipWithout, uefiTools } from "../../../test/tools.ts";
import { testLimit } from "./testing/conversation.ts";
import { bootDamaged, refuseAll, refuseFiles } from "./testing/damage-campaign.ts";
import { damagedModels } from "./testing/damaged-models.ts";
import { diskDamages } from "./testing/disk-damages.ts";

const seed = 1;

describe("damaged models on a PC's disk", { skip: skipWithout(...uefiTools), timeout: testLimit }, () => {
  const models = damagedModels(60, seed);
  it("30 in files", () => refuseAll(models.slice(0, 30), "file"));
  const empty = { name: "empty.tern", damage: "empty", bytes: new Uint8Array() };
  it("30 in partitions, and one of a file without a byte", () => refuseAll([...models.slice(30), empty], "partition"));
  it("10 damages of the file system", async () => {
    await refuseFiles(10, seed);
  });
  for (const damage of diskDamages.filter(({ name }) => /^two models|needs more memory/.test(name))) {
    it(damage.name, () => bootDamaged(damage, seed));
  }
});
