import assert from "node:assert/strict";
import { test } from "node:test";
import { configurations } from "../../boards/configuration.ts";
import { acceleratorVerilog } from "../generate/accelerator.ts";
import { signalOrigin, type DesignNames } from "./signal-origin.ts";

const names: DesignNames = {
  top: "ternel_accelerator",
  modules: [
    {
      name: "Lane",
      signals: [
        { path: "sum", name: "sum", location: "hw/accel/lane.ts:10:3" },
        { path: "sum.next", name: "sum_next", location: "hw/accel/lane.ts:11:3" },
      ],
      memories: [{ name: "words", location: "hw/accel/lane.ts:12:3" }],
      instances: [],
    },
    {
      name: "ternel_accelerator",
      signals: [{ path: "done", name: "done", location: "hw/accel/accelerator.ts:83:22" }],
      memories: [],
      instances: [{ name: "lane_0", module: "Lane" }],
    },
  ],
};

test("a net leads to the signal of our sources, through instances and past what synthesis adds to its name", () => {
  const origin = (net: string) => signalOrigin(net, names);
  assert.deepEqual(origin("ternel_accelerator.lane_0.sum[3]"), {
    signal: "accelerator.lane_0.sum",
    location: "hw/accel/lane.ts:10:3",
  });
  assert.deepEqual(origin("ternel_accelerator.lane_0.sum_next_LUT4_Z_A"), {
    signal: "accelerator.lane_0.sum.next",
    location: "hw/accel/lane.ts:11:3",
  });
  assert.equal(origin("ternel_accelerator.lane_0.words.0.0").location, "hw/accel/lane.ts:12:3");
  assert.equal(origin("ternel_accelerator.done").location, "hw/accel/accelerator.ts:83:22");
});

test("a net that is not ours keeps its own name, without the marks of synthesis", () => {
  assert.deepEqual(signalOrigin("$glbnet$VexRiscv.stage_LUT4_Z_B_PFUMX_Z", names), { signal: "VexRiscv.stage" });
  assert.deepEqual(signalOrigin("ternel_accelerator.lane_0.unheard_of", names), { signal: "accelerator.lane_0.unheard_of" });
  // A signal whose name another's begins with is not that signal.
  assert.deepEqual(signalOrigin("ternel_accelerator.doneness", names), { signal: "accelerator.doneness" });
  assert.deepEqual(signalOrigin("ternel_accelerator.done", undefined), { signal: "ternel_accelerator.done" });
});

test("the names.json that is really printed has every signal's place", () => {
  const printed = JSON.parse(acceleratorVerilog(configurations.ecpix5, 0).get("names.json") ?? "") as DesignNames;
  const top = printed.modules.find(({ name }) => name === printed.top);
  const own = top?.signals.find(({ location }) => location.startsWith("hw/accel/accelerator.ts"));
  assert.ok(own !== undefined);
  assert.deepEqual(signalOrigin(`ternel_accelerator.${own.name}`, printed), {
    signal: `accelerator.${own.path}`,
    location: own.location,
  });
  assert.match(own.location, /^hw\/accel\/accelerator\.ts:\d+:\d+$/);
  const inner = top?.instances.at(0);
  const first = printed.modules.find(({ name }) => name === inner?.module)?.signals.at(0);
  assert.ok(inner !== undefined && first !== undefined);
  assert.equal(signalOrigin(`ternel_accelerator.${inner.name}.${first.name}[0]`, printed).location, first.location);
});
