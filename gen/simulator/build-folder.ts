import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** `build/` of the project one works in: beside the nearest package.json above the working directory. */
export function buildFolder(): string {
  let folder = process.cwd();
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) return join(process.cwd(), "build");
    folder = parent;
  }
  return join(folder, "build");
}
