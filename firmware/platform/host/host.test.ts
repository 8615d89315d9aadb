// The program on a PC: its command line, its errors, and scoring.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { errors, readContainer, readHeader } from "../../../models/index.ts";
import { negativeLogLikelihood } from "../../../models/likelihood.ts";
import { ReferenceEngine } from "../../../models/reference/engine.ts";
import { buildNative, converse, missingTools, runProgram, sanitized } from "../../engine/testing/native.ts";

const program = join(sanitized, "ternel-host");

describe("ternel-host", { skip: missingTools() }, () => {
  let folder = "";
  let model = "";
  before(() => {
    buildNative();
    folder = mkdtempSync(join(tmpdir(), "ternel-host-"));
    model = join(folder, "model.tern");
    writeFileSync(model, runProgram(join(sanitized, "ternel-tests"), ["--model", "4"]).output);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const check = (file: string) => {
    const { status, output, complaints } = runProgram(program, ["--model", file, "--check"], { seconds: 10 });
    return { status, reply: JSON.parse(output.toString()) as unknown, complaints };
  };

  it("says what a container is", () => {
    const { status, reply } = check(model);
    const { header } = readHeader(readFileSync(model));
    const { name, vocabulary, dimension, layers, intermediate, columnAlign, totalBytes } = header;
    assert.equal(status, 0);
    assert.deepEqual(reply, { ok: true, name, vocabulary, dimension, layers, intermediate, columnAlign, totalBytes });
  });

  it("names the error of a file that it cannot use", () => {
    const short = join(folder, "short.tern");
    writeFileSync(short, "TERN");
    const pipe = join(folder, "pipe.tern");
    assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
    const huge = join(folder, "huge.tern"); // sparse: it takes no room on the disk
    writeFileSync(huge, "");
    truncateSync(huge, 2 ** 32);
    const cases = [
      [join(folder, "missing.tern"), "fileMissing"],
      [join(model, "inside-a-file"), "fileMissing"],
      [folder, "fileUnreadable"],
      [pipe, "fileUnreadable"],
      [short, "containerShort"],
      [huge, "containerTooLarge"],
    ] as const;
    for (const [file, error] of cases) {
      const { code, message } = errors[error];
      assert.deepEqual(check(file), { status: 1, reply: { error: { code, message } }, complaints: `${code} ${message}\n` });
    }
  });

  it("refuses a wrong command line with status 2", () => {
    for (const args of [[], ["--model"], ["--score"], ["--model", model, "--colour"]]) {
      const { status, complaints } = runProgram(program, args);
      assert.equal(status, 2);
      assert.match(complaints, /^usage: ternel-host --model FILE/);
    }
  });

  it("scores tokens as the reference does, each sequence from an empty state", () => {
    const container = readContainer(readFileSync(model));
    const engine = new ReferenceEngine(container);
    const sequences = [[0, 5, 200, 7, 7, 31], [12], [], [3, 2, 1, 255, 0]];
    const expected = sequences.flatMap((sequence) => {
      engine.reset();
      return sequence.slice(0, -1).map((token, i) => {
        const logits = engine.step(token);
        return negativeLogLikelihood(logits, 2 ** -container.fractions.logits, sequence[i + 1] ?? 0);
      });
    });
    const { status, output } = score(words(sequences.flatMap((sequence) => [sequence.length, ...sequence])));
    assert.equal(status, 0);
    const got = expected.map((_, i) => output.readDoubleLE(8 * i));
    assert.equal(output.length, 8 * expected.length);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs((got[i] ?? NaN) - value) < 1e-9 * (1 + value), `token ${i}`);
  });

  it("refuses scores of tokens that do not exist and of sequences that are cut", () => {
    const outside = score(words([2, 1, 1_000_000]));
    assert.deepEqual([outside.status, outside.complaints], [1, `${errors.engineToken.code} ${errors.engineToken.message}\n`]);
    for (const input of [words([3, 1, 2]), words([1, 1]).subarray(0, 7), Buffer.of(1)]) {
      const { status, complaints } = score(input);
      assert.deepEqual([status, complaints], [1, `${errors.argument.code} ${errors.argument.message}\n`]);
    }
  });

  it("answers on its console", () => {
    const [set, run] = converse(model, ['/prompt "a"']);
    assert.equal(set?.["event"], "ok");
    assert.equal(run?.["event"], "run");
  });

  const score = (input: Uint8Array) => runProgram(program, ["--model", model, "--score"], { input });
});

const words = (values: readonly number[]) => Buffer.from(Uint32Array.from(values).buffer);
