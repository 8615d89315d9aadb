// What is generated for each board, by LiteX itself: pins, reset address, registers where the firmware looks for them.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { generateGateware, type Gateware } from "./gateware.ts";
import { installedTools } from "./tool.ts";

const ecp5Boards = Object.values(boards).filter(({ fpga }) => fpga.family === "ecp5");

interface Registers {
  readonly csr_bases: Readonly<Record<string, number>>;
}

async function generated(board: BoardName, blink: boolean, folder: string): Promise<Gateware> {
  mkdirSync(folder, { recursive: true });
  return generateGateware({ board, blink, folder: join(folder, "gateware"), logs: folder, tools: installedTools });
}

const read = (gateware: Gateware, name: string): string => readFileSync(join(gateware.folder, name), "utf8");

/** All files below a folder, with their contents. */
function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), "latin1")]));
}

for (const { name, clockHz, oscillatorHz, flash, memory, leds } of ecp5Boards) {
  test(`${name}: the SoC with the accelerator, and the self-test without`, async (t) => {
    const folder = temporaryFolder();
    t.after(folder.remove);
    const whole = await generated(name, false, folder.path("whole"));
    const blink = await generated(name, true, folder.path("blink"));

    assert.deepEqual(new Set(whole.sources), new Set(["VexRiscv.v", "ternel_accelerator.v", `ternel_${name}.v`]));
    assert.ok(!blink.sources.includes("ternel_accelerator.v"));
    for (const gateware of [whole, blink]) {
      const verilog = read(gateware, `${gateware.top}.v`);
      const reset = memory.flash.origin + flash.map.stage0.offset;
      assert.match(verilog, new RegExp(`vexriscv = 32'd${reset};`));
      const constraints = read(gateware, gateware.constraints);
      assert.match(constraints, new RegExp(`FREQUENCY PORT "clk\\d+" ${oscillatorHz / 1e6}(\\.0)? MHz`));
      for (const { pads, index, line } of Object.values(leds)) {
        const pin = line === undefined ? `${pads}${index}` : `${pads}${index}_${line}`;
        assert.match(constraints, new RegExp(`LOCATE COMP "${pin}" SITE`));
      }
      // The flash's clock has no pin of its own: it leaves through the configuration's.
      assert.match(verilog, /USRMCLK/);
    }
    assert.match(read(whole, `${whole.top}.v`), /^ternel_accelerator ternel_accelerator\(/m);
    assert.match(read(whole, "generated/soc.h"), new RegExp(`#define CONFIG_CLOCK_FREQUENCY ${clockHz}\\b`));
    // One set of headers serves both: what the self-test has is where the whole SoC has it.
    const bases = (gateware: Gateware) => (JSON.parse(read(gateware, "csr.json")) as Registers).csr_bases;
    for (const [peripheral, base] of Object.entries(bases(blink))) assert.equal(bases(whole)[peripheral], base, peripheral);
  });
}

test("the same sources give the same files, in any folder and whatever order Python's sets have", async (t) => {
  const folder = temporaryFolder();
  t.after(folder.remove);
  const before = process.env["PYTHONHASHSEED"];
  t.after(() => {
    if (before === undefined) delete process.env["PYTHONHASHSEED"];
    else process.env["PYTHONHASHSEED"] = before;
  });
  process.env["PYTHONHASHSEED"] = "1";
  const first = await generated("ulx3s", false, folder.path("a"));
  process.env["PYTHONHASHSEED"] = "2";
  const second = await generated("ulx3s", false, folder.path("another"));
  const files = contents(first.folder);
  assert.deepEqual([...contents(second.folder)], [...files]);
  assert.ok(files.size > 6);
  for (const [name, text] of files) {
    assert.ok(!text.includes(folder.path("")) && !text.includes(process.cwd()), name);
  }
});
