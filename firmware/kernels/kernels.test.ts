// The kernels' C tests under AddressSanitizer and UndefinedBehaviorSanitizer, and every kernel's tokens and logits against the
// TypeScript reference. A kernel that this processor cannot run is a test that says so.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { readContainer, runReference, type RunRequest } from "../../models/index.ts";
import { buildNative, converse, missingTools, projectRoot, runProgram, sanitized } from "../engine/testing/native.ts";

const unitTests = ["cpu-features", "float-modes", "forward", "matrices", "streaming", "vectors", "workers"];
const kernels = ["plain", "sse41", "avx2", "avx512", "avx512-vnni"];

describe("kernels", { skip: missingTools() }, () => {
  const tests = join(sanitized, "kernel-tests");
  const runs = new Map<string, boolean>();
  let folder = "";
  before(() => {
    buildNative();
    folder = mkdtempSync(join(tmpdir(), "ternel-kernels-"));
    for (const line of runProgram(tests, ["--kernels"]).output.toString().trim().split("\n")) {
      const [name = "", able] = line.split(" ");
      runs.set(name, able === "runs");
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("has a unit test for each part", () => {
    assert.deepEqual(runProgram(tests, ["--list"]).output.toString().trim().split("\n").sort(), unitTests);
  });

  for (const name of unitTests) {
    it(`passes its unit test ${name}`, () => {
      const { status, complaints } = runProgram(tests, [name], { seconds: 240 });
      assert.equal(status, 0, complaints);
    });
  }

  for (const name of ["workers", "forward"]) {
    it(`has no data race in ${name}`, () => {
      const { status, complaints } = runProgram(join(projectRoot, "build/host/threads/kernel-tests"), [name], { seconds: 240 });
      assert.equal(status, 0, complaints);
    });
  }

  // Prompts of several groups of tokens, and one whose last group is full.
  const sentence = "Once upon a time there was a little dog who liked to run in the park with his friend. ";
  const requests: RunRequest[] = [
    { prompt: "Once upon a time", tokens: 24, temperature: 0, topP: 1000, seed: 1n },
    { prompt: sentence.repeat(8), tokens: 8, temperature: 700, topP: 900, seed: 5n },
    { prompt: "", tokens: 8, temperature: 1000, topP: 1000, seed: 2n ** 64n - 1n },
  ];
  const decimal = (thousandths: number) => (thousandths / 1000).toFixed(3);
  const lines = requests.flatMap(({ prompt, tokens, temperature, topP, seed }) => [
    ...[`/temp ${decimal(temperature)}`, `/topp ${decimal(topP)}`, `/seed ${seed}`, `/tokens ${tokens}`],
    `/prompt ${JSON.stringify(prompt)}`,
  ]);
  const answers = (file: string, options: readonly string[]) =>
    converse(file, lines, options)
      .filter(({ event }) => event === "run")
      .map(({ tokens, text, stop, promptTokens, logitsHash }) => ({ tokens, text, stop, promptTokens, logitsHash }));

  for (const kernel of kernels) {
    it(`gives the reference's tokens and logits with ${kernel}`, (context) => {
      if (runs.get(kernel) !== true) {
        context.skip(`this processor lacks ${kernel}`);
        return;
      }
      const random = join(folder, "random.tern");
      writeFileSync(random, runProgram(join(sanitized, "ternel-tests"), ["--model", "6"]).output);
      for (const file of [join(projectRoot, "models/zoo/stories-1m.tern"), random]) {
        const model = readContainer(readFileSync(file));
        const expected = requests.map((request) => runReference(model, request));
        for (const threads of ["1", "2", "3"]) {
          assert.deepEqual(answers(file, ["--kernel", kernel, "--threads", threads]), expected);
        }
      }
    });
  }

  const clang = spawnSync("clang", ["--version"]).status === 0;
  it(
    "needs no more than memcpy, memset and the mark of floats outside the engine when compiled for UEFI",
    { skip: clang ? false : "needs clang" },
    () => {
      writeFileSync(
        join(folder, "string.h"),
        "#include <stddef.h>\nvoid *memcpy(void *, const void *, size_t);\nvoid *memset(void *, int, size_t);\n",
      );
      const avx512 = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl"];
      const instructions: Record<string, string[]> = {
        "kernel_sse41.c": ["-msse4.1"],
        "kernel_avx2.c": ["-mavx2"],
        "kernel_avx512.c": avx512,
        "kernel_avx512_vnni.c": [...avx512, "-mavx512vnni"],
      };
      const target = ["-target", "x86_64-unknown-windows", "-ffreestanding", "-fshort-wchar", "-mno-red-zone", "-U_MSC_VER"];
      const options = [...target, "-mno-stack-arg-probe", "-fno-stack-protector", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"];
      const includes = [
        "-I",
        folder,
        ...["firmware/engine", "firmware/kernels", "build/host/generated"].flatMap((path) => ["-I", path]),
      ];
      const outside = new Set<string>();
      for (const name of readdirSync(import.meta.dirname).filter((file) => file.endsWith(".c") && !file.endsWith("_test.c"))) {
        const object = join(folder, `${name}.obj`);
        const file = join("firmware/kernels", name);
        const compiled = runProgram("clang", [...options, ...(instructions[name] ?? []), ...includes, "-c", file, "-o", object]);
        assert.equal(compiled.status, 0, compiled.complaints);
        for (const line of runProgram("nm", ["-u", object]).output.toString().split("\n"))
          outside.add(line.trim().replace(/^U /, ""));
      }
      assert.deepEqual([...outside].filter((symbol) => !/^(ternel_.*)?$/.test(symbol)).sort(), ["_fltused", "memcpy", "memset"]);
    },
  );

  it("goes on with another engine in the middle of a conversation", () => {
    const file = join(projectRoot, "models/zoo/stories-1m.tern");
    const replies = converse(file, ["/tokens 8", "/temp 0", '/prompt "The"', "/set engine cpu", '/prompt "The"', "/info"]);
    const [first, second] = replies.filter(({ event }) => event === "run");
    assert.equal(first?.["logitsHash"], second?.["logitsHash"]);
    assert.equal(replies.find(({ event }) => event === "info")?.["engine"], "cpu");
  });
});
