// Builds what a verb needs by calling make: nothing happens when everything is up to date. make's output goes to standard error.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ConfigurationName } from "../boards/configuration.ts";
import { TernelError } from "../models/errors.ts";
import { projectRoot } from "./paths.ts";

/** Variables by which a make that called us would interfere with ours. */
const makeVariables = new Set(["MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"]);

/** Makes targets of the Makefile; two calls at the same time wait for each other (flock). Throws when the build fails. */
export async function makeTargets(targets: readonly string[], config?: ConfigurationName): Promise<void> {
  mkdirSync(join(projectRoot, "build"), { recursive: true });
  const parameters = config === undefined ? [] : [`CONFIG=${config}`];
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !makeVariables.has(name)));
  const command = ["make", "--no-print-directory", "-j2", ...targets, ...parameters];
  const child = spawn("flock", ["build/make.lock", ...command], {
    cwd: projectRoot,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!/^make: Nothing to be done|^make: '.*' is up to date/.test(line)) process.stderr.write(`${line}\n`);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  child.on("error", (error) => {
    reject(new TernelError("toolMissing", `flock (util-linux): ${error.message}`));
  });
  if ((await promise) !== 0) throw new TernelError("toolFailed", command.join(" "));
}
