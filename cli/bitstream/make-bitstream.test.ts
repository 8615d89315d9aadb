// The flow around the tools, with programs in their place that write what the real ones write, or fail as they do.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { TernelError, type ErrorName } from "../../models/errors.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { readGateware, type Gateware } from "./gateware.ts";
import { makeBitstream, type MakeOptions, type StepName } from "./make-bitstream.ts";

const buildId = "0123abcd";
const project = {
  top: "board",
  sources: ["a.v", "b.v"],
  constraints: "board.lpf",
  architecture: "85k",
  package: "CABGA381",
  speed: "6",
};

/** A routed design's report at this many MHz of 50. */
const reportAt = (mhz: number): string =>
  JSON.stringify({
    critical_paths: [],
    fmax: { clk: { achieved: mhz, constraint: 50 } },
    utilization: { TRELLIS_COMB: { used: 1, available: 2 } },
  });

/** Each program is the body of a function of its arguments. */
interface Programs {
  readonly yosys?: string;
  readonly nextpnr?: string;
  readonly ecppack?: string;
}

const optionOf = `const option = (name) => process.argv[process.argv.indexOf(name) + 1];`;
const working: Required<Programs> = {
  yosys: `const script = option("-p"); fs.writeFileSync(/-json (\\S+)/.exec(script)[1], script);`,
  nextpnr: `fs.writeFileSync(option("--report"), ${JSON.stringify(reportAt(60))});
    fs.writeFileSync(option("--textcfg"), ".device 85k\\nseed " + option("--seed") + " of " + fs.readFileSync(option("--json"), "utf8"));`,
  ecppack: `fs.writeFileSync(option("--bit"), "bits of " + fs.readFileSync(option("--input"), "utf8"));`,
};

interface Bench {
  readonly gateware: Gateware;
  readonly logs: string;
  readonly steps: StepName[];
  readonly make: (options?: Partial<MakeOptions>) => ReturnType<typeof makeBitstream>;
}

function bench(t: TestContext, programs: Programs = {}): Bench {
  const folder = temporaryFolder();
  t.after(folder.remove);
  const logs = folder.path("logs");
  const gatewareFolder = folder.path("gateware");
  for (const path of [logs, gatewareFolder]) mkdirSync(path);
  writeFileSync(join(gatewareFolder, "project.json"), JSON.stringify(project));
  const program = (name: keyof Programs): string => {
    const path = folder.path(name);
    const body = programs[name] ?? working[name];
    writeFileSync(path, `#!${process.execPath}\nconst fs = require("node:fs"); ${optionOf} ${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const tools = { python: "python3", yosys: program("yosys"), nextpnr: program("nextpnr"), ecppack: program("ecppack") };
  const gateware = readGateware(gatewareFolder);
  const steps: StepName[] = [];
  const onStep = (step: StepName): void => {
    steps.push(step);
  };
  const make = (options: Partial<MakeOptions> = {}) =>
    makeBitstream({ gateware, names: undefined, buildId, seed: 1, seeds: 1, tools, logs, onStep, ...options });
  return { gateware, logs, steps, make };
}

async function refuses(made: Promise<unknown>, error: ErrorName, message: RegExp): Promise<void> {
  await assert.rejects(made, (thrown) => {
    assert.ok(thrown instanceof TernelError, String(thrown));
    assert.equal(thrown.error, error);
    assert.match(thrown.message, message);
    assert.ok(!thrown.message.includes("\n"));
    return true;
  });
}

test("each tool gets what the one before it wrote, under names without a folder", async (t) => {
  const { make, steps } = bench(t);
  const { seed, report, bitstream } = await make({ seed: 7 });
  assert.equal(seed, 7);
  assert.deepEqual(report.clocks, [{ name: "clk", wantedMHz: 50, achievedMHz: 60, slackNs: 3.333, met: true }]);
  const text = Buffer.from(bitstream).toString();
  assert.match(
    text,
    /^bits of \.device 85k\n\.comment Build: 0123abcd\nseed 7 of .*read_verilog a\.v b\.v;.* synth_ecp5 .*-top board -json board\.json$/,
  );
  assert.deepEqual(steps, ["synthesise", "route", "pack"]);
});

test("a missed clock is an error, although nextpnr itself may let it pass", async (t) => {
  const slow = `fs.writeFileSync(option("--report"), ${JSON.stringify(reportAt(48.5))});`;
  for (const nextpnr of [slow, `${slow} process.exitCode = 1;`]) {
    const { make, gateware } = bench(t, { nextpnr });
    await refuses(make(), "timingMissed", /clk: 48.5 MHz of 50, seed 1; log: .*nextpnr-1\.log/);
    assert.ok(!existsSync(join(gateware.folder, "board.bit")));
  }
});

test("several seeds: the first that meets the clock is packed; of those that miss, the best is named", async (t) => {
  const bySeed = `const mhz = { 3: 45, 4: 49, 5: 51 }[option("--seed")];
    fs.writeFileSync(option("--report"), ${JSON.stringify(reportAt(0))}.replace('"achieved":0', '"achieved":' + mhz));
    fs.writeFileSync(option("--textcfg"), ".device 85k\\nseed " + option("--seed"));`;
  const meets = bench(t, { nextpnr: bySeed });
  const { seed, bitstream } = await meets.make({ seed: 3, seeds: 9 });
  assert.equal(seed, 5);
  assert.equal(Buffer.from(bitstream).toString(), `bits of .device 85k\n.comment Build: ${buildId}\nseed 5`);
  assert.deepEqual(meets.steps, ["synthesise", "route", "route", "route", "pack"]);
  await refuses(bench(t, { nextpnr: bySeed }).make({ seed: 3, seeds: 2 }), "timingMissed", /clk: 49 MHz of 50, seed 4/);
});

test("a tool that fails is one line with its complaint and its log, which holds the rest", async (t) => {
  const failing = `console.log("Info: thinking"); console.error("ERROR: no such pin"); console.log("1 warning"); process.exitCode = 1;`;
  const synthesis = bench(t, { yosys: failing });
  await refuses(synthesis.make(), "toolFailed", /yosys: ERROR: no such pin; log: .*yosys\.log/);
  assert.match(readFileSync(join(synthesis.logs, "yosys.log"), "utf8"), /thinking/);
  assert.deepEqual(synthesis.steps, ["synthesise"]);
  await refuses(bench(t, { nextpnr: failing }).make(), "toolFailed", /nextpnr: ERROR: no such pin; log: .*nextpnr-1\.log/);
  await refuses(bench(t, { ecppack: failing }).make(), "toolFailed", /ecppack: ERROR: no such pin; log: .*ecppack\.log/);
  await refuses(bench(t, { yosys: `process.kill(process.pid, "SIGKILL");` }).make(), "toolFailed", /yosys: ended by SIGKILL/);
});

test("nextpnr that fails after a report in which all is well has failed for another reason", async (t) => {
  const nextpnr = `${working.nextpnr} console.log("ERROR: disk full"); process.exitCode = 1;`;
  await refuses(bench(t, { nextpnr }).make(), "toolFailed", /disk full/);
});

test("a tool that is not there is named; a report that is none is refused", async (t) => {
  const { make, logs } = bench(t);
  const missing = { python: "no-python", yosys: join(logs, "no-yosys"), nextpnr: "no", ecppack: "no" };
  await refuses(make({ tools: missing }), "toolMissing", /no-yosys/);
  const odd = (text: string) => bench(t, { nextpnr: `fs.writeFileSync(option("--report"), ${JSON.stringify(text)});` });
  await refuses(odd("{}").make(), "toolAnswer", /report/);
  const clockless = JSON.stringify({ critical_paths: [], fmax: {}, utilization: {} });
  await refuses(odd(clockless).make(), "toolAnswer", /no clock.*nextpnr-1\.log/);
  await refuses(bench(t, { nextpnr: "" }).make(), "toolAnswer", /no clock/);
});

test("a report of an earlier run is not taken for this one's", async (t) => {
  const { make, gateware } = bench(t, { nextpnr: `console.log("ERROR: no room"); process.exitCode = 1;` });
  writeFileSync(join(gateware.folder, "report-1.json"), reportAt(10));
  await refuses(make(), "toolFailed", /no room/);
});

test("a project.json with something missing is refused by name", (t) => {
  const folder = temporaryFolder();
  t.after(folder.remove);
  const refusesProject = (content: object, message: RegExp): void => {
    writeFileSync(folder.path("project.json"), JSON.stringify(content));
    assert.throws(() => readGateware(folder.path("")), message);
  };
  refusesProject({ ...project, sources: [] }, /sources/);
  refusesProject({ ...project, speed: 6 }, /speed/);
  refusesProject({}, /sources, top, constraints/);
  assert.throws(() => readGateware(folder.path("elsewhere")), /not found/);
});
