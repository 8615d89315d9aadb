/**
 * The programs of docs/hdl.md: extracted, type-checked, run, and compared with what the page says that they print. With
 * HDL_DOCUMENT=write the page is given the output instead.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildFolder } from "./simulator/build-folder.ts";
import { missingProofTools } from "./verify/prove.ts";

const page = join(import.meta.dirname, "..", "docs", "hdl.md");
const folder = join(buildFolder(), "hdl-document", "example");
const text = readFileSync(page, "utf8");
/** A program, its name and options, and the text block that follows it. */
const blocks = /^```ts (\S+)( proof)?\n(.*?)^```\n(.*?)^```text\n(.*?)^```\n/gms;
const programs = [...text.matchAll(blocks)].map(([whole, name = "", proof, source = "", between = "", output = ""]) => ({
  whole,
  name,
  proof: proof !== undefined,
  source,
  between,
  output,
}));

// A package.json of its own, so that the places in messages are those of the page.
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
for (const { name, source } of programs) {
  writeFileSync(join(folder, name), source.replaceAll("../../gen/index.ts", "../../../gen/index.ts"));
}

test("the page has programs, each followed by its output", () => {
  assert.ok(programs.length >= 8);
  assert.equal([...text.matchAll(/^```ts/gm)].length, programs.length);
});

test("the programs compile", () => {
  const root = join(import.meta.dirname, "..");
  const settings = {
    extends: join(root, "tsconfig.json"),
    include: [folder],
    exclude: [],
    compilerOptions: { typeRoots: [join(root, "node_modules", "@types")] },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const run = spawnSync(process.execPath, [compiler, "--noEmit", "-p", folder], { encoding: "utf8", timeout: 600_000 });
  assert.equal(run.stdout, "");
  assert.equal(run.status, 0, run.stderr);
});

const missing = missingProofTools();
for (const { name, proof, output, whole, source, between } of programs) {
  const skip = proof && missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;
  test(`${name} prints what the page says`, { skip }, () => {
    const run = spawnSync(process.execPath, [join(folder, name)], { encoding: "utf8", timeout: 600_000 });
    assert.equal(run.status, 0, run.stderr);
    const printed = `${run.stdout.trimEnd()}\n`;
    if (process.env["HDL_DOCUMENT"] === "write") {
      const updated = whole.replace(
        `${source}\`\`\`\n${between}\`\`\`text\n${output}`,
        () => `${source}\`\`\`\n${between}\`\`\`text\n${printed}`,
      );
      writeFileSync(
        page,
        readFileSync(page, "utf8").replace(whole, () => updated),
      );
    } else {
      assert.equal(printed, output);
    }
  });
}
