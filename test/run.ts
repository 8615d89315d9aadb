// All tests of the project, cheap ones first, at most two processes at a time. Ends with 'N passed, N failed, N skipped'.
//   node test/run.ts                      every *.test.ts that is not a *.full.test.ts; test/lint.test.ts is one of them
//   node test/run.ts --full               the *.full.test.ts as well
//   node test/run.ts --long --minutes N   only those; none begins after N minutes
//   node test/run.ts PREFIX...            only the tests in these folders or files
import { run as runTests } from "node:test";
import { existsSync, readdirSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

/**
 * Folders and files in this order: a fault in what others stand on shows first, and what needs the whole SoC comes last. Of that the long
 * ones begin first, so that no core is without work while the other ends.
 */
const order = [
  ...["test/lint.test.ts", "models", "boards", "cli", "gen", "docs", "firmware", "hw/accel", "sim", "hw/soc", "hw"],
  ...["test/conformance.test.ts", "test/bench.test.ts", "test/upload.test.ts", "test"],
];
const minute = 60_000;
/** How many of the slowest files the end names. */
const slowest = 5;
// Hundreds of node processes load the same TypeScript: one translates it, the others find that here.
process.env["NODE_COMPILE_CACHE"] ??= resolve("build/node-cache");

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}
/** Seconds of each file that has run. */
const seconds = new Map<string, number>();

const isLong = (name: string) => name.endsWith(".full.test.ts");
const isQuick = (name: string) => !isLong(name);

/** The test files of all rooms that `wanted` takes and that lie in one of the given folders or files, if any are given. */
function testFiles(wanted: (name: string) => boolean, prefixes: readonly string[]): string[] {
  const found = order.filter(existsSync).flatMap((folder) => {
    if (folder.endsWith(".ts")) return wanted(folder) ? [folder] : [];
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`);
    return names.filter((name) => name.endsWith(".test.ts") && !name.includes("node_modules/") && wanted(name)).sort();
  });
  const all = [...new Set(found)];
  return prefixes.length === 0 ? all : all.filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
}

/** Runs the test files two at a time, each in its own process; a line for each file, the whole report for a failure. */
async function runTestFiles(files: string[], limit: number, count: Count): Promise<void> {
  const started = new Map<string, Count>();
  const events = runTests({ files, concurrency: Math.min(2, cpus().length), timeout: limit });
  const tally = (file: string | undefined) => {
    const name = file === undefined ? "?" : file.replace(`${process.cwd()}/`, "");
    const entry = started.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
    started.set(name, entry);
    return { name, entry };
  };
  events.on("test:pass", (test) => {
    const { entry } = tally(test.file);
    if (test.details.type === "suite") return;
    if (test.skip !== undefined && test.skip !== false) {
      entry.skipped++;
      process.stdout.write(`  skipped: ${test.name}${typeof test.skip === "string" ? ` (${test.skip})` : ""}\n`);
    } else entry.passed++;
  });
  events.on("test:fail", (test) => {
    const { name, entry } = tally(test.file);
    if (test.details.type === "suite") return;
    entry.failed++;
    const cause: unknown = test.details.error.cause;
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    process.stdout.write(`FAILED  ${name}: ${test.name}\n${text.replace(/^/gm, "    ")}\n`);
  });
  // What a test has to say itself; node's own totals are at nesting 0.
  events.on("test:diagnostic", ({ nesting, message }) => {
    if (nesting > 0) process.stdout.write(`  ${message}\n`);
  });
  events.on("test:summary", (summary) => {
    if (summary.file === undefined) return;
    const { name, entry } = tally(summary.file);
    seconds.set(name, summary.duration_ms / 1000);
    const counts = `${String(entry.passed)} passed, ${String(entry.failed)} failed, ${String(entry.skipped)} skipped`;
    process.stdout.write(
      `${entry.failed > 0 ? "FAILED" : "ok"}  ${name}: ${counts}, ${(summary.duration_ms / 1000).toFixed(1)} s\n`,
    );
  });
  await events.toArray();
  for (const entry of started.values()) {
    count.passed += entry.passed;
    count.failed += entry.failed;
    count.skipped += entry.skipped;
  }
}

const { values, positionals } = parseArgs({
  options: { full: { type: "boolean" }, long: { type: "boolean" }, minutes: { type: "string" } },
  allowPositionals: true,
});
const count: Count = { passed: 0, failed: 0, skipped: 0 };
const start = performance.now();
const secondsSince = () => (performance.now() - start) / 1000;

if (values.long !== true) await runTestFiles(testFiles(isQuick, positionals), 40 * minute, count);
if (values.long === true || values.full === true) {
  const limit = Number(values.minutes ?? Infinity) * 60;
  for (const file of testFiles(isLong, positionals)) {
    if (secondsSince() < limit) await runTestFiles([file], 120 * minute, count);
    else {
      process.stdout.write(`  skipped: ${file} (no time left of ${values.minutes ?? ""} minutes)\n`);
      count.skipped++;
    }
  }
}

const longest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, slowest);
process.stdout.write(
  `in ${secondsSince().toFixed(0)} s; slowest: ${longest.map(([name, time]) => `${name} ${time.toFixed(1)} s`).join(", ")}\n` +
    `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
);
process.exitCode = count.failed > 0 ? 1 : 0;
