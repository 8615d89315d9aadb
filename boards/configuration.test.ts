import assert from "node:assert/strict";
import { test } from "node:test";
import { buildId } from "./build-id.ts";
import { configurationNamed, configurations, isConfigurationName, variantName, type AddressRange } from "./configuration.ts";
import { emitConfigurationHeader, emitConfigurationJson, emitFlashMapHeader } from "./emit.ts";

const end = (range: AddressRange): number => range.origin + range.bytes;

test("no two ranges of a memory map overlap, and I/O lies where the CPU does not cache", () => {
  for (const { memory } of Object.values(configurations)) {
    const ranges = Object.values(memory).toSorted((a, b) => a.origin - b.origin);
    for (const [index, range] of ranges.entries()) {
      const next = ranges[index + 1];
      assert.ok(end(range) <= (next?.origin ?? 2 ** 32));
    }
    // VexRiscv caches everything below 0x80000000.
    assert.ok(memory.accelerator.origin >= 0x8000_0000 && memory.csr.origin >= 0x8000_0000);
    assert.ok(end(memory.flash) <= 0x8000_0000 && end(memory.mainRam) <= 0x8000_0000);
  }
});

test("stage 1 and the model lie in DRAM, apart from each other, in whole blocks of the hash unit", () => {
  for (const { memory, dramLayout } of Object.values(configurations)) {
    const { stage1, model } = dramLayout;
    assert.ok(stage1.origin >= memory.mainRam.origin && end(stage1) <= model.origin && end(model) <= end(memory.mainRam));
    assert.equal(stage1.origin % 64, 0);
    assert.equal(model.origin % 64, 0);
  }
});

test("port and DRAM widths are the ones the boards have", () => {
  const { arty, ecp5 } = configurations;
  assert.deepEqual([arty.accelerator.portBytes * 8, arty.clockHz], [128, 100e6]);
  assert.deepEqual([ecp5.accelerator.portBytes * 8, ecp5.clockHz], [64, 75e6]);
  for (const { dram, accelerator } of Object.values(configurations))
    assert.equal(accelerator.portBytes, Math.max(8, dram.portBytes));
  const { ulx3s } = configurations;
  assert.deepEqual(
    [ulx3s.dram.type, ulx3s.dram.portBytes, ulx3s.dram.bytes, ulx3s.accelerator.dramWordBytes],
    ["SDR", 4, 2 ** 25, 8],
  );
});

test("names from a command line are checked, inherited properties are no names", () => {
  assert.ok(isConfigurationName("arty"));
  assert.ok(!isConfigurationName("toString"));
});

test("the build id depends on the configuration and on every input, not on the inputs' order", () => {
  const { arty, ecp5 } = configurations;
  const inputs = [
    { name: "a", content: "1" },
    { name: "b", content: "2" },
  ];
  const id = buildId(arty, inputs);
  assert.equal(buildId(arty, inputs.toReversed()), id);
  assert.notEqual(buildId(ecp5, inputs), id);
  assert.notEqual(buildId(arty, inputs.slice(1)), id);
  // The same bytes, cut elsewhere.
  assert.notEqual(buildId(arty, [{ name: "ab", content: "" }]), buildId(arty, [{ name: "a", content: "b" }]));
});

test("the emitted files carry the configuration's numbers", () => {
  const { arty } = configurations;
  const header = emitConfigurationHeader(arty, 0xabcd);
  assert.match(header, /#define TERNEL_BUILD_ID 0x0000abcdu\n/);
  assert.match(header, /#define TERNEL_CLOCK_HZ 100000000u\n/);
  assert.match(header, /#define TERNEL_MODEL_ORIGIN 0x40200000u\n/);
  assert.match(emitFlashMapHeader(arty), /#define TERNEL_STAGE1_BUILD_ID_OFFSET 12u\n/);
  const json = JSON.parse(emitConfigurationJson(arty, 0xabcd)) as { buildId: string; memory: unknown };
  assert.equal(json.buildId, "0000abcd");
  assert.deepEqual(json.memory, arty.memory);
});

test("a name may change parameters of the accelerator, in one way only", () => {
  const variant = configurationNamed("arty-c8-v8");
  assert.deepEqual(variant, {
    ...configurations.arty,
    name: "arty-c8-v8",
    accelerator: { ...configurations.arty.accelerator, columns: 8, vectorLanes: 8 },
  });
  assert.equal(configurationNamed("ecp5-f256-p4").accelerator.fifoDepth, 256);
  assert.equal(configurationNamed("ecp5-f256-p4").accelerator.dramPorts, 4);
  assert.deepEqual(configurationNamed("orangecrab-m64"), {
    ...configurations.orangecrab,
    name: "orangecrab-m64",
    clockHz: 64_000_000,
  });
  assert.ok(!isConfigurationName("orangecrab-m48"), "its own clock");
  assert.deepEqual(configurationNamed("wide"), configurations.wide);
  assert.equal(variantName("arty", { vectorLanes: 8, columns: 8 }), "arty-c8-v8");
  assert.equal(variantName("arty", { columns: configurations.arty.accelerator.columns }), "arty");
  for (const name of [
    "arty-",
    "arty-v8-c8",
    "arty-c08",
    "arty-c1",
    "arty-c8-c8",
    "arty-x8",
    "arty-c",
    "arty-c8 ",
    "c8",
    "arty-c100000",
  ])
    assert.ok(!isConfigurationName(name), name);
});
