// Builds what a verb needs by calling make: nothing happens when everything is up to date. make's output goes to standard error.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ConfigurationName } from "../boards/configuration.ts";
import { TernelError } from "../models/errors.ts";
import { projectRoot } from "./paths.ts";

/** Variables by which a make that called us would interfere with ours. */
const makeVariables = new Set(["MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"]);

/**
 * Makes targets of the Makefile; nothing happens when they are up to date. Two calls at the same time wait for each other (flock).
 * Throws when the build fails.
 */
export async function makeTargets(targets: readonly string[], config?: ConfigurationName): Promise<void> {
  mkdirSync(join(projectRoot, "build"), { recursive: true });
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !makeVariables.has(name)));
  const goals = [...targets, ...(config === undefined ? [] : [`CONFIG=${config}`])];
  const command = ["build/make.lock", "make", "-s", "--no-print-directory", "-j2", ...goals];
  const child = spawn("flock", command, { cwd: projectRoot, env: environment, stdio: ["ignore", 2, 2] });
  const notice = setTimeout(() => process.stderr.write(`building: make ${goals.join(" ")}\n`), 3000);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  child.on("error", (error) => {
    reject(new TernelError("toolMissing", `flock (util-linux): ${error.message}`));
  });
  const status = await promise.finally(() => {
    clearTimeout(notice);
  });
  if (status !== 0) throw new TernelError("toolFailed", `make ${goals.join(" ")}`);
}
