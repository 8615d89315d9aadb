#!/usr/bin/env node
// The way in: npx runs this file with whatever node is there (Debian's 18 included), so it is plain JavaScript of that age.
// It runs the real program under the project's own node (build/venv, put there by `make setup`), or under this one if that
// is new enough to run TypeScript.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, "cli", "main.ts");
const projectNode = join(root, "build", "venv", "bin", "node");

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const runsTypeScript = major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);

/** An error of the launcher itself; 127 is the shell's status for a program that is not there. */
function refuse(message) {
  process.stderr.write(`E4101 tool: not installed (${message}); run \`make setup\` in ${root}\n`);
  process.exit(127);
}

if (!existsSync(join(root, "node_modules", "commander"))) refuse("the npm packages are not installed");

if (existsSync(projectNode) && realpathSync(projectNode) !== realpathSync(process.execPath)) {
  const child = spawn(projectNode, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  // Ctrl+C reaches the child by itself; a signal sent to this process alone is passed on. The child decides what it means.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => refuse(`${projectNode} does not start (${error.message})`));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
} else if (runsTypeScript) {
  process.argv[1] = main;
  await import("./main.ts");
} else {
  refuse(`node ${process.versions.node} cannot run TypeScript (22.18 or newer can)`);
}
