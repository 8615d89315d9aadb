/**
 * Compares the linked stages with firmware/budgets.json and fails above a budget:
 *   flashBytes   what the stage takes in flash (code, constants, initial values)
 *   staticBytes  .data and .bss
 *   stackBytes   the deepest chain of calls, from GCC's frame sizes (-fstack-usage) and the calls in the linked program; calls through
 *                pointers are given below, and nothing recurses
 *   frameBytes   the largest single frame
 * `node firmware/linker/budgets.ts build/arty/firmware` prints a table.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deepestChain, parseCalls, parseFrames, parseLibraryFrames, type Frames } from "./stack-depth.ts";

type Stage = "stage0" | "stage1";
interface Budget {
  readonly flashBytes: number;
  readonly staticBytes: number;
  readonly stackBytes: number;
  readonly frameBytes: number;
}

/** Where each stage's first frame is, besides the trap handler, which starts on an empty stack. */
const roots: Readonly<Record<Stage, readonly string[]>> = { stage0: ["boot", "trap"], stage1: ["main", "trap"] };

const tool = (name: string, ...options: readonly string[]): string =>
  execFileSync(`riscv64-unknown-elf-${name}`, options, { encoding: "utf8", maxBuffer: 1 << 28 });

/** Bytes of the sections whose names match. */
function sectionBytes(elf: string, names: readonly string[]): number {
  let sum = 0;
  for (const line of tool("size", "-A", elf).split("\n")) {
    const [name, size] = line.trim().split(/\s+/);
    if (name !== undefined && size !== undefined && names.includes(name)) sum += Number(size);
  }
  return sum;
}

/** All frames that GCC reported for a stage's objects. */
function stageFrames(folder: string): Frames {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".su"));
  return parseFrames(files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n"));
}

function measure(folder: string, stage: Stage): Budget & { readonly chain: readonly string[] } {
  const elf = join(folder, `${stage}.elf`);
  const disassembly = tool("objdump", "-d", "--no-show-raw-insn", elf);
  const frames: Frames = new Map([...parseLibraryFrames(disassembly), ...stageFrames(join(folder, stage))]);
  const calls = parseCalls(disassembly);
  const depth = deepestChain(roots[stage], frames, calls);
  const linked = [...frames].filter(([name]) => calls.has(name));
  return {
    flashBytes: sectionBytes(elf, [".text", ".rodata", ".data"]),
    staticBytes: sectionBytes(elf, [".data", ".bss"]),
    stackBytes: depth.bytes,
    frameBytes: Math.max(...linked.map(([, bytes]) => bytes)),
    chain: depth.chain,
  };
}

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node firmware/linker/budgets.ts BUILD/CONFIG/firmware");
const budgets = JSON.parse(readFileSync(join(import.meta.dirname, "../budgets.json"), "utf8")) as Readonly<Record<Stage, Budget>>;
let failed = false;
for (const stage of ["stage0", "stage1"] as const) {
  const measured = measure(folder, stage);
  for (const name of ["flashBytes", "staticBytes", "stackBytes", "frameBytes"] as const) {
    const over = measured[name] > budgets[stage][name];
    failed ||= over;
    process.stdout.write(
      `${stage} ${name.padEnd(12)} ${String(measured[name]).padStart(7)} of ${String(budgets[stage][name]).padStart(7)}`,
    );
    process.stdout.write(over ? "  OVER BUDGET\n" : "\n");
  }
  process.stdout.write(`${stage} deepest: ${measured.chain.join(" > ")}\n`);
}
if (failed) {
  process.stderr.write("firmware over its budget (firmware/budgets.json), see the table above\n");
  process.exitCode = 1;
}
