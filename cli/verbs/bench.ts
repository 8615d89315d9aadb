// ternel bench: the accelerator measured in cycles on the simulated SoC, each result checked against the reference; without a verb
// the performance page, docs/performance.md.
import { InvalidArgumentError, Option, type Command } from "commander";
import {
  isConfigurationName,
  variantName,
  type BaseConfigurationName,
  type ConfigurationName,
} from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { isPublicShapeName } from "../../models/testing/public-shapes.ts";
import type { BenchResult } from "../bench/measurement.ts";
import { fileModel, shapeModel, shapeNames, type BenchModel } from "../bench/model.ts";
import { printBench } from "../bench/print.ts";
import { benchBlock, benchDecode, benchMatvec, benchPrefill, type TokenBench } from "../bench/run-bench.ts";
import { defaultModel, flashOption, jsonOption, socConfigOption, wholeNumber, type SocOptions } from "../options.ts";
import { engineNames, type EngineName } from "../targets/target.ts";
import { addX86Bench } from "./bench-x86.ts";

interface MachineOptions extends SocOptions {
  readonly columns?: number;
  readonly lanes?: number;
  readonly engine: EngineName;
  readonly json?: boolean;
}

interface ModelOptions extends MachineOptions {
  readonly model?: string;
  readonly shape?: string;
  readonly tokens: number;
}

interface MatvecOptions extends MachineOptions {
  readonly shape: readonly [number, number];
  readonly rows?: number;
}

/** Adds the verb to the program. */
export function addBench(program: Command): void {
  const bench = program
    .command("bench")
    .description("measure the accelerator in cycles on the simulated SoC; without a verb, write docs/performance.md")
    .addOption(new Option("--only <tables>", "renew only these tables of the page, separated by commas"))
    .action(async (options: { only?: string }) => {
      const { writePerformancePage } = await import("../bench/page.ts");
      await writePerformancePage(options.only?.split(","));
    });
  addMatvec(bench);
  addDecode(bench);
  addPrefill(bench);
  addBlock(bench);
  addSpace(bench);
  addX86Bench(bench);
}

const machineOptions = (): Option[] => [
  socConfigOption(),
  new Option("--columns <C>", "tokens that share one pass over the weights: 1, 2, 4 or 8").argParser(wholeNumber(1, 8)),
  new Option("--lanes <V>", "elements that the vector unit takes a cycle: 2, 4, 8 or 16").argParser(wholeNumber(2, 16)),
  new Option("--engine <name>", "who computes; matrix: the CPU, with the accelerator for matrices")
    .choices(engineNames)
    .default("accelerator"),
  flashOption(),
  jsonOption(),
];

function withOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

const modelOptions = (): Option[] => [
  new Option("--shape <name>", `random weights of a public size: ${shapeNames.join(", ")}`).argParser((text: string) => {
    if (isPublicShapeName(text)) return text;
    throw new InvalidArgumentError(`one of ${shapeNames.join(", ")} is needed.`);
  }),
  new Option("--model <file>", "a .tern container (default: the model that ships)"),
];

/** The configuration with the parameters that options give it. */
function configurationOf({ config, columns, lanes }: MachineOptions): ConfigurationName {
  if (columns === undefined && lanes === undefined) return config;
  const changes = { ...(columns === undefined ? {} : { columns }), ...(lanes === undefined ? {} : { vectorLanes: lanes }) };
  const name = variantName(config as BaseConfigurationName, changes);
  if (!isConfigurationName(name))
    throw new TernelError("argument", `--columns, --lanes: --config ${config} has parameters already`);
  return name;
}

function benchOptions(options: MachineOptions): TokenBench {
  return { config: configurationOf(options), engine: options.engine, flash: options.flash === true };
}

function modelOf({ shape, model }: Pick<ModelOptions, "shape" | "model">): BenchModel {
  if (shape !== undefined && model !== undefined) throw new TernelError("argument", "--shape or --model, not both");
  return shape !== undefined && isPublicShapeName(shape) ? shapeModel(shape) : fileModel(model ?? defaultModel());
}

function report(result: BenchResult, json: boolean | undefined): void {
  printBench(result, json === true);
  if (!result.equal) process.exitCode = 1;
}

function matrixShape(text: string): [number, number] {
  const match = /^(\d{1,6})x(\d{1,6})$/.exec(text);
  if (match === null) throw new InvalidArgumentError("ROWSxCOLUMNS is needed, such as 1024x1024.");
  return [wholeNumber(1, 262_144)(match[1] ?? ""), wholeNumber(1, 32_768)(match[2] ?? "")];
}

function addMatvec(bench: Command): void {
  withOptions(
    bench
      .command("matvec")
      .description("one matrix times a vector, by a list of its own")
      .addOption(
        new Option("--shape <ROWSxCOLUMNS>", "shape of the matrix").argParser(matrixShape).default([1024, 1024], "1024x1024"),
      ),
    [socConfigOption(), flashOption(), jsonOption()],
  ).action(async (options: Omit<MatvecOptions, "engine">) => {
    const machine = { ...options, engine: "accelerator" } as const;
    report(await benchMatvec(fileModel(defaultModel()), benchOptions(machine), ...options.shape), options.json);
  });
}

function addDecode(bench: Command): void {
  withOptions(bench.command("decode").description("greedy tokens from the start token on, each with its logits"), [
    ...modelOptions(),
    new Option("--tokens <n>", "how many").argParser(wholeNumber(1, 4096)).default(1),
    ...machineOptions(),
  ]).action(async (options: ModelOptions) => {
    report(await benchDecode(modelOf(options), benchOptions(options), options.tokens), options.json);
  });
}

function addPrefill(bench: Command): void {
  withOptions(bench.command("prefill").description("a prompt, read in groups of as many tokens as there are columns"), [
    ...modelOptions(),
    new Option("--tokens <n>", "tokens of the prompt").argParser(wholeNumber(1, 512)).default(8),
    ...machineOptions(),
  ]).action(async (options: ModelOptions) => {
    report(await benchPrefill(modelOf(options), benchOptions(options), options.tokens), options.json);
  });
}

function addBlock(bench: Command): void {
  withOptions(
    bench
      .command("block")
      .description("one block of d = 512 and the ratio to the 43 ms at 60 MHz of the MatMul-free paper's FPGA (arXiv 2406.02528)"),
    machineOptions(),
  ).action(async (options: MachineOptions) => {
    report(await benchBlock(shapeModel("block512"), benchOptions(options)), options.json);
  });
}

interface SpaceCommandOptions {
  readonly shape: (typeof shapeNames)[number];
  readonly designs?: readonly ConfigurationName[];
  readonly route: "none" | "front" | "all";
  readonly output: string;
  readonly json?: boolean;
}

function designNames(text: string): ConfigurationName[] {
  return text.split(",").map((name) => {
    if (isConfigurationName(name)) return name;
    throw new InvalidArgumentError(`'${name}' is no configuration.`);
  });
}

function addSpace(bench: Command): void {
  bench
    .command("space")
    .description(
      "sweep port width, columns, FIFO depth and vector lanes: cycles a token, LUT4, FF, EBR, DSP, Fmax, and the Pareto front",
    )
    .addOption(new Option("--shape <name>", "the model's public size").choices(shapeNames).default("370M"))
    .addOption(
      new Option("--designs <names>", "these configurations, separated by commas, not all that there are").argParser(designNames),
    )
    .addOption(
      new Option("--route <which>", "place and route these: minutes each").choices(["none", "front", "all"]).default("front"),
    )
    .addOption(new Option("-o, --output <file>", "the plot, an SVG").default("build/space/pareto.svg"))
    .addOption(jsonOption())
    .action(async (options: SpaceCommandOptions) => {
      const { benchSpace } = await import("../bench/space.ts");
      await benchSpace({ ...options, json: options.json === true });
    });
}
