// The console as people and programs see it, on the engine's program for this machine (built with sanitizers): the same code that
// runs on the SoC. Golden where the text is ours; compared with itself or with the container where a model writes it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { packModel } from "../../models/convert/pack.ts";
import { readCheckpoint } from "../../models/input/checkpoint.ts";
import { writeRandomModel } from "../../models/testing/random-model.ts";

const root = new URL("../..", import.meta.url).pathname;
const program = "build/host/sanitized/ternel-host";
const folder = `${root}build/tests/console`;
const container = `${folder}/model.tern`;

const make = spawnSync("make", ["--no-print-directory", program, "CONFIG=arty"], { cwd: root, encoding: "utf8" });
assert.equal(make.status, 0, make.stdout + make.stderr);
mkdirSync(folder, { recursive: true });
writeRandomModel(`${folder}/model`, { dimension: 24, intermediate: 40, layers: 2, vocabulary: 300, tokenCount: 300, seed: 9n });
writeFileSync(container, packModel(readCheckpoint(`${folder}/model`), { name: "random" }).bytes);

/** What the console prints for these bytes. */
function converse(input: string | Uint8Array, kernel = "cpu"): string {
  return execFileSync(program, ["--model", container, "--kernel", kernel], { cwd: root, input, timeout: 60_000 }).toString("utf8");
}

interface Reply {
  readonly event?: string;
  readonly id?: number;
  readonly tokens?: readonly number[];
  readonly text?: string;
  readonly stop?: string;
  readonly promptTokens?: number;
  readonly logitsHash?: string;
  readonly what?: string;
  readonly count?: number;
  readonly columns?: number;
  readonly cycles?: number;
  readonly clockHz?: number;
  readonly weights?: { readonly bytes: number; readonly bytesPerSecond: number; readonly readingBytesPerSecond: number };
  readonly tokenCycles?: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly error?: { readonly code: string; readonly message: string };
}

/** The JSON lines that the console answers in machine mode. */
function ask(...lines: readonly string[]): Reply[] {
  return askKernel("cpu", ...lines);
}

function askKernel(kernel: string, ...lines: readonly string[]): Reply[] {
  const output = converse(["/set machine on", ...lines, "/quit", ""].join("\n"), kernel);
  const records = output.split("\n").filter((line) => line.includes("\x1e"));
  return records.map((line) => JSON.parse(line.slice(line.indexOf("\x1e") + 1)) as Reply);
}

/** The last answer before that of /quit. */
function lastOf(replies: readonly Reply[]): Reply {
  const reply = replies.at(-2);
  assert.ok(reply !== undefined);
  return reply;
}

test("people: help, settings and errors are these words", () => {
  const output = converse(
    "/help\n/temp 0.25\n/topp 0.5\n/seed 18446744073709551615\n/tokens 4096\n/nonsense\n/seed\n/seed 1 2\n/temp 10.001\n/model\n/model 1\n/quit\n",
  );
  const afterBanner = output.slice(output.indexOf(">>> "));
  assert.equal(
    afterBanner,
    `>>> /help                               this list
/info                               the model, its size and hash, the machine
/stats                              the last answer, the boot, memory and stack
/model [N]                          the models here; another one, by its number
/prompt "TEXT"                      answer to any text, as a JSON string
/seed N                             seed of the random numbers
/temp T                             temperature, 0 (always the likeliest) to 10
/topp P                             choose among the likeliest tokens that make up P, 0.001 to 1
/tokens N                           most tokens of an answer, 1 to 4096
/set engine accelerator|matrix|cpu  who computes; matrix: the CPU, with the accelerator for matrices
/set machine on|off                 JSON lines for programs
/bench [decode N]                   measure N tokens (16)
/bench prefill ID...                measure the reading of these tokens
/bench block                        measure the layers alone, for one token
/bench matvec ROWS COLUMNS          measure one matrix on the accelerator
/flash                              the flash and its regions; \`ternel upload\` changes them
/reboot                             restart from flash
/quit                               end the program or the simulation
Anything else is a prompt. Ctrl+C stops an answer.
>>> >>> >>> >>> >>> E3105 console: unknown command (/help lists the commands)
>>> E3106 console: value missing or out of range
>>> E3106 console: value missing or out of range
>>> E3106 console: value missing or out of range
>>> E3107 console: not available on this platform (it has one model)
>>> E3107 console: not available on this platform (it has one model)
>>> `,
  );
});

test("people: an answer ends with its figures", () => {
  const output = converse("/tokens 5\n/temp 0\nOnce\n/quit\n");
  assert.match(output, /\n\[[0-5] tokens(, [0-9.]+ tok\/s, \d+ cycles\/token)?, stop: (end|length)\]\n/);
});

test("machine: one event for each token, then the run, the same every time", () => {
  const prompt = '/prompt "Once upon a time"';
  const [first, second] = [ask("/tokens 12", "/seed 7", prompt), ask("/tokens 12", "/seed 7", prompt)];
  const run = lastOf(first);
  assert.equal(run.event, "run");
  const ids = first.filter((reply) => reply.event === "token").map((reply) => reply.id);
  assert.deepEqual(run.tokens, ids);
  assert.match(run.logitsHash ?? "", /^[0-9a-f]{64}$/);
  assert.ok(run.stop === "length" ? ids.length === 12 : run.stop === "end" && ids.length < 12);
  const { tokens, text, logitsHash } = lastOf(second);
  assert.deepEqual({ tokens, text, logitsHash }, { tokens: run.tokens, text: run.text, logitsHash: run.logitsHash });
  assert.notDeepEqual(lastOf(ask("/tokens 12", "/seed 8", prompt)).tokens, run.tokens);
});

test("machine: benches give the same logits, however the tokens come", () => {
  const decode = lastOf(ask("/bench decode 3"));
  assert.deepEqual([decode.event, decode.what, decode.count, decode.columns], ["bench", "decode", 3, 1]);
  const [first, second, third] = decode.tokens ?? [];
  // 101 tokens in order of their latency: the 51st, the 100th and the last; together they are all of the time.
  const { cycles = 0, tokenCycles } = lastOf(ask("/bench decode 101"));
  assert.ok(tokenCycles !== undefined);
  const { p50, p99, max } = tokenCycles;
  assert.ok(p50 > 0 && p50 <= p99 && p99 <= max);
  assert.ok(49 * p50 + p99 + max <= cycles && cycles <= 51 * p50 + 49 * p99 + max);
  const prefill = lastOf(ask(`/bench prefill 0 ${first} ${second}`));
  assert.deepEqual(prefill.tokens, [third]);
  assert.equal(prefill.count, 3);
  assert.equal(lastOf(ask("/bench prefill 0")).logitsHash, lastOf(ask("/bench decode 1")).logitsHash);
  const block = lastOf(ask("/bench block"));
  assert.deepEqual([block.count, block.tokens, block.logitsHash], [1, [], undefined]);
});

test("a bench tells how fast a token takes its weights, and how fast they are read alone, where somebody can", () => {
  const { clockHz = 0 } = lastOf(askKernel("plain", "/info"));
  const { tokenCycles, weights } = lastOf(askKernel("plain", "/bench decode 1"));
  assert.ok(tokenCycles !== undefined && weights !== undefined && clockHz > 0);
  // Two layers of 24 and 40, a head of 300 x 24: in no packing less than five weights in a byte.
  assert.ok(weights.bytes >= (2 * (4 * 24 * 24 + 3 * 24 * 40) + 300 * 24) / 5);
  // Of one token: the clock of another process may have been measured a little differently.
  const expected = (weights.bytes * clockHz) / tokenCycles.p50;
  assert.ok(Math.abs(weights.bytesPerSecond / expected - 1) < 0.1, `${weights.bytesPerSecond} and ${expected}`);
  assert.ok(weights.readingBytesPerSecond > weights.bytesPerSecond);
  assert.match(
    converse("/bench\n/quit\n", "plain"),
    /\n {2}\d+ bytes of weights a token: \d+\.\d\d GB\/s at best, reading alone \d+\.\d\d GB\/s\n/,
  );
  assert.equal(lastOf(askKernel("plain", "/set engine cpu", "/bench decode 1")).weights, undefined);
  assert.equal(lastOf(askKernel("plain", "/bench block")).weights, undefined);
  assert.ok(!converse("/bench\n/quit\n").includes("GB/s"));
});

test("machine: a plain line and the same text as JSON are the same prompt", () => {
  const plain = lastOf(ask("/tokens 3", "Größe €"));
  const quoted = lastOf(ask("/tokens 3", '/prompt "Gr\\u00f6\\u00dfe \\u20ac"'));
  assert.equal(plain.promptTokens, quoted.promptTokens);
  assert.equal(plain.logitsHash, quoted.logitsHash);
  assert.equal(lastOf(ask("/tokens 3", '/prompt ""')).promptTokens, 0);
});

test("machine: every refusal has its code", () => {
  const refusals: readonly (readonly [line: string, code: string])[] = [
    ["/nonsense", "E3105"],
    ["/ help", "E3105"],
    ["/seed -1", "E3106"],
    ["/seed 18446744073709551616", "E3106"],
    ["/temp 1e1", "E3106"],
    ["/topp 0", "E3106"],
    ["/topp 1.001", "E3106"],
    ["/tokens 0", "E3106"],
    ["/tokens 4097", "E3106"],
    ["/set", "E3106"],
    ["/set engine", "E3106"],
    ["/set engine gpu", "E3106"],
    ["/set engine accelerator", "E3107"],
    ["/flash", "E3107"],
    ["/set engine matrix", "E3107"],
    ["/set engine cpu now", "E3106"],
    ["/set machine maybe", "E3106"],
    ["/bench matvec 5", "E3106"],
    ["/bench matvec 5 5", "E3107"],
    ["/bench decode 0", "E3106"],
    ["/bench decode 4097", "E3106"],
    ["/bench prefill", "E3106"],
    ["/bench prefill 1 300", "E3106"],
    ["/bench block 1", "E3106"],
    ["/bench everything", "E3106"],
    ["/info now", "E3106"],
    ["/prompt Once", "E3103"],
    ['/prompt "Once', "E3103"],
    ['/prompt "\\ud800"', "E3103"],
    ["x".repeat(4097), "E3104"],
  ];
  for (const [line, code] of refusals) assert.equal(lastOf(ask(line)).error?.code, code, line.slice(0, 40));
});

test("a prompt that is not UTF-8 is refused, and the console goes on", () => {
  const bytes = Buffer.concat([Buffer.from("ab"), Buffer.from([0xc3, 0x28]), Buffer.from("\n/tokens 1\nok\n/quit\n")]);
  const output = converse(bytes);
  assert.match(output, /E3103 prompt: malformed text\n/);
  assert.match(output, /\[[01] tokens/);
});

test("the longest line is a prompt like any other", () => {
  const reply = lastOf(ask("/tokens 1", "ab ".repeat(1365)));
  assert.equal(reply.event, "run");
});

test("the end of the input ends the console", () => {
  const output = converse("/tokens 2\nOnce");
  assert.match(output, /stop: (end|length)\]\n>>> $/);
});
