import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, type Definition } from "../../../gen/index.ts";
import { missingProofTools, prove, type ProveOptions } from "../../../gen/verify/prove.ts";
import { roundingShiftProof } from "../proofs.ts";
import { roundingShiftLatency } from "../rounding-shift.ts";
import { dividerCycles } from "./divider.ts";
import { laneProductWidth } from "./lane-multiplier.ts";
import { dividerProof, sigmoidArgumentProof, squareRootProof, stepsProof } from "./proofs.ts";
import { sigmoidArgumentLatency } from "./sigmoid.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;

function proved(title: string, definition: () => Definition, options: ProveOptions): void {
  test(title, { skip }, async () => {
    const result = await prove(elaborate(definition()), { name: `vector ${title}`, ...options });
    assert.equal(result.status, "pass", JSON.stringify(result));
  });
}

proved("the second shift of a lane is S24(R(v, s))", () => roundingShiftProof(laneProductWidth), {
  depth: roundingShiftLatency + 2,
});

proved("the square root is exact at 32 bits", () => squareRootProof(16, false), { depth: 2 });

// The width in use, 16 bits, is proved by proofs.full.test.ts.
proved("the divider is exact at 8 bits", () => dividerProof(8, false), { depth: 2 });

proved("a division takes its cycles", () => stepsProof("divider", 16), { mode: "bmc", depth: 2 * dividerCycles(16) + 4 });

proved("the sigmoid's argument is min(|R(z, f - 12)|, 65535)", sigmoidArgumentProof, { depth: sigmoidArgumentLatency + 2 });
