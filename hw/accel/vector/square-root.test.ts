import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../../gen/index.ts";
import { squareRoot, squareRootCycles } from "./square-root.ts";

function bench(width: number) {
  const { engine } = simulate(elaborate(squareRoot(width)));
  return (radicand: number): number => {
    engine.setInput("start", 1);
    engine.step();
    engine.setInput("start", 0);
    for (let pair = width - 1; pair >= 0; pair--) {
      if (engine.get("busy") !== 1n || engine.get("done") !== 0n) assert.fail("busy until it is done");
      engine.setInput("digits", Math.floor(radicand / 4 ** pair) % 4);
      engine.step();
    }
    assert.deepEqual([engine.get("done"), engine.get("busy")], [1n, 0n]);
    return Number(engine.get("root"));
  };
}

/** root^2 <= radicand < (root + 1)^2. */
function isRoot(root: number, radicand: number): boolean {
  return root * root <= radicand && radicand < (root + 1) * (root + 1);
}

test("every radicand of 16 bits", () => {
  const root = bench(8);
  for (let radicand = 0; radicand < 2 ** 16; radicand++)
    if (!isRoot(root(radicand), radicand)) assert.fail(`sqrt ${radicand} is not ${root(radicand)}`);
});

test("radicands of 32 bits around squares", () => {
  const root = bench(16);
  for (let exact = 1; exact < 2 ** 16; exact += 97) {
    for (const radicand of [exact * exact - 1, exact * exact, exact * exact + 2 * exact])
      assert.ok(isRoot(root(radicand), radicand), `sqrt ${radicand}`);
  }
  for (const radicand of [2 ** 30, 2 ** 30 - 1, 2 ** 32 - 1, 65535 * 65535]) assert.ok(isRoot(root(radicand), radicand));
});

test(`any radicand of 32 bits, in ${squareRootCycles(16)} cycles`, () => {
  const root = bench(16);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (radicand) => isRoot(root(radicand), radicand)),
    { numRuns: 500 },
  );
});
