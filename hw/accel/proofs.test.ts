import assert from "node:assert/strict";
import { test } from "node:test";
import { elaborate, type Definition } from "../../gen/index.ts";
import { missingProofTools, prove, type ProveOptions } from "../../gen/verify/prove.ts";
import { roundingShiftProof, splitMultiplierProof, tritDecoderProof } from "./proofs.ts";
import { accumulatorWidth } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";
import { roundingShiftLatency } from "./rounding-shift.ts";
import { splitMultiplierLatency } from "./split-multiplier.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;

function proved(title: string, definition: () => Definition, options: ProveOptions): void {
  test(title, { skip }, async () => {
    const result = await prove(elaborate(definition()), options);
    assert.equal(result.status, "pass", JSON.stringify(result));
  });
}

proved("the trit decoder is its table", tritDecoderProof, { depth: 1 });

proved(
  "the rounding shift is S24(R(v, s)) for every product of the largest configuration",
  () => roundingShiftProof(accumulatorWidth(16384) + parameterWidths.mantissa),
  { depth: roundingShiftLatency + 2 },
);

proved("products are right for every small operand", () => splitMultiplierProof(8, 4, 4), { depth: splitMultiplierLatency + 1 });
