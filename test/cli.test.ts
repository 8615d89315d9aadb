// What docs/cli.md promises to people and programs: help everywhere, one JSON object, exit statuses.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { defaultModel } from "../cli/options.ts";
import { projectRoot } from "../cli/paths.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ternel } from "./ternel.ts";

const minutes = 60_000;
const verbs = [
  "pack",
  "info",
  "run",
  "compare",
  "eval",
  "verilog",
  "build",
  "image",
  "flash",
  "console",
  "upload",
  "uefi",
  "bench",
];

test("every verb has --help; the program lists them all", { timeout: 2 * minutes }, async () => {
  const all = await ternel(["--help"]);
  assert.equal(all.status, 0);
  for (const verb of verbs) {
    assert.match(all.output, new RegExp(`^  ${verb} `, "m"));
    const { status, output, complaints } = await ternel([verb, "--help"]);
    assert.equal(status, 0, complaints);
    assert.match(output, new RegExp(`^Usage: ternel ${verb}`));
    assert.match(output, /Options:\n/);
  }
  for (const bench of ["matvec", "decode", "prefill", "block", "space"]) {
    const { status, output } = await ternel(["bench", bench, "--help"]);
    assert.equal(status, 0);
    assert.match(output, new RegExp(`^Usage: ternel bench ${bench} `));
  }
});

test(
  "a wrong command line: status 2, a line on standard error, the error as JSON where that was asked for",
  { timeout: 2 * minutes },
  async () => {
    const cases = [
      [],
      ["walk"],
      ["info"],
      ["info", "a.tern", "b.tern"],
      ["run", "--json"],
      ["run", "--prompt", "a", "--tokens", "0"],
      ["run", "--prompt", "a", "--temperature", "0.1234"],
      ["run", "--prompt", "a", "--temperature", "11"],
      ["run", "--prompt", "a", "--top-p", "0"],
      ["run", "--prompt", "a", "--seed", "18446744073709551616"],
      ["run", "--prompt", "a", "--target", "gpu"],
      ["bench", "matvec", "--shape", "12"],
      ["bench", "decode", "--shape", "5G"],
      ["bench", "decode", "--config", "arty-x8"],
      ["bench", "prefill", "--columns", "9"],
      ["bench", "fly"],
      ["console", "--board", "moon"],
      ["verilog", "--config", "none", "--json"],
      ["build", "--json"],
      ["build", "--board", "none", "--json"],
      ["build", "--board", "ulx3s", "--seeds", "0", "--json"],
    ];
    for (const args of cases) {
      const { status, output, complaints } = await ternel(args);
      assert.equal(status, 2, args.join(" "));
      assert.notEqual(complaints, "");
      if (!args.includes("--json")) assert.equal(output, "");
      else assert.equal((JSON.parse(output) as { error: { code: string } }).error.code, "E4005");
    }
  },
);

test("info: sizes that add up, and an error for what is no container", { timeout: minutes }, async () => {
  const { status, json } = await ternel(["info", defaultModel(), "--json"]);
  assert.equal(status, 0);
  assert.equal(json["fileBytes"], readFileSync(defaultModel()).length);
  const sections = Object.values(json["sections"] as Record<string, number>).reduce((sum, bytes) => sum + bytes, 0);
  assert.equal(sections, json["fileBytes"]);
  assert.match(String(json["sha256"]), /^[0-9a-f]{64}$/);
  assert.equal(json["commands"], 102);
  const { commands } = (await ternel(["info", defaultModel(), "--commands", "--json"])).json as {
    commands: { streamBytes: number }[];
  };
  assert.equal(commands.length, 102);
  assert.equal(
    commands.reduce((sum, { streamBytes }) => sum + streamBytes, 0),
    json["streamBytesPerToken"],
  );
  const missing = await ternel(["info", "/nowhere.tern", "--json"]);
  assert.equal(missing.status, 1);
  assert.deepEqual(missing.json, { error: { code: "E4001", message: "file: not found (/nowhere.tern)" } });
  assert.equal(missing.complaints, "E4001 file: not found (/nowhere.tern)\n");
});

test("run: an option that the target would not heed is refused", { timeout: minutes }, async () => {
  for (const [target, option, reason] of [
    ["uefi", ["--engine", "matrix"], "--engine goes with --target soc"],
    ["native", ["--config", "ecp5"], "--config goes with --target soc"],
    ["reference", ["--flash"], "--flash goes with --target soc"],
    ["soc", ["--cores", "2"], "--cores goes with --target native or uefi"],
    ["reference", ["--kernel", "plain"], "--kernel goes with --target native or uefi"],
  ] as const) {
    const { status, json } = await ternel(["run", "--target", target, ...option, "--prompt", "Once", "--tokens", "1", "--json"]);
    assert.deepEqual([status, json], [1, { error: { code: "E4005", message: `argument: missing, or not possible (${reason})` } }]);
  }
});

test(
  "run: the object that the design promises; the arena that info computes is the engine's",
  { timeout: 3 * minutes },
  async () => {
    for (const target of ["reference", "native"]) {
      const { status, json, complaints } = await ternel([
        "run",
        "--target",
        target,
        "--prompt",
        "Once",
        "--tokens",
        "3",
        "--temperature",
        "0",
        "--json",
      ]);
      assert.equal(status, 0, complaints);
      assert.deepEqual(Object.keys(json).sort(), ["logitsHash", "promptTokens", "seconds", "stop", "target", "text", "tokens"]);
      assert.equal(json["target"], target);
      assert.equal((json["tokens"] as number[]).length, 3);
    }
    const program = join(projectRoot, "build/host/ternel-host");
    const console = spawnSync(program, ["--model", defaultModel(), "--kernel", "cpu"], {
      input: "/set machine on\n/info\n/quit\n",
      encoding: "utf8",
    });
    const info = JSON.parse(/(\{"event":"info".*\})/.exec(console.stdout)?.[1] ?? "{}") as Record<string, unknown>;
    const own = (await ternel(["info", defaultModel(), "--json"])).json;
    assert.equal(info["arenaBytes"], own["arenaBytes"]);
    assert.equal(info["bytesPerToken"], own["bytesPerToken"]);
  },
);

test("eval: reference and native agree; a text without a story is an error", { timeout: 3 * minutes }, async () => {
  const folder = temporaryFolder();
  try {
    const text = folder.path("text");
    writeFileSync(text, "Once upon a time there was a cat.\n<|endoftext|>\n\nTom had a ball.\nIt was red.\n\n<|endoftext|>\n");
    const evaluate = (target: string) => ternel(["eval", "--target", target, "--text", text, "--json"]);
    const [reference, native] = await Promise.all([evaluate("reference"), evaluate("native")]);
    assert.equal(native.status, 0, native.complaints);
    assert.deepEqual(Object.keys(native.json).sort(), ["bitsPerCharacter", "perplexity", "tokens"]);
    assert.equal(native.json["tokens"], reference.json["tokens"]);
    const difference = Number(native.json["perplexity"]) - Number(reference.json["perplexity"]);
    assert.ok(Math.abs(difference) < 1e-9 * Number(reference.json["perplexity"]), `${difference}`);
    writeFileSync(text, "<|endoftext|>\n");
    assert.equal((await ternel(["eval", "--text", text, "--json"])).status, 1);
  } finally {
    folder.remove();
  }
});

test("the launcher: an old node finds the project's own; without one it names `make setup`", { timeout: minutes }, () => {
  const folder = temporaryFolder();
  try {
    // A project that is not set up: the launcher alone.
    mkdirSync(folder.path("cli"), { recursive: true });
    writeFileSync(folder.path("package.json"), '{"type":"module"}');
    writeFileSync(folder.path("cli/ternel.js"), readFileSync(join(projectRoot, "cli/ternel.js")));
    const call = (node: string, launcher: string) => spawnSync(node, [launcher, "--help"], { encoding: "utf8" });
    const bare = call(process.execPath, folder.path("cli/ternel.js"));
    assert.equal(bare.status, 127);
    assert.match(bare.stderr, /^E4101 tool: not installed .*make setup/);

    // A stand-in for an old node: it says so in process.versions.
    const old = folder.path("old-node");
    const pretend =
      "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.19.0'}});Object.defineProperty(process,'execPath',{value:'/usr/bin/env'})";
    writeFileSync(old, `#!/bin/sh\nexec ${process.execPath} --import "${pretend}" "$@"\n`);
    chmodSync(old, 0o755);
    mkdirSync(folder.path("node_modules/commander"), { recursive: true });
    const tooOld = call(old, folder.path("cli/ternel.js"));
    assert.equal(tooOld.status, 127);
    assert.match(tooOld.stderr, /node 18\.19\.0 cannot run TypeScript .*make setup/);
    if (existsSync(join(projectRoot, "build/venv/bin/node"))) assert.equal(call(old, join(projectRoot, "cli/ternel.js")).status, 0);
  } finally {
    folder.remove();
  }
});
