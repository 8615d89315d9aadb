// Everything that is defined once in TypeScript and read by others, generated:
//   node cli/generate.ts --config arty|ecp5   build/<config>/{configuration.json, generated/*.h, generated/*.py, verilog/*}
//   node cli/generate.ts --host               build/host/generated/*.h
//   node cli/generate.ts --docs [--check]     the tables between the marks <!-- generated:NAME --> and <!-- end --> in docs/
// Files whose content did not change are not touched, so that make rebuilds only what really changed.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { configurationNamed, configurations, isConfigurationName } from "../boards/configuration.ts";
import { updateDocs } from "./generate/docs.ts";
import { engineHeaders } from "./generate/headers.ts";
import { buildPaths, projectRoot } from "./paths.ts";
import { writeIfChanged } from "./write-if-changed.ts";

const { values } = parseArgs({
  options: { config: { type: "string" }, host: { type: "boolean" }, docs: { type: "boolean" }, check: { type: "boolean" } },
});

const writeAll = (folder: string, files: ReadonlyMap<string, string>): void => {
  for (const [name, content] of files) writeIfChanged(join(folder, name), content);
};

if (values.config !== undefined) {
  if (!isConfigurationName(values.config)) {
    process.stderr.write(`unknown configuration '${values.config}': ${Object.keys(configurations).join(", ")}\n`);
    process.exit(2);
  }
  // Loaded here only: the other outputs do not depend on the accelerator.
  const { generatedForConfiguration } = await import("./generate/configuration.ts");
  writeAll(buildPaths(values.config).folder, generatedForConfiguration(configurationNamed(values.config)));
}
if (values.host === true) writeAll(join(projectRoot, "build/host/generated"), engineHeaders());
if (values.docs === true) {
  const stale = updateDocs(join(projectRoot, "docs"), { write: values.check !== true });
  for (const file of stale) process.stdout.write(`${values.check === true ? "out of date" : "updated"}: docs/${file}\n`);
  if (values.check === true && stale.length > 0) process.exitCode = 1;
}
