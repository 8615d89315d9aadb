// Results of benches that took minutes are kept in build/bench: a page can be written again, or an interrupted sweep go on, without
// measuring twice. A result belongs to what was measured: the key holds the hash of everything that could change it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigurationName } from "../../boards/configuration.ts";
import { makeTargets } from "../make.ts";
import { buildPaths, projectRoot } from "../paths.ts";

/** The hash of several pieces. */
export function keyOf(...pieces: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(`${piece.length}:`).update(piece);
  return hash.digest("hex").slice(0, 16);
}

/** The result of `measure`, or what it gave the last time under this name and key. */
export async function kept<T>(name: string, key: string, measure: () => Promise<T>): Promise<T> {
  const folder = join(projectRoot, "build/bench");
  const path = join(folder, `${name}-${key}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as T;
  const result = await measure();
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(result, undefined, 2));
  renameSync(`${path}.new`, path);
  return result;
}

/** Builds the SoC of a configuration; the hash of its simulator and firmware. */
export async function machineKey(config: ConfigurationName): Promise<string> {
  await makeTargets(["sim", "firmware"], config);
  const { simulator, stage0, stage1 } = buildPaths(config);
  return keyOf(...[simulator, stage0, stage1].map((path) => readFileSync(path)));
}
