// A board's project for Vivado, written by hw/soc/vivado_project.py; Vivado itself has to be run where it is installed.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { boards, configurationNamed, type BoardName } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { generatedForConfiguration } from "../generate/configuration.ts";
import { buildPaths, projectRoot } from "../paths.ts";
import { writeIfChanged } from "../write-if-changed.ts";
import { installedTools, runTool, type Tools } from "../bitstream/tool.ts";
import { isDeviceName, reportResources, type ResourceReport } from "./resource-report.ts";

/** What project.json says. */
export interface VivadoProject {
  readonly folder: string;
  /** The top module. */
  readonly top: string;
  readonly sources: readonly string[];
  /** Pins and clocks (.xdc). */
  readonly constraints: string;
  /** What Vivado runs (.tcl). */
  readonly script: string;
  /** The part, as Vivado names it. */
  readonly device: string;
}

/** Reads project.json of a folder; throws where it is not what hw/soc/vivado_project.py writes. */
export function readVivadoProject(folder: string): VivadoProject {
  const path = join(folder, "project.json");
  if (!existsSync(path)) throw new TernelError("fileMissing", path);
  const parsed = JSON.parse(readFileSync(path, "utf8")) as Partial<VivadoProject>;
  const { top, sources, constraints, script, device } = parsed;
  if (!Array.isArray(sources) || [top, constraints, script, device].some((value) => typeof value !== "string"))
    throw new TernelError("toolAnswer", path);
  return { ...(parsed as VivadoProject), folder };
}

export interface VivadoOptions {
  readonly board: BoardName;
  /** One of the devices that the board is sold with; left out: the usual one. */
  readonly device?: string;
  readonly blink: boolean;
  /** Whether to synthesise with Yosys what the project takes of the device: minutes. */
  readonly resources: boolean;
  readonly tools?: Tools;
  /** Told the name of each step as it begins. */
  readonly onStep?: (name: string, index: number) => void;
}

/** What was written; with resources also build/<board>/resources.json. */
export interface VivadoResult {
  readonly board: BoardName;
  readonly blink: boolean;
  /** The part, as Vivado names it. */
  readonly device: string;
  readonly project: string;
  /** The command that is left to do, in the project's folder. */
  readonly next: string;
  readonly resources?: ResourceReport;
}

/** Writes the project, complete, into build/<board>/vivado/; the folder is emptied first. */
export async function writeVivadoProject(options: VivadoOptions): Promise<VivadoResult> {
  const { board, blink, tools = installedTools } = options;
  const { fpga } = boards[board];
  const { device = fpga.device } = options;
  const known = [fpga.device, ...fpga.otherDevices];
  if (fpga.family !== "7series" || !known.includes(device) || !isDeviceName(device))
    throw new TernelError("argument", `--device ${device}: ${board} is sold with ${known.join(" or ")}`);
  const paths = buildPaths(board);
  const folder = join(paths.folder, blink ? "vivado-blink" : "vivado");
  const resultFile = join(paths.folder, "resources.json");
  options.onStep?.("generating", 0);
  for (const [name, content] of generatedForConfiguration(configurationNamed(board)))
    writeIfChanged(join(paths.folder, name), content);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const request = ["--board", board, "--device", device, "--configuration", paths.description, "--output", folder];
  await runTool(tools.python, ["-m", "hw.soc.vivado_project", ...request, ...(blink ? ["--blink"] : [])], {
    folder: projectRoot,
    log: `${folder}.log`,
  });
  const project = readVivadoProject(folder);
  const result = { board, blink, device: project.device, project: relative(process.cwd(), folder), next: "sh vivado.sh" };
  if (!options.resources) return result;
  options.onStep?.("synthesising", 1);
  rmSync(resultFile, { force: true });
  const resources = await reportResources(project, device, tools);
  if (!blink) writeFileSync(resultFile, `${JSON.stringify(resources, null, 2)}\n`);
  return { ...result, resources };
}
