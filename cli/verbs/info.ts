// ternel info: what a container holds and what it costs.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { bufferLayout } from "../../models/compile/buffer-layout.ts";
import { disassemble, disassemblyLines, listNames, type DisassembledCommand } from "../../models/compile/disassemble.ts";
import { readContainer, readHeader, type Header, type Layout } from "../../models/container.ts";
import { existing, jsonOption } from "../options.ts";
import { printObject, table } from "../output.ts";

/** What `info --json` prints. */
export interface ModelInfo {
  readonly name: string;
  readonly architecture: "matmulfree";
  readonly vocabulary: number;
  readonly dimension: number;
  readonly layers: number;
  readonly intermediate: number;
  /** Weights of matrices and of the embedding. */
  readonly parameters: number;
  readonly columnAlign: number;
  readonly fileBytes: number;
  /** Bytes of each section of the file. */
  readonly sections: Readonly<Record<string, number>>;
  /** The recurrent state: all that a session has to keep. */
  readonly stateBytes: number;
  /** The engine's state and vectors, beside the container itself. */
  readonly arenaBytes: number;
  /** Container and arena. */
  readonly memoryBytes: number;
  /** What the accelerator reads and writes beside the container: states and logits of one sequence. Part of the arena. */
  readonly bufferBytes: number;
  /** Weight bytes read for one token: every matrix once, one row of the embedding. */
  readonly bytesPerToken: number;
  /** Commands of the accelerator's list, and all bytes that it streams for a token with logits: weights, gains, bounds, states. */
  readonly commands: number;
  readonly streamBytesPerToken: number;
  /** Of the whole file. */
  readonly sha256: string;
}

/** Adds the verb to the program. */
export function addInfo(program: Command): void {
  program
    .command("info")
    .description("print a model's architecture, sizes, memory needed, bytes per token and hash")
    .argument("<file>", "a .tern container")
    .addOption(new Option("--commands", "print the accelerator's command list instead: what it does for a token"))
    .addOption(jsonOption())
    .action((file: string, options: { commands?: boolean; json?: boolean }) => {
      const bytes = readFileSync(existing(file));
      if (options.commands === true) printCommands(modelCommands(bytes), options.json === true);
      else if (options.json === true) printObject(modelInfo(bytes));
      else printInfo(modelInfo(bytes));
    });
}

/** Checks a container completely and sums it up. */
export function modelInfo(bytes: Uint8Array): ModelInfo {
  const { header, layout } = readHeader(bytes);
  readContainer(bytes);
  const arenaBytes = engineMemory(header);
  const commands = commandsOf(bytes, header, layout);
  return {
    name: header.name,
    architecture: "matmulfree",
    vocabulary: header.vocabulary,
    dimension: header.dimension,
    layers: header.layers,
    intermediate: header.intermediate,
    parameters:
      2 * header.vocabulary * header.dimension +
      header.layers * header.dimension * (4 * header.dimension + 3 * header.intermediate),
    columnAlign: header.columnAlign,
    fileBytes: header.totalBytes,
    sections: Object.fromEntries(layout.sections.map((section) => [section.name, section.bytes])),
    stateBytes: 4 * header.layers * header.dimension,
    arenaBytes,
    memoryBytes: header.totalBytes + arenaBytes,
    bufferBytes: bufferLayout(header).bytes,
    bytesPerToken: weightBytesPerToken(header, layout),
    commands: commands.length,
    streamBytesPerToken: commands.reduce((sum, { streamBytes }) => sum + streamBytes, 0),
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

/** Checks a container completely and disassembles its command list. */
export function modelCommands(bytes: Uint8Array): DisassembledCommand[] {
  const { header, layout } = readHeader(bytes);
  readContainer(bytes);
  return commandsOf(bytes, header, layout);
}

function commandsOf(bytes: Uint8Array, header: Header, layout: Layout): DisassembledCommand[] {
  const place = layout.places.get("commands");
  const list = place === undefined ? new Uint8Array(0) : bytes.subarray(place.offset, place.offset + place.bytes);
  return disassemble(list, listNames(header, layout));
}

function printCommands(commands: readonly DisassembledCommand[], isJson: boolean): void {
  if (isJson) printObject({ commands });
  else process.stdout.write(disassemblyLines(commands).join("\n") + "\n");
}

function weightBytesPerToken(header: Header, layout: Layout): number {
  const matrices = layout.places.values().filter((place) => place.name.includes("matrix"));
  return matrices.reduce((sum, place) => sum + place.bytes, header.dimension);
}

/** The arena that ternel_engine_init lays out (firmware/engine/engine.h, struct ternel_buffers): each vector starts at a multiple of 64. */
function engineMemory(header: Header): number {
  const { vocabulary, dimension, intermediate, columnAlign } = header;
  const stride = Math.ceil(Math.max(dimension, intermediate) / columnAlign) * columnAlign;
  const vectors = [
    ...Array<number>(5).fill(4 * dimension),
    8 * intermediate,
    8 * vocabulary,
    stride,
    256, // commands of the backend's own
  ];
  return vectors.reduce((sum, bytes) => sum + Math.ceil(bytes / 64) * 64, bufferLayout(header).bytes);
}

/** The table for people. */
export function printInfo(info: ModelInfo): void {
  const rows = Object.entries(info).map(([name, value]: [string, ModelInfo[keyof ModelInfo]]) => [
    name,
    typeof value === "object"
      ? Object.entries(value)
          .map(([section, bytes]) => `${section} ${bytes}`)
          .join(", ")
      : String(value),
  ]);
  table(["property", "value"], rows);
}
