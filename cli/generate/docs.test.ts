// The tables in docs/ are those that the sources give now, and the machinery that keeps them so.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "../paths.ts";
import { updateDocs, withFreshTables } from "./docs.ts";
import { docsTables } from "./docs-tables.ts";

test("docs/ is up to date: `make docs` would change nothing", () => {
  assert.deepEqual(updateDocs(join(projectRoot, "docs"), { write: false }), []);
});

test("every table stands on some page", () => {
  const pages = ["errors", "registers", "commands", "formats"]
    .map((name) => readFileSync(join(projectRoot, "docs", `${name}.md`), "utf8"))
    .join("\n");
  for (const name of Object.keys(docsTables)) assert.ok(pages.includes(`<!-- generated:${name} -->`), name);
});

test("a stale table is found, renewed once, and left alone after that", () => {
  const folder = mkdtempSync(join(tmpdir(), "ternel-docs-"));
  try {
    const page = join(folder, "page.md");
    writeFileSync(page, "before\n<!-- generated:flash-map -->\nold\n<!-- end -->\nafter\n");
    assert.deepEqual(updateDocs(folder, { write: false }), ["page.md"]);
    assert.match(readFileSync(page, "utf8"), /old/);
    assert.deepEqual(updateDocs(folder, { write: true }), ["page.md"]);
    assert.match(
      readFileSync(page, "utf8"),
      /^before\n<!-- generated:flash-map -->\n\n\| region [^]*slotA[^]*<!-- end -->\nafter\n$/,
    );
    assert.deepEqual(updateDocs(folder, { write: true }), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a mark that nobody fills is an error", () => {
  assert.throws(() => withFreshTables("<!-- generated:nothing -->\n<!-- end -->"), /nothing generates/);
});
