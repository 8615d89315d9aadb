// node models/testing/write-damaged-containers.ts FOLDER: writes the corpus of damaged containers as files, for the C reader's test.
// FOLDER/expected.txt has one line per file: its name and the code with which a reader must refuse it, or OK.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errors } from "../errors.ts";
import { damagedContainers } from "./damaged-containers.ts";

/** Writes the corpus into a folder; returns how many files it has. */
export function writeDamagedContainers(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const corpus = damagedContainers();
  for (const { name, bytes } of corpus) writeFileSync(join(folder, `${name}.tern`), bytes);
  const lines = corpus.map(({ name, error }) => `${name}.tern ${error === undefined ? "OK" : errors[error].code}\n`);
  writeFileSync(join(folder, "expected.txt"), lines.join(""));
  return corpus.length;
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (folder === undefined) {
    console.error("usage: node models/testing/write-damaged-containers.ts FOLDER");
    process.exitCode = 2;
  } else {
    console.log(`${writeDamagedContainers(folder)} containers in ${folder}`);
  }
}
