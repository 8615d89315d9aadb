// ternel bench space: what other parameters would cost and give. Cycles by the model of the command list, logic by synthesis; the designs
// on the front are placed and routed as well.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import {
  configurationNamed,
  configurations,
  variantName,
  designNames,
  type ConfigurationName,
} from "../../boards/configuration.ts";
import { configuredParameters } from "../../hw/accel/configured-parameters.ts";
import { parameterProblems } from "../../hw/accel/parameters.ts";
import {
  placeAndRoute,
  synthesise,
  wrappedVerilog,
  type DeviceName,
  type PlaceAndRouteResult,
  type Resources,
} from "../../hw/accel/place-and-route.ts";
import { compileCommands } from "../../models/compile/compile.ts";
import { publicShapes, type PublicShapeName } from "../../models/testing/public-shapes.ts";
import { randomTables } from "../../models/testing/random-container.ts";
import { printObject, table } from "../output.ts";
import { startProgress } from "../progress.ts";
import { machineTimes, modelList } from "./cycle-model.ts";
import { kept, keyOf } from "./kept.ts";
import { scatterPlot, type Panel } from "./scatter-plot.ts";

/** One design with what it takes and gives. */
export interface Design extends Resources {
  readonly config: string;
  readonly portBits: number;
  readonly columns: number;
  readonly lanes: number;
  /** Port words that may wait behind the DRAM ports. */
  readonly readAhead: number;
  /** For a token that is decoded. */
  readonly cyclesPerToken: number;
  readonly efficiency: number;
  /** For a token of a prompt. */
  readonly cyclesPerPromptToken: number;
  /** Whether no other design has both fewer LUT4 and fewer cycles: for decoding, for prompts. */
  readonly onDecodeFront: boolean;
  readonly onPromptFront: boolean;
  /** After routing, where it was routed. */
  readonly fmaxMHz?: number;
}

/** Which designs are placed and routed: that takes minutes for each. */
export const routeChoices = ["none", "front", "all"] as const;
export type RouteChoice = (typeof routeChoices)[number];

export interface SpaceOptions {
  readonly shape: PublicShapeName;
  /** Left out: {@link spaceNames}. */
  readonly designs?: readonly ConfigurationName[];
  readonly route: RouteChoice;
  readonly output: string;
  readonly json: boolean;
}

/** Every base with one parameter changed at a time. */
export function spaceNames(): ConfigurationName[] {
  const names = designNames.flatMap((base) => {
    const { fifoDepth } = configurations[base].accelerator;
    const changes = [
      {},
      ...[2, 4, 8, 16].map((vectorLanes) => ({ vectorLanes })),
      ...[1, 2, 4, 8].map((columns) => ({ columns })),
      ...[fifoDepth / 4, fifoDepth / 2].map((depth) => ({ fifoDepth: depth })),
    ];
    return changes.map((change) => variantName(base, change));
  });
  return [...new Set(names)].filter((name) => parameterProblems(configuredParameters(configurationNamed(name), 0)).length === 0);
}

/** The points that no other beats in both numbers. */
export function paretoFront<T>(points: readonly T[], x: (point: T) => number, y: (point: T) => number): Set<T> {
  const beats = (a: T, b: T): boolean => x(a) <= x(b) && y(a) <= y(b) && (x(a) < x(b) || y(a) < y(b));
  return new Set(points.filter((point) => !points.some((other) => beats(other, point))));
}

type Measured = Omit<Design, "onDecodeFront" | "onPromptFront" | "fmaxMHz">;

/** Changes when anything does that synthesis sees. */
function logicKey(config: ConfigurationName): string {
  return keyOf(...[...wrappedVerilog(config)].flat());
}

async function measured(config: ConfigurationName, shape: PublicShapeName): Promise<Measured> {
  const parameters = configuredParameters(configurationNamed(config), 0);
  const { columns, vectorLanes, dramPorts, fifoDepth, portBytes } = parameters;
  const commands = compileCommands(randomTables(shape, publicShapes[shape], 1));
  const token = modelList(commands, parameters, 1, true);
  const group = modelList(commands, parameters, columns, false);
  const resources = await kept(`logic-${config}`, logicKey(config), () => Promise.resolve(synthesise(config)));
  const cyclesPerToken = token.cycles + machineTimes.processor;
  return {
    config,
    portBits: 8 * portBytes,
    columns,
    lanes: vectorLanes,
    readAhead: dramPorts * fifoDepth,
    cyclesPerToken: Math.round(cyclesPerToken),
    efficiency: token.weightBeats / cyclesPerToken,
    cyclesPerPromptToken: Math.round((group.cycles + machineTimes.processor) / columns),
    ...resources,
  };
}

/** Placed and routed with seed 1. */
export function routedDesign(config: ConfigurationName, device: DeviceName): Promise<PlaceAndRouteResult> {
  return kept(`routed-${config}-${device}`, logicKey(config), () => Promise.resolve(placeAndRoute(config, device, 1)));
}

async function routed(design: Design): Promise<Design> {
  const config = design.config as ConfigurationName;
  const { fmaxMHz } = await routedDesign(config, "85F");
  return { ...design, fmaxMHz };
}

/** Measures these designs; those that `route` says are also placed and routed. */
export async function designSpace(
  shape: PublicShapeName,
  route: RouteChoice,
  names: readonly ConfigurationName[] = spaceNames(),
): Promise<Design[]> {
  const progress = startProgress("designs", names.length, "synthesised");
  const designs: Measured[] = [];
  for (const config of names) {
    designs.push(await measured(config, shape));
    progress.update(designs.length);
  }
  progress.stop();
  const decodeFront = paretoFront(designs, ({ lut4 }) => lut4, ({ cyclesPerToken }) => cyclesPerToken); // prettier-ignore
  const promptFront = paretoFront(designs, ({ lut4 }) => lut4, ({ cyclesPerPromptToken }) => cyclesPerPromptToken); // prettier-ignore
  const judged = designs.map((design): Design => ({
    ...design,
    onDecodeFront: decodeFront.has(design),
    onPromptFront: promptFront.has(design),
  }));
  const routing = startProgress("designs", judged.length, "looked at for routing");
  const results: Design[] = [];
  for (const design of judged) {
    const wanted = route === "all" || (route === "front" && (design.onDecodeFront || design.onPromptFront));
    results.push(wanted ? await routed(design) : design);
    routing.update(results.length);
  }
  routing.stop();
  return results;
}

/** The head of the table; {@link spaceRow} has the same columns. */
export const spaceHead = [
  "design",
  "port",
  "columns",
  "lanes",
  "read ahead",
  "cycles/token",
  "beats/cycles",
  "cycles/prompt token",
  "LUT4",
  "FF",
  "EBR",
  "MULT18",
  "Fmax (MHz)",
  "front",
] as const;

export function spaceRow(design: Design): string[] {
  const fronts = [...(design.onDecodeFront ? ["decode"] : []), ...(design.onPromptFront ? ["prompts"] : [])];
  return [
    design.config,
    String(design.portBits),
    String(design.columns),
    String(design.lanes),
    String(design.readAhead),
    String(design.cyclesPerToken),
    `${(100 * design.efficiency).toFixed(1)}%`,
    String(design.cyclesPerPromptToken),
    ...[design.lut4, design.ff, design.ebr, design.dsp].map(String),
    design.fmaxMHz === undefined ? "" : design.fmaxMHz.toFixed(1),
    fronts.join(", "),
  ];
}

/** Logic against cycles, for decoding and for prompts. */
export function spacePlot(designs: readonly Design[], shape: string): string {
  const panel = (title: string, cycles: (design: Design) => number, onFront: (design: Design) => boolean): Panel => ({
    title,
    xTitle: "LUT4 of an ECP5",
    yTitle: "cycles a token",
    points: designs.map((design) => ({
      x: design.lut4,
      y: cycles(design),
      label: design.config,
      series: `${design.portBits}-bit port`,
      onFront: onFront(design),
    })),
  });
  return scatterPlot([
    panel(`decoding, ${shape}`, ({ cyclesPerToken }) => cyclesPerToken, ({ onDecodeFront }) => onDecodeFront), // prettier-ignore
    panel(`prompts, ${shape}`, ({ cyclesPerPromptToken }) => cyclesPerPromptToken, ({ onPromptFront }) => onPromptFront), // prettier-ignore
  ]);
}

export async function benchSpace(options: SpaceOptions): Promise<void> {
  const designs = await designSpace(options.shape, options.route, options.designs);
  const path = isAbsolute(options.output) ? options.output : join(process.cwd(), options.output);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, spacePlot(designs, options.shape));
  if (options.json) {
    printObject({ shape: options.shape, plot: path, designs });
    return;
  }
  table([...spaceHead], designs.map(spaceRow));
  process.stdout.write(`plot: ${path}\n`);
}
