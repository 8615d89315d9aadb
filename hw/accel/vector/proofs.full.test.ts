/** The proofs of proofs.test.ts that take longer, about two minutes together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, type Definition } from "../../../gen/index.ts";
import { missingProofTools, prove, type ProveOptions } from "../../../gen/verify/prove.ts";
import { roundingShiftProof } from "../proofs.ts";
import { roundingShiftLatency } from "../rounding-shift.ts";
import { dividerCycles } from "./divider.ts";
import { dividerProof, squareRootProof, stepsProof } from "./proofs.ts";
import { squareRootCycles } from "./square-root.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;

function proved(title: string, definition: () => Definition, options: ProveOptions): void {
  test(title, { skip }, async () => {
    const result = await prove(elaborate(definition()), { name: `vector ${title}`, ...options });
    assert.equal(result.status, "pass", JSON.stringify(result));
  });
}

proved("the divider is exact at 16 bits", () => dividerProof(16, false), { depth: 2 });

// From a start in any of the first cycles; the solver does not get further than these widths with products of two unknowns.
proved("at 6 bits, the divider's sum is quotient * divisor", () => dividerProof(6, true), {
  mode: "bmc",
  depth: dividerCycles(6) + 2,
});
proved("at 16 bits, the root's sum is its square", () => squareRootProof(8, true), { mode: "bmc", depth: squareRootCycles(8) + 2 });

proved("a root takes its cycles", () => stepsProof("squareRoot", 16), { mode: "bmc", depth: 2 * squareRootCycles(16) + 4 });

proved("the first shift of a lane is R(v, s) modulo 2^24", () => roundingShiftProof(46, { shiftWidth: 5, saturates: false }), {
  depth: roundingShiftLatency + 2,
});
