// The linters and formatters of every language, one test each: they take a minute of one core, and the tests have the other meanwhile.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lintChecks, runCheck } from "./lint.ts";

for (const check of lintChecks()) {
  test(check.name, { timeout: 600_000 }, () => {
    const { good, report } = runCheck(check, "pipe");
    assert.ok(good, report);
  });
}
