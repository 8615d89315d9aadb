// ternel bench x86: the engine on this machine, with every kernel, beside the machine's memory and beside llama.cpp.
import { InvalidArgumentError, Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import { isPublicShapeName, publicShapes, type PublicShapeName } from "../../models/testing/public-shapes.ts";
import { benchLlama } from "../bench/llama/peer.ts";
import { fileModel, shapeModel, shapeNames } from "../bench/model.ts";
import { printX86 } from "../bench/x86-print.ts";
import { benchUefi } from "../bench/uefi-bench.ts";
import { benchX86 } from "../bench/x86.ts";
import { defaultModel, jsonOption, wholeNumber } from "../options.ts";
import { kernelNames } from "../targets/native.ts";

/** Those of firmware/kernels. */
const kernels = kernelNames.filter((name) => name !== "cpu");

interface X86BenchOptions {
  readonly model?: string;
  readonly shape?: PublicShapeName;
  readonly cores?: readonly number[];
  readonly kernel?: readonly string[];
  readonly prefill: number;
  readonly seconds: number;
  readonly peer?: "llama.cpp";
  readonly uefi?: boolean;
  readonly json?: boolean;
}

function shapeName(text: string): PublicShapeName {
  if (isPublicShapeName(text)) return text;
  throw new InvalidArgumentError(`one of ${shapeNames.join(", ")} is needed.`);
}

function kernelName(text: string): string {
  if (kernels.some((name) => name === text)) return text;
  throw new InvalidArgumentError(`${kernels.join(", ")} are the kernels.`);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < 0.1 || value > 600) throw new InvalidArgumentError("0.1 to 600 seconds are needed.");
  return value;
}

/** Adds the verb to `bench`. */
export function addX86Bench(bench: Command): void {
  bench
    .command("x86")
    .description("the engine on this machine: tokens and bytes a second of each kernel, beside plain reading of memory")
    .addOption(
      new Option("--shape <name>", `random weights of a public size: ${shapeNames.join(", ")} (default: 370M)`).argParser(
        shapeName,
      ),
    )
    .addOption(new Option("--model <file>", "a .tern container, in place of --shape"))
    .addOption(
      new Option("--cores <list>", "numbers of cores, separated by commas (default: one, and all)").argParser((text) =>
        text.split(",").map(wholeNumber(1, 256)),
      ),
    )
    .addOption(
      new Option("--kernel <list>", "kernels, separated by commas (default: all that this processor runs)").argParser((text) =>
        text.split(",").map(kernelName),
      ),
    )
    .addOption(new Option("--prefill <n>", "tokens of the prompt").argParser(wholeNumber(2, 64)).default(64))
    .addOption(new Option("--seconds <s>", "for each kernel and number of cores").argParser(seconds).default(1.5))
    .addOption(
      new Option("--peer <name>", "measure llama.cpp as well, same shape, TQ1_0 and TQ2_0; installs it into build/llama").choices([
        "llama.cpp",
      ]),
    )
    .addOption(
      new Option("--uefi", "boot the UEFI application in QEMU as well: its boot in phases, tokens and prompts, one and two cores"),
    )
    .addOption(jsonOption())
    .action(runX86Bench);
}

async function runX86Bench(options: X86BenchOptions): Promise<void> {
  if (options.shape !== undefined && options.model !== undefined) throw new TernelError("argument", "--shape or --model, not both");
  const shape = options.shape ?? "370M";
  if (options.peer !== undefined && options.model !== undefined)
    throw new TernelError("argument", "--peer takes a --shape: it has no other models");
  const model = options.model === undefined ? shapeModel(shape) : fileModel(options.model);
  const { cores, kernel, prefill } = options;
  const measured = await benchX86(model, {
    ...{ prefill, seconds: options.seconds },
    ...(cores === undefined ? {} : { threads: cores }),
    ...(kernel === undefined ? {} : { kernels: kernel }),
  });
  if (measured.runs.length === 0) throw new TernelError("argument", "this processor runs none of these kernels");
  const counts = [...new Set(measured.runs.map((run) => run.threads))];
  const peers =
    options.peer === undefined
      ? {}
      : { peers: await benchLlama(shape, publicShapes[shape], { threads: counts, prefill, seconds: options.seconds }) };
  const uefi = options.uefi === true ? { uefi: await benchUefi(defaultModel()) } : {};
  printX86({ ...measured, ...peers, ...uefi }, options.json === true);
  if (measured.runs.some((run) => !run.equal)) process.exitCode = 1;
}
