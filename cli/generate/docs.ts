// The tables in docs/ that come from the sources: whatever stands between <!-- generated:NAME --> and <!-- end --> is replaced.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docsTables } from "./docs-tables.ts";

const marked = /(<!-- generated:([a-z-]+) -->\n)[^]*?(<!-- end -->)/g;

/** One page with its tables made anew. Throws for a mark whose table nobody makes. */
export function withFreshTables(page: string): string {
  return page.replace(marked, (_all, begin: string, name: string, end: string) => {
    const make = docsTables[name];
    if (make === undefined) throw new Error(`nothing generates the table ${name}`);
    return `${begin}\n${make()}\n\n${end}`;
  });
}

/** Renews the tables of all pages; the names of the pages that were out of date. */
export function updateDocs(folder: string, options: { readonly write: boolean }): string[] {
  const stale: string[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".md"))) {
    const path = join(folder, name);
    const page = readFileSync(path, "utf8");
    const fresh = withFreshTables(page);
    if (fresh === page) continue;
    stale.push(name);
    if (options.write) writeFileSync(path, fresh);
  }
  return stale;
}
