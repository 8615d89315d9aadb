/** The Vivado project is complete: whatever its scripts name is in the folder, every pin has a place, and no machine is left in it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { configurationNamed } from "../../boards/configuration.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { skipWithout } from "../../test/tools.ts";
import { generatedForConfiguration } from "../generate/configuration.ts";
import { installedTools } from "../bitstream/tool.ts";
import { projectRoot } from "../paths.ts";
import { readVivadoProject, type VivadoProject } from "./vivado-project.ts";

const skip = skipWithout("python3");

/** A folder that goes when the test ends. */
function freshFolder(t: TestContext): string {
  const folder = temporaryFolder();
  t.after(folder.remove);
  return folder.path("");
}

/** The project as hw/soc/vivado_project.py writes it into a folder below `root`. */
function written(root: string, name: string, device: string, ...options: string[]): VivadoProject {
  const configuration = join(root, "configuration.json");
  for (const [file, content] of generatedForConfiguration(configurationNamed("arty"))) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  const folder = join(root, name);
  const request = ["--board", "arty", "--device", device, "--configuration", configuration, "--output", folder, ...options];
  const result = spawnSync(installedTools.python, ["-m", "hw.soc.vivado_project", ...request], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  assert.equal(result.status, 0, result.stderr);
  return readVivadoProject(folder);
}

/** The pins of the top module: names, with their indices where there are several of a name. */
function pins(verilog: string, top: string): string[] {
  const header = new RegExp(`^module ${top} \\(([^]*?)^\\);`, "m").exec(verilog)?.[1] ?? "";
  return [...header.matchAll(/^\s*(?:input|output|inout)\s+(?:wire|reg)\s*(?:\[(\d+):0\])?\s*(\w+),?$/gm)].flatMap(
    ([, high, name = ""]) => (high === undefined ? [name] : Array.from({ length: Number(high) + 1 }, (_, i) => `${name}[${i}]`)),
  );
}

for (const [device, part, ...options] of [
  ["xc7a35t", "xc7a35ticsg324-1L"],
  ["xc7a35t", "xc7a35ticsg324-1L", "--blink"],
  ["xc7a100t", "xc7a100tcsg324-1"],
] as const) {
  test(`arty ${device} ${options.join(" ")}: complete, every pin placed`, { skip, timeout: 300_000 }, (t) => {
    const root = freshFolder(t);
    const project = written(root, "project", device, ...options);
    assert.equal(project.device, part);
    const text = (name: string): string => readFileSync(join(project.folder, name), "utf8");
    const here = (name: string): void => {
      assert.ok(existsSync(join(project.folder, name)), `${name} is missing`);
    };

    // What Vivado is told to read.
    const script = text(project.script);
    const read = [...script.matchAll(/^(?:read_verilog|read_xdc|read_edif|add_files) \{?([^\s}]+)\}?/gm)].map(
      ([, name = ""]) => name,
    );
    assert.deepEqual(new Set(read), new Set([...project.sources, project.constraints]));
    read.forEach(here);
    assert.match(script, new RegExp(`-part ${project.device}$`, "m"));
    // What the sources read, and what the shell scripts name.
    for (const source of project.sources)
      for (const [, name = ""] of text(source).matchAll(/\$readmem[hb]\("([^"]+)"/g)) here(name);
    assert.match(text("vivado.sh"), new RegExp(`-source ${project.script}$`, "m"));
    assert.match(text("openxc7.sh"), /^# NOT RUN/m);
    for (const [, name = ""] of text("openxc7.sh").matchAll(/(?:--xdc |read_verilog )(\S+\.(?:xdc|v))/g)) here(name);
    // A missed clock stops it before there is a bitstream.
    assert.ok(script.indexOf("-slack_lesser_than 0") < script.indexOf("write_bitstream"));
    assert.ok(script.includes("-slack_lesser_than 0"));

    // Every pin has a place and a standard; no two share one.
    const names = pins(text(`${project.top}.v`), project.top);
    assert.ok(names.length >= (options.length > 0 ? 10 : 50), `${names.length} pins`);
    const property = (kind: string): Map<string, string> =>
      new Map(
        [...text(project.constraints).matchAll(new RegExp(`^set_property ${kind} (\\S+) \\[get_ports \\{(\\S+)\\}\\]`, "gm"))].map(
          ([, value = "", pin = ""]) => [pin, value],
        ),
      );
    const places = property("LOC");
    const standards = property("IOSTANDARD");
    assert.deepEqual(names.filter((name) => !places.has(name)), []); // prettier-ignore
    assert.deepEqual(names.filter((name) => !standards.has(name)), []); // prettier-ignore
    assert.equal(new Set(places.values()).size, places.size);
    assert.deepEqual([...places.keys()].filter((name) => !names.includes(name)), []); // prettier-ignore
    assert.match(text(project.constraints), /create_clock -name clk100 -period 10/);
    // Vivado writes the build id into the bitstream, where `ternel image` looks for it.
    const { buildId } = JSON.parse(readFileSync(join(root, "configuration.json"), "utf8")) as { readonly buildId: string };
    const userAccess = `set_property BITSTREAM.CONFIG.USR_ACCESS 0x${buildId} [current_design]`;
    assert.ok(text(project.constraints).split("\n").includes(userAccess));
  });
}

test("the same bytes from another folder, without a path or a name of this machine", { skip, timeout: 300_000 }, (t) => {
  const [first, second] = [written(freshFolder(t), "project", "xc7a35t"), written(freshFolder(t), "elsewhere", "xc7a35t")];
  const files = readdirSync(first.folder, { recursive: true, encoding: "utf8", withFileTypes: false }).toSorted();
  assert.deepEqual(files, readdirSync(second.folder, { recursive: true, encoding: "utf8" }).toSorted());
  for (const name of files.filter((file) => /\.\w+$/.test(file))) {
    const content = readFileSync(join(first.folder, name), "utf8");
    assert.equal(content, readFileSync(join(second.folder, name), "utf8"), name);
    for (const trace of [projectRoot, first.folder, hostname()]) assert.ok(!content.includes(trace), `${name} names ${trace}`);
  }
});
