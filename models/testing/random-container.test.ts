import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readContainer, unpackTrits } from "../container.ts";
import { ReferenceEngine } from "../reference/engine.ts";
import { isPublicShapeName, publicContainer, publicShapes } from "./public-shapes.ts";
import { randomContainer } from "./random-container.ts";

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("the same bytes for the same shape and seed, others for another seed", () => {
  const shape = { dimension: 70, intermediate: 90, layers: 2, vocabulary: 300 };
  const [one, same, other] = [1, 1, 2].map((seed) => randomContainer("random", shape, seed)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  assert.equal(hash(one), hash(same));
  assert.notEqual(hash(one), hash(other));
});

test("trits are -1, 0 and 1 equally often; padding is 0", () => {
  const { rows, columns, packed } = readContainer(
    randomContainer("random", { dimension: 70, intermediate: 300, layers: 1, vocabulary: 301 }, 3),
  ).head.matrix;
  const counts = new Map<number, number>();
  for (const trit of unpackTrits(packed, rows, columns)) counts.set(trit, (counts.get(trit) ?? 0) + 1);
  for (const trit of [-1, 0, 1]) assert.ok(Math.abs((counts.get(trit) ?? 0) / (rows * columns) - 1 / 3) < 0.01);
  const padded = unpackTrits(packed, 5 * Math.ceil(rows / 5), 128);
  padded.forEach((trit, i) => {
    if (i >= rows * 128 || i % 128 >= columns) assert.equal(trit, 0);
  });
});

test("vectors of a public shape neither saturate nor vanish", () => {
  const folder = mkdtempSync(join(tmpdir(), "ternel-shapes-"));
  try {
    const path = publicContainer("block512", folder);
    const model = readContainer(readFileSync(path));
    assert.deepEqual([model.dimension, model.intermediate, model.layers.length], [512, 1536, 1]);
    const engine = new ReferenceEngine(model, (tensor, vector) => {
      const size = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0) / vector.length);
      assert.ok(size > 2 ** 13 && size < 2 ** 19, `${tensor}: ${size}`);
      assert.ok(
        vector.every((value) => Math.abs(value) < 2 ** 23 - 1),
        `${tensor} saturates`,
      );
    });
    for (const token of [0, 72, 101, 108]) engine.step(token);
    assert.equal(publicContainer("block512", folder), path);
    assert.equal(readdirSync(folder).length, 1, "made once");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the names that a command line may give", () => {
  assert.ok(isPublicShapeName("370M") && isPublicShapeName("1.3B-layer"));
  assert.ok(!isPublicShapeName("toString") && !isPublicShapeName("370m"));
  assert.deepEqual(publicShapes["2.7B"], { dimension: 2560, intermediate: 6912, layers: 32, vocabulary: 32_000 });
});
