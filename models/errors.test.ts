import assert from "node:assert/strict";
import { test } from "node:test";
import { emitErrorsHeader, errorList, TernelError } from "./errors.ts";

test("codes are well formed, unique and ascending", () => {
  const codes = errorList.map((entry) => entry.code);
  for (const code of codes) assert.match(code, /^E[1-4]\d{3}$/);
  assert.deepEqual(codes, [...new Set(codes)].sort());
});

test("every entry says what, why and what to do", () => {
  for (const { code, message, cause, remedy } of errorList) {
    assert.match(message, /^[a-z][a-z.]*: [^\n"\\:]*[^.\n]$/, code);
    assert.match(cause, /^[A-Z][^\n]*\.$/, code);
    assert.match(remedy, /^[A-Z/`][^\n]*\.$/, code);
  }
});

test("an error prints with its code and detail", () => {
  const error = new TernelError("containerHash", "a.tern");
  assert.equal(error.line, "E1203 container: hash mismatch (a.tern)");
  assert.deepEqual(JSON.parse(JSON.stringify(error)), { error: { code: "E1203", message: "container: hash mismatch (a.tern)" } });
});

test("the C header has the errors that C programs can meet and no other", () => {
  const header = emitErrorsHeader();
  for (const { code, message } of errorList) {
    assert.equal(
      header.includes(`X(${code.slice(1)}, `) && header.includes(`"${message.split(": ").join('", "')}"`),
      /^E[13]|^E400[125]$/.test(code),
      code,
    );
  }
});
