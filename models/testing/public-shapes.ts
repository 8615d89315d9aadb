// Models of the public sizes with random weights: what benches read when they are told `--shape 370M`.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomContainer, type ContainerShape } from "./random-container.ts";

/** The sizes of the public MatMul-free checkpoints (Zhu et al., arXiv 2406.02528), and cuts of them. */
export const publicShapes = {
  "370M": { dimension: 1024, intermediate: 2816, layers: 24, vocabulary: 32_000 },
  "1.3B": { dimension: 2048, intermediate: 5632, layers: 24, vocabulary: 32_000 },
  "2.7B": { dimension: 2560, intermediate: 6912, layers: 32, vocabulary: 32_000 },
  /** One layer and the head of 1.3B. */
  "1.3B-layer": { dimension: 2048, intermediate: 5632, layers: 1, vocabulary: 32_000 },
  /** The unit that the paper measured on its FPGA: one block of d = 512, with a vocabulary that costs little. */
  block512: { dimension: 512, intermediate: 1536, layers: 1, vocabulary: 512 },
} as const satisfies Readonly<Record<string, ContainerShape>>;
export type PublicShapeName = keyof typeof publicShapes;

/** Whether a name from a command line names a public shape. */
export function isPublicShapeName(name: string): name is PublicShapeName {
  return Object.hasOwn(publicShapes, name);
}

/**
 * The container of a public shape as a file in `folder`, which keeps it: made when it is not there yet (370M: about 2 seconds).
 *
 * @returns the file's path
 */
export function publicContainer(name: PublicShapeName, folder: string, seed = 1): string {
  const shape = publicShapes[name];
  const title = `random ${name}`;
  // Whatever changes a container (generator, compiler, format) changes this small one, too, and with it the file's name.
  const sample = randomContainer(title, { dimension: 70, intermediate: 30, layers: 2, vocabulary: 257 }, seed);
  const key = createHash("sha256").update(JSON.stringify(shape)).update(sample);
  const path = join(folder, `${name}-${key.digest("hex").slice(0, 12)}.tern`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, randomContainer(title, shape, seed));
  renameSync(partial, path);
  return path;
}
