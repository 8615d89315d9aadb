// llama.cpp beside our engine: the same matrices in its two ternary formats, on the same machine in the same run. It is no dependency:
// the first call installs node-llama-cpp, which brings llama.cpp built for each kind of processor, into build/llama.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TernelError } from "../../../models/errors.ts";
import type { ContainerShape } from "../../../models/testing/random-container.ts";
import { projectRoot } from "../../paths.ts";
import { jsonLines } from "../json-lines.ts";
import { ternaryFormats, writeGgufModel, type TernaryFormat } from "./gguf-model.ts";

/** The version that is installed. */
const version = "3.22.1";
const folder = join(projectRoot, "build/llama");
const llamaModule = join(folder, "node_modules/node-llama-cpp/dist/index.js");

interface Rate {
  readonly best: number;
  readonly p50: number;
}

/** One format with one number of cores, in tokens a second. */
export interface LlamaRun {
  readonly name: "llama.cpp";
  /** Of node-llama-cpp, which pins llama.cpp's. */
  readonly version: string;
  readonly format: TernaryFormat;
  readonly threads: number;
  readonly decode: Rate;
  readonly prefill: Rate;
}

function install(): void {
  if (existsSync(llamaModule)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"name":"ternel-bench-peer","private":true}\n');
  process.stderr.write(`installing node-llama-cpp ${version} into build/llama (85 MB)\n`);
  // Without the packages for graphics cards, and without scripts: the addon is built already.
  const parameters = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional"];
  const packages = [`node-llama-cpp@${version}`, `@node-llama-cpp/linux-x64@${version}`];
  const { status } = spawnSync("npm", [...parameters, ...packages], { cwd: folder, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new TernelError("toolFailed", "npm install node-llama-cpp (it needs the network)");
}

/** A model of that shape, made once. */
function modelFile(name: string, shape: ContainerShape, format: TernaryFormat): string {
  const path = join(folder, `${name}-${format}.gguf`);
  if (!existsSync(path)) {
    writeGgufModel(`${path}.${process.pid}`, shape, format);
    renameSync(`${path}.${process.pid}`, path);
  }
  return path;
}

/** Both formats with each number of cores. */
export async function benchLlama(
  name: string,
  shape: ContainerShape,
  options: { readonly threads: readonly number[]; readonly prefill: number; readonly seconds: number },
): Promise<LlamaRun[]> {
  install();
  const runs: LlamaRun[] = [];
  for (const format of Object.keys(ternaryFormats) as TernaryFormat[]) {
    for (const threads of options.threads) {
      const [rates] = await jsonLines(process.execPath, [
        ...[join(import.meta.dirname, "measure.ts"), llamaModule, modelFile(name, shape, format)],
        ...[threads, options.prefill, Math.round(1000 * options.seconds)].map(String),
      ]);
      const { decode, prefill } = rates as unknown as Pick<LlamaRun, "decode" | "prefill">;
      runs.push({ name: "llama.cpp", version, format, threads, decode, prefill });
    }
  }
  return runs;
}
