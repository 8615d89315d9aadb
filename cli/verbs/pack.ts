// ternel pack: from a trained model to a container.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { Option, type Command } from "commander";
import { packModel, type PackOptions, type PackResult } from "../../models/convert/pack.ts";
import { TernelError } from "../../models/errors.ts";
import { readCheckpoint } from "../../models/input/checkpoint.ts";
import { existing, jsonOption } from "../options.ts";
import { printObject } from "../output.ts";
import { startProgress } from "../progress.ts";
import { modelInfo, printInfo } from "./info.ts";

interface Options {
  readonly output: string;
  readonly name?: string;
  readonly calibrate?: string;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addPack(program: Command): void {
  program
    .command("pack")
    .description("pack a safetensors model into a container")
    .argument("<in>", "a folder with model.safetensors, config.json and tokenizer.json (or the path of that model.safetensors)")
    .addOption(new Option("-o, --output <file>", "the container to write").makeOptionMandatory())
    .addOption(new Option("--name <text>", "the model's name in the container (default: the folder's)"))
    .addOption(new Option("--calibrate <file>", "a text like those the model will read (default: the model writes one itself)"))
    .addOption(jsonOption())
    .action((input: string, options: Options) => {
      const { bytes, report } = packFolder(input, options);
      try {
        writeFileSync(options.output, bytes);
      } catch (error) {
        throw new TernelError("fileUnwritable", error instanceof Error ? error.message : options.output);
      }
      const info = modelInfo(bytes);
      if (options.json === true) printObject({ ...info, ...report });
      else printInfo(info);
    });
}

function packFolder(input: string, options: Options): PackResult {
  const folder = statSync(existing(input)).isDirectory() ? input : dirname(input);
  if (folder !== input && basename(input) !== "model.safetensors")
    throw new TernelError("fileKind", `${input}: a model folder or its model.safetensors`);
  const checkpoint = readCheckpoint(folder);
  const bars = new Map<string, ReturnType<typeof startProgress>>();
  const progress: PackOptions["progress"] = (stage, done) => {
    const bar = bars.get(stage) ?? startProgress(stage, 100, "%");
    bars.set(stage, bar);
    bar.update(Math.round(100 * done));
  };
  const text = options.calibrate === undefined ? {} : { calibrationText: readFileSync(existing(options.calibrate), "utf8") };
  try {
    return packModel(checkpoint, {
      name: options.name ?? basename(resolve(folder)),
      ...text,
      progress,
    });
  } finally {
    for (const bar of bars.values()) bar.stop();
  }
}
