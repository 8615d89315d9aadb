import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { installedTools } from "../bitstream/tool.ts";
import { countCells, devices, fitsIn, reportResources, resourcesOf, type ResourceReport } from "./resource-report.ts";

const stat = `
5. Printing statistics.

=== ternel_arty ===

    26891 wires
    31047 cells
      106   $scopeinfo
     1269   CARRY4
       47   DSP48E1
    12248   FDRE
      155   FDSE
     3346   LUT2
     2365   LUT6
      130   RAM32M
       68   RAMB18E1
       15   RAMB36E1
      240   SRL16E

   Estimated number of LCs:      12694
`;

test("cells become resources of the part", () => {
  assert.deepEqual(resourcesOf(countCells(stat)), {
    lut6: 3346 + 2365 + 4 * 130 + 240,
    ff: 12248 + 155,
    ramb36: 49,
    dsp48: 47,
  });
});

test("one kind too many does not fit", () => {
  const used = resourcesOf(countCells(stat));
  assert.ok(fitsIn(used, devices.xc7a35t));
  assert.ok(!fitsIn({ ...used, ramb36: 50.5 }, devices.xc7a35t));
  assert.ok(fitsIn({ ...used, ramb36: 50.5 }, devices.xc7a100t));
});

/** The report of a project by a program in Yosys's place that prints these statistics. */
async function reported(statistics: string): Promise<{ readonly report: ResourceReport; readonly script: string }> {
  const folder = temporaryFolder();
  try {
    const program = folder.path("yosys");
    const answer = `cat > yosys_stat.txt <<'END'\n${statistics}\nEND\n`;
    writeFileSync(program, `#!/bin/sh\necho "Yosys 0.70"\necho "$2" > script.txt\n${answer}`, { mode: 0o755 });
    mkdirSync(folder.path("project"));
    const project = {
      folder: folder.path("project"),
      top: "top",
      sources: ["a.v", "b.v"],
      constraints: "",
      script: "",
      device: "",
    };
    const report = await reportResources(project, "xc7a35t", { ...installedTools, yosys: program });
    return { report, script: readFileSync(folder.path("project/script.txt"), "utf8") };
  } finally {
    folder.remove();
  }
}

test("a report says what is used of the device, whether it fits, and by which Yosys", async () => {
  const { report, script } = await reported(stat);
  assert.match(script, /read_verilog a\.v b\.v; synth_xilinx .*-top top;/);
  const { used, available, fits, yosys, device } = report;
  assert.deepEqual({ ramb36: used.ramb36, available, fits, yosys, device }, { ramb36: 49, available: devices.xc7a35t, fits: true, yosys: "Yosys 0.70", device: "xc7a35t" }); // prettier-ignore
  assert.ok(!(await reported(stat.replace("   68   RAMB18E1", "   71   RAMB18E1"))).report.fits);
});

test("statistics without a LUT are no report", async () => {
  await assert.rejects(reported("nothing"), /no LUT/);
});
