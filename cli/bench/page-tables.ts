// The tables of docs/performance.md, by the name in their mark.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationNamed, type ConfigurationName } from "../../boards/configuration.ts";
import { markdownTable } from "../generate/markdown-table.ts";
import type { BenchResult, Whereabouts } from "./measurement.ts";
import { boardsTable } from "./boards-table.ts";
import { benchMemory, refreshLimit } from "./memory-bench.ts";
import { block, decode, prefill, scaled } from "./page-runs.ts";
import { paperBlock, peers } from "./peers.ts";
import { resultTable } from "../../hw/accel/place-and-route.ts";
import { projectRoot } from "../paths.ts";
import { designSpace, routedDesign, spaceHead, spacePlot, spaceRow } from "./space.ts";
import { percent, ratioToPaper, whereaboutsMeaning } from "./print.ts";

const boards: readonly ConfigurationName[] = ["arty", "ecp5"];
/** Carried by no board that is supported: two parts side by side, eight columns. */
const wide: ConfigurationName = "wide";
const eight: ConfigurationName = "arty-c8";
const promptTokens = 8;
/** Tokens of the default model that are averaged. */
const defaultTokens = 16;

const number = (value: number): string => Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
const megahertz = (hertz: number): string => `${hertz / 1e6} MHz`;
const rate = (perSecond: number): string => perSecond.toFixed(perSecond < 100 ? 2 : 0);
const perToken = (result: BenchResult): number => result.cycles / result.tokens;

/** Rows for each machine, in order; simulations run one after the other. */
async function eachMachine<T>(
  machines: readonly ConfigurationName[],
  make: (config: ConfigurationName) => Promise<readonly T[]>,
): Promise<T[]> {
  const rows: T[] = [];
  for (const config of machines) rows.push(...(await make(config)));
  return rows;
}

async function decodeTable(): Promise<string> {
  const rows = await eachMachine([...boards, wide], async (config) => {
    const results = [await decode("default", config, defaultTokens), await decode("370M", config)];
    if (config !== wide) results.push(await scaled(config));
    return results.map((result) => [
      result.shape === "1.3B" ? "1.3B (24 times its layer, and the head)" : result.shape,
      `${config}, ${megahertz(result.clockHz)}`,
      number(result.bytes / result.tokens),
      number(perToken(result)),
      number(result.beats / result.tokens),
      percent(result.beats, result.cycles),
      percent(result.counters.beats + result.counters.writeBeats, result.cycles),
      rate(result.tokensPerSecond),
    ]);
  });
  return markdownTable(
    [
      "model",
      "machine",
      "weight bytes a token",
      "cycles a token",
      "weight beats",
      "beats / cycles",
      "all beats / cycles",
      "tokens/s",
    ],
    rows,
  );
}

async function whereTable(): Promise<string> {
  const results = await eachMachine(boards, async (config) => [
    await decode("370M", config),
    await decode("default", config, defaultTokens),
  ]);
  return markdownTable(
    ["cycles of a token", ...results.map(({ shape, config }) => `${shape}, ${config}`)],
    [
      ...Object.entries(whereaboutsMeaning).map(([name, meaning]) => [
        meaning,
        ...results.map(({ stalls, tokens, cycles }) => {
          const share = stalls[name as keyof Whereabouts];
          return `${number(share / tokens)} (${percent(share, cycles)})`;
        }),
      ]),
      ["together", ...results.map((result) => number(perToken(result)))],
    ],
  );
}

async function memoryTable(): Promise<string> {
  const rows = await eachMachine(boards, async (config) => {
    const runs = await benchMemory(config);
    const named = (name: string): (typeof runs)[number] => {
      const found = runs.find(({ run }) => run === name);
      if (found === undefined) throw new Error(`hw/soc/dram_bench.py has no run "${name}"`);
      return found;
    };
    const limit = refreshLimit(configurationNamed(config).dram.module);
    const token = await decode("370M", config);
    const used = (token.counters.beats + token.counters.writeBeats) / token.cycles;
    const cells = ({ cycles, beats, refresh, turn, row, unasked }: (typeof runs)[number]): string[] =>
      [beats, refresh, row, turn, unasked].map((part) => percent(part, cycles));
    return [
      [config, "what refresh leaves at best", percent(limit, 1), percent(1 - limit, 1), "", "", ""],
      [config, "this project's stream reader, 1 MiB in order", ...cells(named("1 MiB"))],
      [config, "LiteDRAM's DMA reader on the same controller, 1 MiB in order", ...cells(named("1 MiB LiteDRAMDMAReader"))],
      [config, "stream reader, layers of 370M with pauses as of the vector unit", ...cells(named("layers of 370M"))],
      [config, `a whole token of 370M: ${percent(used, limit)} of the limit`, percent(used, 1), "", "", "", ""],
    ];
  });
  return markdownTable(["machine", "reader", "beats / cycles", "refresh", "rows", "turns", "nothing asked for"], rows);
}

async function prefillTable(): Promise<string> {
  const rows: string[][] = [];
  const cases = [
    { shape: "370M", base: "arty", config: eight },
    { shape: "370M", base: wide, config: wide },
    { shape: "default", base: "arty", config: eight },
  ] as const;
  for (const { shape, base, config } of cases) {
    const alone = await decode(shape, base, shape === "370M" ? 1 : defaultTokens);
    const prompt = await prefill(shape, config, promptTokens);
    rows.push([alone.shape, `${base}, decode`, "1", number(perToken(alone)), rate(alone.tokensPerSecond), "1"]);
    rows.push([
      prompt.shape,
      `${base === config ? base : `${base} with 8 columns`}, prompt of ${promptTokens}`,
      "8",
      number(perToken(prompt)),
      rate(prompt.tokensPerSecond),
      (perToken(alone) / perToken(prompt)).toFixed(2),
    ]);
  }
  return markdownTable(["model", "machine", "columns", "cycles a token", "tokens/s", "times decode"], rows);
}

async function smallTable(): Promise<string> {
  const rows = await eachMachine(boards, async (config) => {
    const whole = await decode("default", config, defaultTokens);
    const matrix = await decode("default", config, 4, "matrix");
    return (
      [
        [whole, "the accelerator runs the list"],
        [matrix, "the CPU, with the accelerator for matrices"],
      ] as const
    ).map(([result, who]) => [
      config,
      who,
      number(perToken(result)),
      rate(result.tokensPerSecond),
      (perToken(matrix) / perToken(result)).toFixed(1),
    ]);
  });
  return markdownTable(["machine", "who computes", "cycles a token", "tokens/s", "times the CPU's"], rows);
}

async function blockTable(): Promise<string> {
  const rows = await eachMachine(boards, async (config) => {
    const result = await block("block512", config);
    return [
      [
        config,
        number(result.cycles),
        percent(result.beats, result.cycles),
        `${((1e3 * result.cycles) / paperBlock.clockHz).toFixed(3)} ms`,
        ratioToPaper(result).toFixed(0),
        `${((1e3 * result.cycles) / result.clockHz).toFixed(3)} ms at ${megahertz(result.clockHz)}`,
      ],
    ];
  });
  return markdownTable(
    [
      "machine",
      "cycles",
      "beats / cycles",
      `at ${megahertz(paperBlock.clockHz)}`,
      `times ${paperBlock.seconds * 1e3} ms`,
      "at its own clock",
    ],
    rows,
  );
}

function peersTable(): Promise<string> {
  const rows = peers.map(({ name, device, weights, model, speed, bandwidth, note, source }) => [
    name,
    device,
    weights,
    model,
    speed,
    bandwidth,
    note === "" ? source : `${source}; ${note}`,
  ]);
  return Promise.resolve(markdownTable(["design", "device", "weights", "model", "speed", "memory bandwidth used", "source"], rows));
}

function machinesTable(): Promise<string> {
  const rows = [...boards, wide].map((config) => {
    const { clockHz, dram, accelerator } = configurationNamed(config);
    const { portBytes, vectorLanes, columns, dramPorts, fifoDepth } = accelerator;
    return [
      config,
      megahertz(clockHz),
      `${dram.module}, ${dram.dataBits} bits`,
      `${8 * portBytes} bits`,
      `${((clockHz * portBytes) / 1e9).toFixed(2)} GB/s`,
      String(vectorLanes),
      String(columns),
      `${dramPorts} x ${fifoDepth} words`,
    ];
  });
  return Promise.resolve(
    markdownTable(["machine", "clock", "DRAM", "port", "peak", "vector lanes", "columns", "read ahead"], rows),
  );
}

/** The boards', and a small one for the smaller part. */
async function placeAndRouteTable(): Promise<string> {
  const results = [await routedDesign("arty", "85F"), await routedDesign("ecp5", "85F"), await routedDesign("ecp5-v2", "45F")];
  return resultTable(results);
}

/** A few designs, a minute or two each; their Fmax is another table's. The plot goes to docs/, beside the page. */
async function spaceTable(): Promise<string> {
  const names = ["ecp5-v2", "ecp5", "arty-v2", "arty", "arty-v8", "arty-c8"] as const;
  const designs = await designSpace("370M", "none", names);
  writeFileSync(join(projectRoot, "docs/design-space.svg"), spacePlot(designs, "370M"));
  return `${markdownTable(spaceHead, designs.map(spaceRow))}\n\n![LUT4 against cycles a token](design-space.svg)`;
}

/** All of them, in the order in which they are measured: the quick ones first. */
export const pageTables: Readonly<Record<string, () => Promise<string>>> = {
  machines: machinesTable,
  peers: peersTable,
  boards: boardsTable,
  block: blockTable,
  small: smallTable,
  decode: decodeTable,
  where: whereTable,
  memory: memoryTable,
  prefill: prefillTable,
  "place-and-route": placeAndRouteTable,
  space: spaceTable,
};
