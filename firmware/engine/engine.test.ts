// The engine's C tests, fuzz harnesses and the damaged containers, all under AddressSanitizer and UndefinedBehaviorSanitizer.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { writeDamagedContainers } from "../../models/testing/write-damaged-containers.ts";
import { buildNative, missingTools, projectRoot, runProgram, sanitized } from "./testing/native.ts";

const unitTests = [
  ...["arena", "bitlinear", "checked", "container", "gates", "matvec_cpu", "numerics"],
  ...["pieces", "rmsnorm", "run", "sampler", "sha256_software", "tokenizer", "utf8"],
];

describe("engine", { skip: missingTools() }, () => {
  const tests = join(sanitized, "ternel-tests");
  let folder = "";
  before(() => {
    buildNative();
    folder = mkdtempSync(join(tmpdir(), "ternel-engine-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("has a unit test for each file that computes something", () => {
    const { output } = runProgram(tests, ["--list"]);
    assert.deepEqual(output.toString().trim().split("\n").sort(), unitTests);
  });

  for (const name of unitTests) {
    it(`passes its unit test ${name}`, () => {
      const { status, complaints } = runProgram(tests, [name]);
      assert.equal(status, 0, complaints);
    });
  }

  it("refuses every damaged container with the code of the TypeScript reader", () => {
    const count = writeDamagedContainers(folder);
    const expected = readFileSync(join(folder, "expected.txt"), "utf8").trim().split("\n");
    assert.equal(expected.length, count);
    const files = expected.map((line) => join(folder, line.split(" ")[0] ?? ""));
    const { status, output, complaints } = runProgram(tests, ["--open", ...files]);
    assert.equal(status, 0, complaints);
    const got = output.toString().trim().replaceAll(`${folder}/`, "").split("\n");
    assert.deepEqual(got, expected);
  });

  /** Replays the seeds and tries a bounded number of mutations; the input that ends a harness is left in build/host/fuzz. */
  const fuzz = (name: string, runs: number, seeds: readonly string[]) => {
    const last = join(projectRoot, `build/host/fuzz/last-${name}`);
    mkdirSync(join(projectRoot, "build/host/fuzz"), { recursive: true });
    const { status, complaints } = runProgram(join(sanitized, `fuzz-${name}`), [`-runs=${runs}`, `-last=${last}`, ...seeds]);
    assert.equal(status, 0, `${complaints}\nthe input is ${last}`);
  };
  const corpus = (name: string) => {
    const path = join(import.meta.dirname, "fuzz/corpus", name);
    return readdirSync(path).map((file) => join(path, file));
  };

  it("survives mutated containers, and runs those that it opens", () => {
    const seeds = [1, 5, 9].map((seed) => {
      const file = join(folder, `seed-${seed}.tern`);
      writeFileSync(file, runProgram(tests, ["--model", String(seed)]).output);
      return file;
    });
    fuzz("container", 2000, seeds);
  });
  it("survives mutated texts", () => {
    fuzz("tokenizer", 5000, corpus("tokenizer"));
  });
  it("survives mutated console input", () => {
    fuzz("console", 2000, corpus("console"));
  });
});
