// ternel info: what a container holds and what it costs.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Command } from "commander";
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
  /** Weight bytes read for one token: every matrix once, one row of the embedding. */
  readonly bytesPerToken: number;
  /** Of the whole file. */
  readonly sha256: string;
}

/** Adds the verb to the program. */
export function addInfo(program: Command): void {
  program
    .command("info")
    .description("print a model's architecture, sizes, memory needed, bytes per token and hash")
    .argument("<file>", "a .tern container")
    .addOption(jsonOption())
    .action((file: string, options: { json?: boolean }) => {
      const info = modelInfo(readFileSync(existing(file)));
      if (options.json === true) printObject(info);
      else printInfo(info);
    });
}

/** Checks a container completely and sums it up. */
export function modelInfo(bytes: Uint8Array): ModelInfo {
  const { header, layout } = readHeader(bytes);
  readContainer(bytes);
  const arenaBytes = engineMemory(header);
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
    bytesPerToken: weightBytesPerToken(header, layout),
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

function weightBytesPerToken(header: Header, layout: Layout): number {
  const matrices = layout.places.values().filter((place) => place.name.includes("matrix"));
  return matrices.reduce((sum, place) => sum + place.bytes, header.dimension);
}

/** The arena that ternel_engine_init lays out (firmware/engine/engine.h, struct ternel_buffers): each vector starts at a multiple of 64. */
function engineMemory(header: Header): number {
  const { vocabulary, dimension, layers, intermediate, columnAlign } = header;
  const stride = Math.ceil(Math.max(dimension, intermediate) / columnAlign) * columnAlign;
  const vectors = [
    ...Array<number>(5).fill(4 * dimension),
    8 * intermediate,
    layers * Math.ceil(dimension / 16) * 64,
    4 * vocabulary,
    8 * vocabulary,
    stride,
    256,
  ];
  return vectors.reduce((sum, bytes) => sum + Math.ceil(bytes / 64) * 64, 0);
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
