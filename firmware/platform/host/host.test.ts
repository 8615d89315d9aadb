// The program on a PC: its command line, its errors, and scoring.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { errors, readContainer, readHeader, runReference } from "../../../models/index.ts";
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

  it("is a library, too: a program of its own with every core", () => {
    const source = join(folder, "program.c");
    const linked = join(folder, "program");
    writeFileSync(
      source,
      `#include <stdio.h>
       #include <stdlib.h>
       #include "model_file.h"
       #include "native_backend.h"

       int main(int count, char **words) {
           static struct native_backend native;
           struct model_file file;
           struct ternel_container container;
           struct ternel_engine engine;
           struct ternel_run run;
           size_t bytes;
           void *arena = NULL;
           if (count != 2 || model_file_open(words[1], &file) != TERNEL_OK ||
               ternel_container_open(&container, file.bytes, file.size, NULL) != TERNEL_OK ||
               ternel_engine_memory(&container, &bytes) != TERNEL_OK || posix_memalign(&arena, 64, bytes) != 0 ||
               ternel_engine_init(&engine, &container, arena, bytes, &ternel_backend_cpu) != TERNEL_OK ||
               native_backend_open(&native, &container, native_kernel(NULL), worker_threads_available()) != TERNEL_OK) {
               return 1;
           }
           ternel_engine_use(&engine, &native.forward.backend);
           if (ternel_run_start(&run, &engine, 0, 1000, 1, NULL) != TERNEL_OK) {
               return 1;
           }
           for (int i = 0; i < 5; i++) {
               uint32_t token;
               bool end;
               if (ternel_run_next(&run, &token, &end) != TERNEL_OK) {
                   return 1;
               }
               printf("%u\\n", end ? 0 : token);
           }
           native_backend_close(&native);
           model_file_close(&file);
           free(arena);
           return 0;
       }`,
    );
    const includes = ["firmware/engine", "firmware/kernels", "firmware/platform/host", "build/host/generated"].map(
      (path) => `-I${path}`,
    );
    const compiled = runProgram("gcc", [
      ...["-std=c11", "-D_POSIX_C_SOURCE=200809L", ...includes, source, "firmware/platform/host/model_file.c"],
      ...["build/host/libternel.a", "-pthread", "-o", linked],
    ]);
    assert.equal(compiled.status, 0, compiled.complaints);
    const { status, output } = runProgram(linked, [model]);
    const container = readContainer(readFileSync(model));
    const { tokens } = runReference(container, { prompt: "", tokens: 5, temperature: 0, topP: 1000, seed: 1n });
    assert.equal(status, 0);
    const got = output.toString().trim().split("\n").map(Number);
    assert.deepEqual(got.slice(0, tokens.length), tokens);
  });

  it("refuses kernels that it does not have, and cores that there cannot be", () => {
    for (const options of [["--kernel", "none"], ["--threads", "0"], ["--threads", "257"], ["--threads", "2x"], ["--kernel"]]) {
      const { status, complaints } = runProgram(program, ["--model", model, ...options]);
      assert.equal(status, 2, options.join(" "));
      assert.match(complaints, /\nkernels here: cpu plain/);
    }
  });

  const score = (input: Uint8Array) => runProgram(program, ["--model", model, "--score"], { input });
});

const words = (values: readonly number[]) => Buffer.from(Uint32Array.from(values).buffer);
