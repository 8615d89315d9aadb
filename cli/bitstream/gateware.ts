// What goes into synthesis: the folder that hw/soc/bitstream.py fills for a board, and its project.json.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BoardName } from "../../boards/configuration.ts";
import { configurationNamed } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { generatedForConfiguration } from "../generate/configuration.ts";
import { buildPaths, projectRoot } from "../paths.ts";
import { writeIfChanged } from "../write-if-changed.ts";
import { runTool, type Tools } from "./tool.ts";

/** What project.json says. */
export interface Gateware {
  readonly folder: string;
  /** The top module. */
  readonly top: string;
  readonly sources: readonly string[];
  /** Pins and clocks (.lpf). */
  readonly constraints: string;
  /** nextpnr's name of the device, such as `um5g-85k`. */
  readonly architecture: string;
  readonly package: string;
  readonly speed: string;
}

const fields = ["top", "constraints", "architecture", "package", "speed"] as const;

/** Reads project.json of a folder; throws where it is not what hw/soc/bitstream.py writes. */
export function readGateware(folder: string): Gateware {
  const path = join(folder, "project.json");
  if (!existsSync(path)) throw new TernelError("fileMissing", path);
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  const project = typeof parsed === "object" && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : {};
  const { sources } = project;
  const texts = fields.map((name) => [name, project[name]] as const);
  const wrong: string[] = texts.filter(([, value]) => typeof value !== "string" || value === "").map(([name]) => name);
  if (!Array.isArray(sources) || sources.length === 0 || !sources.every((name) => typeof name === "string"))
    wrong.unshift("sources");
  if (wrong.length > 0) throw new TernelError("toolAnswer", `${path}: ${wrong.join(", ")}`);
  return { folder, sources: sources as string[], ...(Object.fromEntries(texts) as Record<(typeof fields)[number], string>) };
}

export interface GenerateOptions {
  readonly board: BoardName;
  /** The self-test: no DRAM, no accelerator. */
  readonly blink: boolean;
  /** Takes the gateware; emptied first, so that nothing in it is older than the sources. */
  readonly folder: string;
  readonly logs: string;
  readonly tools: Pick<Tools, "python">;
}

/** Generates a board's accelerator and SoC as the sources stand. */
export async function generateGateware({ board, blink, folder, logs, tools }: GenerateOptions): Promise<Gateware> {
  const paths = buildPaths(board);
  for (const [name, content] of generatedForConfiguration(configurationNamed(board)))
    writeIfChanged(join(paths.folder, name), content);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const request = ["--board", board, "--configuration", paths.description, "--output", folder, ...(blink ? ["--blink"] : [])];
  await runTool(tools.python, ["-m", "hw.soc.bitstream", ...request], { folder: projectRoot, log: join(logs, "generate.log") });
  return readGateware(folder);
}
