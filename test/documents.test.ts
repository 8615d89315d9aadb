// The commands in README.md and docs/ run and print what stands there; `make demo` is in documents.full.test.ts.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { boards } from "../boards/configuration.ts";
import { projectRoot } from "../cli/paths.ts";
import { documentedCommands, isAsDocumented } from "./documents.ts";
import { ternel } from "./ternel.ts";

const documents = ["README.md", ...readdirSync(join(projectRoot, "docs")).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);

/** The words of a command line with double-quoted arguments. */
function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
}

for (const { document, command, output } of documents.flatMap(documentedCommands)) {
  if (!command.startsWith("npx ternel ")) continue;
  test(`${document}: ${command}`, { timeout: 300_000 }, async () => {
    const outcome = await ternel(words(command).slice(2), { limit: 240 });
    assert.equal(outcome.status, 0, outcome.complaints);
    assert.ok(isAsDocumented(outcome.output, output), `printed:\n${outcome.output}`);
  });
}

// What the boards' READMEs say needs a board, Vivado or a quarter of an hour of place and route: their commands are not run, but the
// program must know every verb, option and board in them.
const helps = new Map<string, string>();

async function helpOf(verb: string): Promise<string> {
  const known = helps.get(verb);
  if (known !== undefined) return known;
  const { status, output, complaints } = await ternel([verb, "--help"], { limit: 60 });
  assert.equal(status, 0, complaints);
  helps.set(verb, output);
  return output;
}

const boardPages = [
  { page: "boards/README.md", board: "ecpix5", verbs: ["image", "upload"] },
  ...Object.keys(boards).map((board) => ({
    page: `boards/${board}/README.md`,
    board,
    verbs: ["build", "build --blink", "flash", "flash --blink", "console", "upload"],
  })),
];

for (const { page, board, verbs } of boardPages) {
  test(`${page}: ternel knows its commands, make its targets`, { timeout: 300_000 }, async () => {
    const text = readFileSync(join(projectRoot, page), "utf8");
    assert.ok(text.split("\n").length <= 61, "more than 60 lines");
    const commands = [...text.matchAll(/(?:^ {4}|`)npx ternel ([^`\n#]+)/gm)].map(([, command = ""]) => words(command.trim()));
    for (const verb of verbs)
      assert.ok(
        commands.some(([name, ...rest]) => `${name ?? ""}${rest.includes("--blink") ? " --blink" : ""}` === verb),
        verb,
      );
    for (const [verb = "", ...rest] of commands) {
      const help = await helpOf(verb);
      for (const option of rest.filter((word) => word.startsWith("-")))
        assert.ok(
          [" ", ","].some((end) => help.includes(` ${option}${end}`)),
          `${verb} ${option}`,
        );
      assert.equal(rest[rest.indexOf("--board") + 1], board, `${verb}: --board`);
    }
    const makefile = readFileSync(join(projectRoot, "Makefile"), "utf8");
    for (const [, target = ""] of text.matchAll(/`make ([a-z-]+)/g)) assert.match(makefile, new RegExp(`^${target}:.*##`, "m"));
  });
}

test("the documents have commands to check, and `make help` has the targets they name", () => {
  assert.ok(documentedCommands("README.md").length >= 2);
  const makefile = readFileSync(join(projectRoot, "Makefile"), "utf8");
  for (const document of ["README.md", "CONTRIBUTING.md"]) {
    for (const [, target = ""] of readFileSync(join(projectRoot, document), "utf8").matchAll(/(?:`|^ {4}|\$ )make ([a-z-]+)/gm)) {
      assert.match(makefile, new RegExp(`^${target}:.*##`, "m"), `${document}: make ${target}`);
    }
  }
});

test("every link and every path in a table leads somewhere", () => {
  const pages = [...documents, "CONTRIBUTING.md", "CHANGELOG.md", ...readdirSync(projectRoot).map((name) => `${name}/README.md`)];
  for (const page of pages.filter((name) => existsSync(join(projectRoot, name)))) {
    const text = readFileSync(join(projectRoot, page), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      assert.ok(existsSync(join(projectRoot, dirname(page), target)), `${page}: ${target}`);
    }
  }
  for (const [, path = ""] of readFileSync(join(projectRoot, "README.md"), "utf8").matchAll(
    /[ |]((?:boards|cli|docs|firmware|gen|hw|models|sim|test)\/[\w./-]*\w)/g,
  )) {
    assert.ok(existsSync(join(projectRoot, path)), `README.md: ${path}`);
  }
});

test("isAsDocumented: numbers may differ, words may not", () => {
  assert.ok(isAsDocumented("a 12 b\nc 3.5\n", "a 7 b\nc 12.25"));
  assert.ok(isAsDocumented("a\nx\ny\nb\n", "a\n...\nb"));
  assert.ok(!isAsDocumented("a 12 b\n", "a 12 c"));
  assert.ok(!isAsDocumented("a\nb\nc\n", "a\nb"));
});
