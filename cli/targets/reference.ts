// The TypeScript reference engine, in this process.
import { readFileSync } from "node:fs";
import { readContainer } from "../../models/container.ts";
import { runReference } from "../../models/reference/run.ts";
import type { Target } from "./target.ts";

/** Opens a model in the reference engine. */
export function openReference(modelFile: string): Promise<Target> {
  const model = readContainer(readFileSync(modelFile));
  return Promise.resolve({
    run: (settings, onToken) => {
      const start = performance.now();
      const result = runReference(model, settings, onToken);
      return Promise.resolve({ target: "reference", ...result, seconds: (performance.now() - start) / 1000 });
    },
    close: () => Promise.resolve(),
  });
}
