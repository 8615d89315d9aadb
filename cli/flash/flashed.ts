// What was last written to a board of each kind and verified there: build/<board>/flashed.json.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BoardName } from "../../boards/configuration.ts";
import { buildPaths } from "../paths.ts";
import type { RegionContent } from "./board-image.ts";

const pathOf = (board: BoardName): string => join(buildPaths(board).folder, "flashed.json");

export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The SHA-256 of each region's content, by region. A file that is no such object counts as none. */
function read(board: BoardName): Record<string, unknown> {
  if (!existsSync(pathOf(board))) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(pathOf(board), "utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Whether this content was the last one written to the region. */
export function isRemembered(board: BoardName, { name, content }: RegionContent): boolean {
  return read(board)[name] === sha256Of(content);
}

/** Remembers what a region holds now; undefined: unknown, because it is being written. */
export function remember(board: BoardName, name: string, content: Uint8Array | undefined): void {
  const regions = read(board);
  if (content === undefined) Reflect.deleteProperty(regions, name);
  else regions[name] = sha256Of(content);
  mkdirSync(dirname(pathOf(board)), { recursive: true });
  writeFileSync(pathOf(board), `${JSON.stringify(regions, null, 2)}\n`);
}
