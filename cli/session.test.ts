// The session driver against small programs that stand in for a console, good ones and bad ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TernelError, type ErrorName } from "../models/errors.ts";
import { openSession, type Session } from "./session.ts";
import { runOnConsole } from "./targets/console-target.ts";

/** A console in a few lines: `answers` is JavaScript that maps a line to what is printed. */
function consoleProgram(answers: string, banner = "Ternel\\n>>> "): string {
  return `
    const reply = (object) => process.stdout.write("\\x1e" + JSON.stringify(object) + "\\n");
    process.stdout.write("${banner}");
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => { ${answers} });`;
}

function open(program: string, limit = 5, onText?: (text: string) => void): Promise<Session> {
  const text = onText === undefined ? {} : { onText };
  return openSession({ program: process.execPath, arguments: ["-e", program], bootLimit: limit, silenceLimit: limit, ...text });
}

const throws = (error: ErrorName) => (thrown: unknown) => thrown instanceof TernelError && thrown.error === error;

const goodConsole = consoleProgram(`
  if (!line.startsWith("/prompt")) return reply({ event: "ok", line });
  for (const id of [3, 1]) reply({ event: "token", id });
  reply({ event: "run", tokens: [3, 1], text: "é" + JSON.parse(line.slice(8)), stop: "length", promptTokens: 2, logitsHash: "ab", cycles: 9, promptCycles: 3, acceleratorCycles: 4 });`);

const settings = { prompt: 'two\n"lines"', tokens: 2, temperature: 700, topP: 900, seed: 18446744073709551615n };

test("a run: settings are sent as decimals, tokens arrive one by one, boot text is passed on", async () => {
  let text = "";
  const session = await open(goodConsole, 5, (piece) => (text += piece));
  const ids: number[] = [];
  const run = await runOnConsole(session, "soc", settings, (id) => ids.push(id)).finally(session.close);
  assert.deepEqual(ids, [3, 1]);
  assert.deepEqual(
    { ...run, seconds: 0 },
    {
      target: "soc",
      tokens: [3, 1],
      text: 'étwo\n"lines"',
      stop: "length",
      promptTokens: 2,
      logitsHash: "ab",
      cycles: 9,
      promptCycles: 3,
      acceleratorCycles: 4,
      seconds: 0,
    },
  );
  assert.match(text, /^Ternel\n>>> $/);
});

test("an answer cut anywhere, even within a character, is put together", async () => {
  const session = await open(
    consoleProgram(`
      const bytes = Buffer.from("\\x1e" + JSON.stringify({ event: "ok", text: "naïve ☃" }) + "\\n");
      let i = 0;
      const next = () => { if (i < bytes.length) process.stdout.write(bytes.subarray(i, ++i), () => setImmediate(next)); };
      next();`),
  );
  const reply = await session.send("/info").finally(session.close);
  assert.equal(reply["text"], "naïve ☃");
});

test("an error in the machine's answer is the table's error, with the detail it gave", async () => {
  const session = await open(
    consoleProgram(
      `reply(line === "/x" ? { error: { code: "E3105", message: "console: unknown command (/x)" } } : { event: "ok" });`,
    ),
  );
  await assert.rejects(session.send("/x").finally(session.close), (thrown: unknown) => {
    assert.ok(thrown instanceof TernelError);
    assert.equal(thrown.line, "E3105 console: unknown command (/x)");
    return true;
  });
});

test("an error printed by the boot ends the waiting for the prompt", async () => {
  await assert.rejects(
    open(`process.stdout.write("Copying.\\nE1203 container: hash mismatch\\n"); setInterval(() => {}, 1000);`),
    throws("containerHash"),
  );
});

test("an error on standard error, and an end without one", async () => {
  await assert.rejects(
    open(`process.stderr.write("E1204 container: truncated\\n"); process.exitCode = 1;`),
    throws("containerTruncated"),
  );
  await assert.rejects(open(`process.exitCode = 3;`), throws("toolFailed"));
});

test("silence is a time-out: before the prompt and after a command", async () => {
  await assert.rejects(open(`setInterval(() => {}, 1000);`, 0.3), throws("toolTimeout"));
  const session = await open(consoleProgram(`if (line.startsWith("/set")) reply({ event: "ok" });`), 0.5);
  await assert.rejects(session.send("/info").finally(session.close), throws("toolTimeout"));
});

test("nonsense is refused: no JSON, no object, a field of another kind, a code that nobody knows", async () => {
  const answer = (text: string) =>
    consoleProgram(`process.stdout.write(line.startsWith("/set") ? "\\x1e{}\\n" : ${JSON.stringify(text)});`);
  for (const text of ["\x1e{\n", "\x1e[1]\n", '\x1e{"error":{"code":"E9999","message":"?"}}\n']) {
    const session = await open(answer(text));
    await assert.rejects(session.send("/info").finally(session.close), throws("toolAnswer"), text);
  }
  const session = await open(answer('\x1e{"event":"run","tokens":[-1]}\n'));
  await assert.rejects(runOnConsole(session, "native", settings).finally(session.close), throws("toolAnswer"));
});

test("a program that is not there, and one that does not want to end", async () => {
  await assert.rejects(
    openSession({ program: "/nonexistent/console", arguments: [], bootLimit: 5, silenceLimit: 5 }),
    throws("toolMissing"),
  );
  const session = await open(
    consoleProgram(`reply({ event: "ok" });`).replace("const reply", `process.on("SIGTERM", () => {}); const reply`),
  );
  const start = performance.now();
  await session.close();
  assert.ok(performance.now() - start < 5000);
});
