import assert from "node:assert/strict";
import { test } from "node:test";
import { TernelError } from "../errors.ts";
import { damagedContainers } from "../testing/damaged-containers.ts";
import { readContainer } from "./read.ts";

function outcome(bytes: Uint8Array): string | undefined {
  try {
    readContainer(bytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof TernelError)) throw error;
    return error.error;
  }
}

test("every damaged container is refused with its own error", () => {
  const corpus = damagedContainers();
  const wrong = corpus
    .map(({ name, bytes, error }) => ({ name, expected: error, actual: outcome(bytes) }))
    .filter(({ expected, actual }) => expected !== actual);
  assert.deepEqual(wrong, []);
  assert.ok(corpus.length > 1000);
  assert.equal(new Set(corpus.map(({ name }) => name)).size, corpus.length, "names are unique");
});

test("the corpus reaches every error of the container", async () => {
  const { containerErrors } = await import("../errors/container-errors.ts");
  const reached = new Set(damagedContainers().map(({ error }) => error));
  const unreached = Object.keys(containerErrors).filter((name) => !name.startsWith("image") && !reached.has(name as never));
  assert.deepEqual(unreached, []);
});
