import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { configurations } from "../boards/configuration.ts";
import { stage0Header } from "../boards/stage-header.ts";
import { defaultModel } from "../cli/options.ts";
import { errorList } from "../models/errors.ts";
import { skipWithout, socTools } from "../test/tools.ts";
import { buildHarness, config, exitWith, finished, probe, runHarness, runProbe, startHarness } from "./testing/harness.ts";

const { memory, flash, dramLayout } = configurations[config];
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the harness's errors are those of models/errors.ts", () => {
  const table = readFileSync(new URL("error.h", import.meta.url), "utf8").matchAll(/ErrorKind (\w+) = \{"(E\d+)", "(.*)"\}/g);
  const kinds = [...table].map(([, name, code, message]) => ({ name, code, message }));
  assert.ok(kinds.length > 0);
  for (const kind of kinds) {
    const entry = errorList.find(({ name }) => name === kind.name);
    assert.deepEqual({ name: entry?.name, code: entry?.code, message: entry?.message }, kind);
  }
});

suite("the simulator", { skip: skipWithout(...socTools), timeout: 900_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "ternel-harness-"));
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  before(() => buildHarness());
  after(() => {
    rmSync(folder, { recursive: true });
  });

  test("the flash model's unit tests", () => {
    const tests = spawnSync("build/host/flash-model-test", { encoding: "utf8" });
    assert.equal(tests.status, 0, tests.stdout);
  });

  test("every byte passes the serial line unchanged, and the firmware's code is the exit status", async () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const echoes = [...all].flatMap((byte) => [...ascii("e"), byte]);
    const end = await runProbe(["--status"], Uint8Array.of(...echoes, ...exitWith(42)));
    assert.deepEqual(end.output, Buffer.from([...ascii("!"), ...all]));
    assert.equal(end.status, 42);
    assert.match(end.errors, /^ternel-sim: \d+ cycles, .* kHz, exit status 42\n$/);
  });

  test("the boot mode arrives", async () => {
    const preload = ["--preload-dram", `${dramLayout.model.origin}:${defaultModel()}`];
    for (const mode of ["0", "1", "2", "3"]) {
      const end = await runProbe(["--boot-mode", mode, ...preload], Uint8Array.of(...ascii("m"), ...exitWith(0)));
      assert.deepEqual([...end.output], [0x21, Number(mode)]);
    }
  });

  test("preloaded files are where the CPU sees them, in every column, bank and row; the rest of DRAM is zero", async () => {
    const bytes = Uint8Array.from({ length: 40_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
    const last = memory.mainRam.bytes - 3;
    const preload = (offset: number, name: string, content: Uint8Array) => [
      "--preload-dram",
      `0x${(memory.mainRam.origin + offset).toString(16)}:${file(name, content)}`,
    ];
    const options = [...preload(5, "first", bytes), ...preload(last, "last", Uint8Array.of(1, 2, 3))];
    const offsets = [0, 4, 5, 6, 15, 16, 100, 2047, 2048, 2053, 16384, 39_999, 40_004, 40_005, last - 1, last, last + 2];
    const expected = offsets.map((offset) => (offset < last ? (bytes[offset - 5] ?? 0) : offset - last + 1));
    const reads = offsets.flatMap((offset) => [...ascii("r"), ...[0, 8, 16, 24].map((shift) => (offset >> shift) & 0xff)]);
    const end = await runProbe(options, Uint8Array.of(...reads, ...exitWith(0)));
    assert.deepEqual([...end.output].slice(1), expected);
  });

  test("the flash is saved as it was, erased behind the image", async () => {
    const saved = join(folder, "saved");
    const end = await runProbe(["--save-flash", saved], exitWith(0));
    assert.equal(end.status, 0);
    const image = readFileSync(probe);
    const contents = readFileSync(saved);
    assert.equal(contents.length, flash.bytes);
    assert.deepEqual(contents.subarray(0, image.length), image);
    assert.ok(contents.subarray(image.length).every((byte) => byte === 0xff));
  });

  test("--max-cycles ends what does not end by itself", async () => {
    const end = await runHarness(["--flash", probe, "--max-cycles", "5000", "--status"]);
    assert.equal(end.status, 124);
    assert.match(end.errors, /gave up after 5000 cycles\n.*: 5000 cycles/);
  });

  test("a signal ends the simulation in order: the flash is saved", async () => {
    const saved = join(folder, "signal");
    const child = startHarness(["--flash", probe, "--save-flash", saved]);
    child.stdout.once("data", () => child.kill("SIGTERM"));
    assert.equal((await finished(child)).status, 130);
    assert.equal(readFileSync(saved).length, flash.bytes);
  });

  test("the serial line on a TCP port, one connection after the other", async () => {
    const child = startHarness(["--flash", probe, "--uart", "tcp:0"]);
    const end = finished(child);
    const { promise: port, resolve } = Promise.withResolvers<number>();
    child.stderr.on("data", (text: Buffer) => {
      resolve(Number(/127\.0\.0\.1:(\d+)/.exec(text.toString())?.[1]));
    });
    const talk = async (bytes: Uint8Array, answerBytes: number): Promise<number[]> => {
      const socket = connect(await port, "127.0.0.1");
      socket.write(bytes);
      const answer: number[] = [];
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        answer.push(...chunk);
        if (answer.length >= answerBytes) break;
      }
      socket.destroy();
      return answer;
    };
    // The probe's first byte was sent before anybody was there to hear it.
    assert.deepEqual(await talk(Uint8Array.of(...ascii("e"), 0xff), 2), [0x21, 0xff]);
    assert.deepEqual(await talk(Uint8Array.of(...ascii("e"), 0x00), 1), [0x00]);
    await talk(exitWith(5), 1);
    assert.equal((await end).status, 5);
  });

  test("the serial line on a pseudo-terminal", async () => {
    const child = startHarness(["--flash", probe, "--uart", "pty"]);
    const end = finished(child);
    const { promise: path, resolve } = Promise.withResolvers<string>();
    child.stderr.on("data", (text: Buffer) => {
      resolve(/on (\S+)\n/.exec(text.toString())?.[1] ?? "");
    });
    const terminal = openSync(await path, constants.O_RDWR | constants.O_NOCTTY);
    writeSync(terminal, Uint8Array.of(...ascii("e"), 0x03, ...ascii("e"), 0x0d));
    const answer = Buffer.alloc(3);
    for (let read = 0; read < answer.length;) read += readSync(terminal, answer, read, answer.length - read, null);
    assert.deepEqual([...answer], [0x21, 0x03, 0x0d]); // neither Ctrl+C nor carriage return mean anything to the line
    writeSync(terminal, exitWith(6));
    assert.equal((await end).status, 6);
    closeSync(terminal);
  });

  test("a wrong command line is one clear line and exit status 2", async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /--flash: missing/],
      [["--flash"], /--flash: a value is missing/],
      [["--flsh", probe], /unknown argument '--flsh'/],
      [["--flash", probe, "--uart", "usb"], /--uart: 'usb' is not stdio, pty or tcp:PORT/],
      [["--flash", probe, "--uart", "tcp:65536"], /'65536' is not a number from 0 to 65535/],
      [["--flash", probe, "--max-cycles", "-1"], /'-1' is not a number/],
      [["--flash", probe, "--max-cycles", "10k"], /'10k' is not a number/],
      [["--flash", probe, "--boot-mode", "99999999999999999999"], /is not a number from 0 to 3/],
      [["--flash", probe, "--preload-dram", "0x40000000"], /is not ADDR:FILE/],
    ];
    for (const [options, message] of cases) {
      const end = await runHarness(options);
      assert.match(end.errors, message);
      assert.match(end.errors, /^ternel-sim: .*\nternel-sim: see --help\n$/);
      assert.equal(end.status, 2);
    }
    assert.match((await runHarness(["--help"])).output.toString(), /^Usage: ternel-sim --flash IMAGE/);
  });

  test("files that are missing, too large, of no or of another build are refused with their codes", async () => {
    const image = Uint8Array.from(readFileSync(probe));
    const other = Uint8Array.from(image);
    const buildIdAt = flash.map.stage0.offset + stage0Header.buildId.offset;
    other[buildIdAt] = (other[buildIdAt] ?? 0) ^ 1;
    const end = memory.mainRam.origin + memory.mainRam.bytes;
    const model = dramLayout.model.origin;
    const damaged = Uint8Array.from(readFileSync(defaultModel()));
    damaged[1000] = (damaged[1000] ?? 0) ^ 1;
    const cases: readonly (readonly [readonly string[], string])[] = [
      [["--flash", join(folder, "none")], "E4001"],
      [["--flash", folder], "E4002"],
      [["--flash", file("large", new Uint8Array(flash.bytes + 1))], "E4005"],
      [["--flash", file("empty", new Uint8Array(0))], "E4004"],
      [["--flash", file("other", other)], "E1504"],
      [["--flash", probe, "--preload-dram", `${memory.mainRam.origin - 1}:${probe}`], "E4005"],
      [["--flash", probe, "--preload-dram", `${end}:${probe}`], "E4005"],
      [["--flash", probe, "--preload-dram", `${end - image.length + 1}:${probe}`], "E4005"],
      [["--flash", probe, "--preload-dram", `${memory.mainRam.origin}:${join(folder, "none")}`], "E4001"],
      [["--flash", probe, "--boot-mode", "2"], "E4004"],
      [["--flash", probe, "--boot-mode", "2", "--preload-dram", `${model}:${file("damaged", damaged)}`], "E1203"],
      [["--flash", probe, "--trace", join(folder, "wave.fst")], "E4005"],
      [["--flash", probe, "--save-flash", join(folder, "none", "saved"), "--max-cycles", "10"], "E4003"],
    ];
    for (const [options, code] of cases) {
      const refused = await runHarness(options);
      assert.match(refused.errors, new RegExp(`(^|\n)${code} .*\n$`));
      assert.equal(refused.status, 1);
    }
  });
});
