// docs/performance.md: what stands between <!-- measured:NAME --> and <!-- end --> comes from measurements and is renewed here.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TernelError } from "../../models/errors.ts";
import { projectRoot } from "../paths.ts";
import { startProgress } from "../progress.ts";
import { pageTables } from "./page-tables.ts";

/** Puts a table between its marks. Throws where the page has no such marks. */
export function replaceTable(page: string, name: string, table: string): string {
  const pattern = new RegExp(`(<!-- measured:${name} -->\\n)[^]*?(<!-- end -->)`);
  if (!pattern.test(page)) throw new Error(`docs/performance.md has no table marked measured:${name}`);
  return page.replace(pattern, (_all, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
}

/** Measures and renews the tables of the page, all or those named. Each is written as soon as it is known. */
export async function writePerformancePage(only?: readonly string[]): Promise<void> {
  const names = only ?? Object.keys(pageTables);
  const unknown = names.filter((name) => !Object.hasOwn(pageTables, name));
  if (unknown.length > 0)
    throw new TernelError("argument", `--only ${unknown.join(",")}: there are ${Object.keys(pageTables).join(", ")}`);
  const path = join(projectRoot, "docs/performance.md");
  const progress = startProgress("docs/performance.md", names.length, "tables");
  try {
    for (const [done, name] of names.entries()) {
      const table = await pageTables[name]?.();
      if (table !== undefined) writeFileSync(path, replaceTable(readFileSync(path, "utf8"), name, table));
      progress.update(done + 1);
    }
  } finally {
    progress.stop();
  }
  process.stdout.write(`docs/performance.md: ${names.join(", ")}\n`);
}
