// `npx ternel <verb>`: parses the command line, runs one verb, and turns what goes wrong into a line, an object and an exit status.
import { constants } from "node:os";
import { Command, CommanderError } from "commander";
import { TernelError } from "../models/errors.ts";
import { addBench } from "./verbs/bench.ts";
import { addBuild } from "./verbs/build.ts";
import { addCompare } from "./verbs/compare.ts";
import { addConsole } from "./verbs/console.ts";
import { addEval } from "./verbs/eval.ts";
import { addFlash } from "./verbs/flash.ts";
import { addImage } from "./verbs/image.ts";
import { addInfo } from "./verbs/info.ts";
import { addPack } from "./verbs/pack.ts";
import { addRun } from "./verbs/run.ts";
import { addUefi } from "./verbs/uefi.ts";
import { addUpload } from "./verbs/upload.ts";
import { addVerilog } from "./verbs/verilog.ts";

const wrongCommandLine = 2;

function createProgram(): Command {
  const program = new Command("ternel")
    .description("A language model that boots like firmware: pack it, run it on every engine, look at it on the simulated SoC.")
    .showHelpAfterError("(--help shows what is possible)")
    .exitOverride()
    .addHelpText(
      "after",
      "\nWith --json one object goes to standard output and everything else to standard error.\nExit status: 0 done, 1 an error or a difference, 2 a wrong command line.",
    );
  for (const add of [
    addPack,
    addInfo,
    addRun,
    addCompare,
    addEval,
    addVerilog,
    addBuild,
    addImage,
    addFlash,
    addConsole,
    addUefi,
    addUpload,
    addBench,
  ])
    add(program);
  return program;
}

/** Prints an error for people on standard error and, with --json, for programs on standard output. */
function report(error: TernelError): void {
  process.stderr.write(`${error.line}\n`);
  if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(error)}\n`);
}

// A signal ends the process by way of its "exit" handlers, which end its children.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}

try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : wrongCommandLine;
    if (error.exitCode !== 0 && process.argv.includes("--json"))
      process.stdout.write(`${JSON.stringify(new TernelError("argument", error.message))}\n`);
  } else if (error instanceof TernelError) {
    report(error);
    process.exitCode = 1;
  } else {
    report(new TernelError("internal", error instanceof Error ? error.message : String(error)));
    process.stderr.write(`${error instanceof Error ? (error.stack ?? "") : ""}\n`);
    process.exitCode = 1;
  }
}
