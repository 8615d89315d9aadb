// What each board would do with models from 15M to 1.3B, on paper: cycles by the model of the command list, clocks as routed, power as
// published. Nothing of it was measured on a board.
import { existsSync, readFileSync } from "node:fs";
import { boards, type BoardName } from "../../boards/configuration.ts";
import type { Board } from "../../boards/board.ts";
import { encodeList, type Command } from "../../hw/accel/command-codec.ts";
import { configuredParameters } from "../../hw/accel/configured-parameters.ts";
import { bufferLayout } from "../../models/compile/buffer-layout.ts";
import { compileCommands } from "../../models/compile/compile.ts";
import { layoutOf } from "../../models/container/counts.ts";
import { publicShapes } from "../../models/testing/public-shapes.ts";
import { randomTables, type ContainerShape } from "../../models/testing/random-container.ts";
import { bitstreamPaths, type BitstreamResult } from "../bitstream/bitstream.ts";
import { markdownTable } from "../generate/markdown-table.ts";
import { machineTimes, modelList } from "./cycle-model.ts";

/** 15M to 110M have the widths and depths of llama2.c's stories models; they do not exist as MatMul-free models. */
export const boardShapes: Readonly<Record<string, ContainerShape>> = {
  "15M": { dimension: 288, intermediate: 768, layers: 6, vocabulary: 32_000 },
  "42M": { dimension: 512, intermediate: 1376, layers: 8, vocabulary: 32_000 },
  "110M": { dimension: 768, intermediate: 2048, layers: 12, vocabulary: 32_000 },
  "370M": publicShapes["370M"],
  "1.3B": publicShapes["1.3B"],
};

/** Power of a whole board as somebody published it: what it takes at most, or why there is no figure. */
interface PublishedPower {
  readonly watts: number | null;
  readonly source: string;
}

const publishedPower: Readonly<Record<BoardName, PublishedPower>> = {
  ulx3s: {
    watts: 2.5,
    source: 'its manual (github.com/emard/ulx3s, doc/MANUAL.md): "5V/0.5A should be enough" for everything at full load',
  },
  orangecrab: { watts: 2.5, source: "no figure found; it is fed by its USB plug alone, and USB 2.0 gives 5 V, 0.5 A" },
  ecpix5: { watts: null, source: "no figure found" },
  arty: {
    watts: null,
    source:
      "no figure found for the board; for another design in its FPGA, 0.49 W by Vivado's estimate (github.com/Neumann-Labs/ternfpga)",
  },
};

/** What a board needs for a model and does with it. */
export interface BoardEstimate {
  readonly board: BoardName;
  readonly model: string;
  /** Container, states and logits in DRAM. */
  readonly memoryBytes: number;
  readonly fitsDram: boolean;
  readonly fitsFlash: boolean;
  readonly cyclesPerToken: number;
  readonly tokensPerSecond: number;
  /** At most, where a board's power is published. */
  readonly joulesPerToken: number | null;
}

/**
 * Port words a cycle while the ring has room. DDR3 gives what was measured on the simulated SoC for a port of that width. An SDR part gives
 * half a word of 64 bits a cycle; that it loses as much to refresh and rows as the DDR3 parts is assumed.
 */
export function wordsPerCycle({ accelerator, dram }: Pick<Board, "accelerator" | "dram">): number {
  const { portBytes } = accelerator;
  return ((machineTimes.rate[portBytes] ?? 1) * Math.min(dram.portBytes, portBytes)) / portBytes;
}

/** What every board needs to know of a model; making its tables takes a second. */
interface Prepared {
  readonly commands: readonly Command[];
  readonly containerBytes: number;
}

const known = new Map<ContainerShape, Prepared>();

function prepared(shape: ContainerShape): Prepared {
  const before = known.get(shape);
  if (before !== undefined) return before;
  const tables = randomTables("estimate", shape, 1);
  const commands = compileCommands(tables);
  const made = { commands, containerBytes: layoutOf(tables, encodeList(commands).length).totalBytes };
  known.set(shape, made);
  return made;
}

/** One board with one model. The accelerator's limits are those of the configuration: a model that is too wide is a RangeError. */
export function estimate(board: BoardName, model: string, shape: ContainerShape): BoardEstimate {
  const { accelerator, clockHz, dram, dramLayout, flash } = boards[board];
  const widest = shape.dimension + Math.max(shape.intermediate, 2 * shape.dimension);
  if (shape.dimension > accelerator.stateElements || widest > accelerator.vectorElements)
    throw new RangeError(`${model} is too wide for the accelerator of ${board}`);
  const { commands, containerBytes } = prepared(shape);
  const memoryBytes = containerBytes + bufferLayout(shape).bytes;
  const parameters = configuredParameters(boards[board], 0);
  const list = modelList(commands, parameters, 1, true, wordsPerCycle({ accelerator, dram }));
  const cyclesPerToken = Math.round(list.cycles + machineTimes.processor);
  const tokensPerSecond = clockHz / cyclesPerToken;
  const { watts } = publishedPower[board];
  return {
    ...{ board, model, memoryBytes, cyclesPerToken, tokensPerSecond },
    fitsDram: memoryBytes <= dramLayout.model.bytes,
    fitsFlash: containerBytes <= flash.map.model.bytes,
    joulesPerToken: watts === null ? null : watts / tokensPerSecond,
  };
}

/** The clock that the estimates count with, and what place and route of the board's last bitstream made of it, where there is one that met it. */
export function clockState(board: BoardName): string {
  const target = boards[board].clockHz / 1e6;
  const path = bitstreamPaths(board, false).result;
  if (!existsSync(path)) return `${target} MHz, the target`;
  const { seed, clocks, lut4 } = JSON.parse(readFileSync(path, "utf8")) as Pick<BitstreamResult, "seed" | "clocks" | "lut4">;
  // A PLL gives the wanted clock within a percent.
  const system = clocks.find(({ wantedMHz }) => Math.abs(wantedMHz / target - 1) < 0.01);
  if (system === undefined || !clocks.every(({ met }) => met)) return `${target} MHz, the target`;
  const share = Math.round((100 * lut4.used) / lut4.available);
  return `${target} MHz; ${system.achievedMHz.toFixed(1)} routed (seed ${seed}; ${share}% of the LUT4)`;
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
const yes = (is: boolean): string => (is ? "yes" : "no");
const figure = (value: number): string => value.toPrecision(3);

/** Both tables: the boards, and each with every model. */
export function boardsTable(): Promise<string> {
  const names = Object.keys(boards) as BoardName[];
  const machines = names.map((board) => {
    const { title, dram, flash } = boards[board];
    const { watts, source } = publishedPower[board];
    return [
      title,
      clockState(board),
      `${dram.type}, ${mebibytes(dram.bytes)} MiB, ${figure((boards[board].clockHz * dram.portBytes) / 1e9)} GB/s`,
      `${mebibytes(flash.map.model.bytes)} MiB`,
      watts === null ? "" : `at most ${watts}`,
      source,
    ];
  });
  const rows = names.flatMap((board) =>
    Object.entries(boardShapes).map(([model, shape]) => {
      const { memoryBytes, fitsDram, fitsFlash, cyclesPerToken, tokensPerSecond, joulesPerToken } = estimate(board, model, shape);
      return [
        boards[board].title,
        model,
        mebibytes(memoryBytes),
        yes(fitsDram),
        yes(fitsFlash),
        fitsDram ? cyclesPerToken.toLocaleString("en-US").replaceAll(",", " ") : "",
        fitsDram ? figure(tokensPerSecond) : "",
        fitsDram && joulesPerToken !== null ? figure(joulesPerToken) : "",
      ];
    }),
  );
  return Promise.resolve(
    [
      markdownTable(["board", "system clock", "DRAM", "flash for a model", "watts", "where that is from"], machines),
      "",
      markdownTable(
        ["board", "model", "MiB", "DRAM holds it", "flash holds it", "cycles a token", "tokens/s", "joules a token, at most"],
        rows,
      ),
    ].join("\n"),
  );
}
