// `ternel upload` against a machine of this test at the far end of a pseudo-terminal: a flash in memory behind the console's protocol,
// on a line that damages, loses and delays. The real console and flash are in test/upload.test.ts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { TernelError } from "../models/errors.ts";
import { skipWithout } from "../test/tools.ts";
import { openSerialSession, type SerialSession } from "./serial/serial-session.ts";
import { openPseudoTerminal, type PseudoTerminal } from "./serial/testing/pseudo-terminal.ts";
import { describeFlash, upload } from "./upload.ts";

const python = { skip: skipWithout("python3"), timeout: 60_000 };
const sector = 4096;
const region = { offset: 64 * 1024, bytes: 192 * 1024, writable: true };

/** What a line may do to a command on its way; undefined loses it. */
type Damage = (line: string, count: number) => string | undefined;

/** The far end: `/flash` and `/set` as firmware/console/flash.c answers them, over a flash that starts with random bytes. */
class Machine {
  readonly flash = Buffer.from(Array.from({ length: 256 * 1024 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
  readonly commands: string[] = [];
  readonly erased: number[][] = [];
  private readonly terminal: PseudoTerminal;
  private readonly damage: Damage;
  private readonly sectorBuffer = Buffer.alloc(sector);
  private pending = "";

  constructor(terminal: PseudoTerminal, damage: Damage = (line) => line) {
    this.terminal = terminal;
    this.damage = damage;
    terminal.onBytes((bytes) => {
      this.pending += bytes.toString("latin1");
      for (let end = this.pending.indexOf("\n"); end >= 0; end = this.pending.indexOf("\n")) {
        const sent = this.pending.slice(0, end);
        this.pending = this.pending.slice(end + 1);
        const line = this.damage(sent.slice(sent.lastIndexOf("\x03") + 1), this.commands.length);
        this.commands.push(sent);
        if (line !== undefined) this.answer(line);
      }
    });
  }

  private reply(value: object): void {
    this.terminal.print(`\x1e${JSON.stringify(value)}\n`);
  }

  private refuse(code: string, message: string): void {
    this.reply({ error: { code, message } });
  }

  private answer(line: string): void {
    const [command, what = "", first = "", second = "", third = ""] = line.split(" ");
    const at = Number(first);
    const done = () => {
      this.reply({ event: "ok", command: "/flash", what, at });
    };
    if (command === "/set") this.reply({ event: "ok", command: "/set" });
    else if (command !== "/flash") this.refuse("E3105", "console: unknown command");
    else if (what === "") {
      const regions = { model: region, slotA: { ...region, writable: false } };
      this.reply({ event: "flash", id: "ef7018", slot: "slotA", sequence: 4, regions });
    } else if (what === "hash") {
      const bytes = this.flash.subarray(at, at + Number(second));
      this.reply({ event: "hash", at, sha256: createHash("sha256").update(bytes).digest("hex") });
    } else if (what === "erase") {
      this.erased.push([at, Number(second)]);
      this.flash.fill(0xff, at, at + Number(second));
      done();
    } else if (what === "fill") {
      const piece = Buffer.from(third, "base64");
      piece.copy(this.sectorBuffer, at);
      if (crc32(piece) === Number(second)) done();
      else this.refuse("E3108", "upload: bytes damaged on the way");
    } else if (what === "write") {
      if (createHash("sha256").update(this.sectorBuffer).digest("base64") !== second) {
        this.refuse("E3108", "upload: bytes damaged on the way");
      } else {
        this.sectorBuffer.copy(this.flash, at);
        done();
      }
    } else this.refuse("E3106", "console: value missing or out of range");
  }
}

/** A pseudo-terminal, a machine, a session; all of it gone at the end. */
async function withMachine(
  damage: Damage | undefined,
  action: (session: SerialSession, machine: Machine, terminal: PseudoTerminal) => Promise<void>,
): Promise<void> {
  const terminal = await openPseudoTerminal();
  try {
    const machine = new Machine(terminal, damage);
    const session = await openSerialSession({ path: terminal.path, baud: 115_200, silenceLimit: 1, bootLimit: 10 });
    await action(session, machine, terminal).finally(session.close);
  } finally {
    await terminal.remove();
  }
}

/** 150 KiB and a bit: two whole blocks and a part. */
const content = Buffer.from(Array.from({ length: 150 * 1024 + 77 }, (_, i) => (i * 7 + (i >> 9)) & 0xff));

const held = (machine: Machine): Buffer => machine.flash.subarray(region.offset, region.offset + content.length);

test("all of it, then nothing, then only the sectors that changed; header erased first and written last", python, async () => {
  await withMachine(undefined, async (session, machine) => {
    const flash = await describeFlash(session);
    assert.deepEqual([flash.id, flash.slot, flash.sequence], ["ef7018", "slotA", 4]);
    const before = Buffer.from(machine.flash);
    const all = await upload(session, flash.region("model"), content);
    assert.deepEqual(all, { bytes: content.length, sectors: 38, written: 38 });
    assert.deepEqual(held(machine), content);
    assert.ok(machine.flash.subarray(0, region.offset).equals(before.subarray(0, region.offset)));
    assert.deepEqual(machine.erased[0], [region.offset, sector]);
    assert.deepEqual(machine.erased.slice(1), [[region.offset + 65_536, 65_536]], "blocks that differ entirely, but for the first");
    const writes = machine.commands.filter((line) => line.startsWith("/flash write")).map((line) => Number(line.split(" ")[2]));
    assert.equal(writes.at(-1), region.offset);

    assert.equal((await upload(session, flash.region("model"), content)).written, 0);
    const changed = Buffer.from(content);
    changed[100_000] = (changed[100_000] ?? 0) ^ 1;
    // The one that changed, and the header: erased, so that a half-done upload is not taken for a whole one.
    machine.erased.length = 0;
    assert.equal((await upload(session, flash.region("model"), changed)).written, 2);
    assert.deepEqual(held(machine), changed);
    assert.deepEqual(machine.erased, [[region.offset, sector]]);
    assert.equal(session.repetitions(), 0);
  });
});

test("a line that damages, loses and garbles commands", python, async () => {
  const damage: Damage = (line, count) => {
    if (count < 3) return line;
    if (count % 23 === 0) return undefined;
    if (count % 11 === 0) return line.replace("flash", "fl#sh");
    return count % 7 === 0 && line.startsWith("/flash fill") ? line.replace(/.(?=.$)/, "A") : line;
  };
  await withMachine(damage, async (session, machine) => {
    const small = content.subarray(0, 40_000);
    await upload(session, (await describeFlash(session)).region("model"), small);
    assert.deepEqual(machine.flash.subarray(region.offset, region.offset + small.length), small);
    assert.ok(session.repetitions() > 3);
  });
});

test(
  "pulled out in the middle: one clear error, nothing that looks whole, and the rest is sent the next time",
  python,
  async () => {
    const terminal = await openPseudoTerminal();
    const again = await openPseudoTerminal();
    try {
      let writes = 0;
      const machine = new Machine(terminal, (line) => {
        if (line.startsWith("/flash write") && ++writes === 10) void terminal.remove();
        return line;
      });
      const open = (path: string) => openSerialSession({ path, baud: 115_200, silenceLimit: 2, bootLimit: 10 });
      const first = await open(terminal.path);
      await assert.rejects(
        upload(first, region, content).finally(first.close),
        (error) => error instanceof TernelError && (error.error === "serialLost" || error.error === "serialSilent"),
      );
      assert.ok(machine.flash.subarray(region.offset, region.offset + sector).every((byte) => byte === 0xff));
      const next = new Machine(again);
      machine.flash.copy(next.flash);
      const second = await open(again.path);
      const result = await upload(second, region, content).finally(second.close);
      assert.ok(result.written <= 38 - 9 && result.written > 20, String(result.written));
      assert.deepEqual(held(next), content);
    } finally {
      await terminal.remove();
      await again.remove();
    }
  },
);

test("a machine that does not answer, and one that refuses", python, async () => {
  const terminal = await openPseudoTerminal();
  try {
    await assert.rejects(
      openSerialSession({ path: terminal.path, baud: 115_200, silenceLimit: 1, bootLimit: 1 }),
      (error) => error instanceof TernelError && error.error === "serialSilent",
    );
  } finally {
    await terminal.remove();
  }
  await withMachine(
    (line) => (line.startsWith("/flash write") ? "/flash nonsense" : line),
    async (session) => {
      await assert.rejects(
        upload(session, region, content.subarray(0, 5000)),
        (error) => error instanceof TernelError && error.error === "consoleValue",
      );
      assert.ok(session.repetitions() >= 4);
    },
  );
});
