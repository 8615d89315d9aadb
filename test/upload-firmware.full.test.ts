// `ternel upload --firmware` end to end on the simulated SoC. A machine that runs from slot A is sent a new second stage into slot B. As
// long as that is not whole and right, it starts from A; then it starts from B. What is told apart is what the two print.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { configurations } from "../boards/configuration.ts";
import { sealStage1 } from "../boards/flash-image.ts";
import { withSequence } from "../boards/stage1-file.ts";
import { buildFlashImage } from "../cli/flash-image.ts";
import { buildPaths } from "../cli/paths.ts";
import { openSerialSession, type SerialSession } from "../cli/serial/serial-session.ts";
import { describeFlash, upload } from "../cli/upload.ts";
import { startOnPseudoTerminal } from "./pseudo-terminal-soc.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ternel } from "./ternel.ts";
import { skipWithout, socTools } from "./tools.ts";

const { arty } = configurations;
const { map } = arty.flash;

/** What the console says at its start without a model, in the firmware that is built and in the one that is sent. */
const oldGreeting = "/help lists the commands.";
const newGreeting = "/help lists all commands.";

/** Stage 1 with the other greeting, sealed as `ternel image --regions` seals it. */
function newFirmware(buildId: string): Uint8Array {
  const payload = readFileSync(buildPaths("arty").stage1);
  const at = payload.indexOf(oldGreeting);
  assert.ok(at > 0 && !payload.subarray(at + 1).includes(oldGreeting), "the greeting is in stage 1 once");
  payload.write(newGreeting, at, "latin1");
  return sealStage1(arty, Number.parseInt(buildId, 16), payload);
}

/** What the machine says of the slot that runs, after `action`. */
async function inSession(port: string, action: (session: SerialSession) => Promise<void> = () => Promise.resolve()) {
  const session = await openSerialSession({ path: port, baud: 115_200, silenceLimit: 120, bootLimit: 360 });
  try {
    const { slot, sequence } = await describeFlash(session);
    await action(session);
    return { slot, sequence };
  } finally {
    await session.close();
  }
}

test(
  "firmware goes up into slot B; cut off or damaged the machine starts from A, whole from B",
  { skip: skipWithout(...socTools), timeout: 40 * 60_000 },
  async (context) => {
    const folder = temporaryFolder();
    const built = await buildFlashImage("arty");
    const firmware = newFirmware(built.buildId);
    const sectors = Math.ceil(firmware.length / 4096);
    const machine = await startOnPseudoTerminal("arty", built, { saveFlash: folder.path("after.bin") });
    const start = performance.now();
    const reboot = async (session: SerialSession): Promise<void> => {
      await session.send("/reboot", (reply) => reply["command"] === "/reboot");
    };
    try {
      await machine.waitFor(oldGreeting);

      // The line is cut after a few sectors: the header of slot B is erased, so there is nothing to start from.
      const sent = withSequence(firmware, 1);
      const first = await inSession(machine.port, async (session) => {
        const { region } = await describeFlash(session);
        const cut = upload(session, region("slotB"), sent, (phase, done) => {
          if (phase === "writing" && done === 4) throw new Error("cut");
        });
        await assert.rejects(cut, /^Error: cut$/);
        await reboot(session);
      });
      assert.deepEqual(first, { slot: "slotA", sequence: 0 });
      await machine.waitFor(oldGreeting);

      // All of it, but for one bit: only the hash can tell.
      const damaged = sent.map((byte, at) => (at === 50_000 ? byte ^ 1 : byte));
      const second = await inSession(machine.port, async (session) => {
        const { region } = await describeFlash(session);
        const result = await upload(session, region("slotB"), damaged);
        // The four that are there are not sent again.
        assert.deepEqual(result, { bytes: firmware.length, sectors, written: sectors - 4 });
        await reboot(session);
      });
      assert.deepEqual(second, { slot: "slotA", sequence: 0 });
      await machine.waitFor("Slot B: E1506 image: second stage hash mismatch");
      await machine.waitFor(oldGreeting);

      // A damaged file does not even leave this computer.
      writeFileSync(folder.path("damaged.bin"), damaged);
      const args = ["upload", "--port", machine.port, "--board", "arty", "--timeout", "120", "--reboot", "--json", "--firmware"];
      const refused = await ternel([...args, folder.path("damaged.bin")], { limit: 300 });
      assert.equal(refused.status, 1);
      assert.match(refused.complaints, /^E1506 [^\n]+\n$/);

      // The right one: what is wrong in the flash is the damaged sector, and the first, which is always written last.
      writeFileSync(folder.path("firmware.bin"), firmware);
      const { status, json, complaints } = await ternel([...args, folder.path("firmware.bin")], { limit: 900 });
      assert.equal(status, 0, complaints);
      assert.deepEqual([json["region"], json["bytes"], json["sectors"], json["written"]], ["slotB", firmware.length, sectors, 2]);
      await machine.waitFor(newGreeting);
      assert.deepEqual(await inSession(machine.port), { slot: "slotB", sequence: 1 });
      context.diagnostic(`${sectors} sectors, four boots: ${((performance.now() - start) / 1000).toFixed(0)} s here`);
    } finally {
      await machine.stop();
    }
    // The flash: slot B, and everything else as it was.
    const after = readFileSync(folder.path("after.bin"));
    const expected = Buffer.alloc(after.length, 0xff);
    expected.set(built.image);
    expected.set(withSequence(firmware, 1), map.slotB.offset);
    assert.ok(after.equals(expected));
    folder.remove();
  },
);
