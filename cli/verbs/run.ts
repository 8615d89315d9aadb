// ternel run: continues a prompt on one engine.
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import {
  existing,
  flashOption,
  jsonOption,
  modelOption,
  promptOption,
  settingsOptions,
  socConfigOption,
  wholeNumber,
  type SettingsOptions,
  type SocOptions,
} from "../options.ts";
import { printObject } from "../output.ts";
import { startProgress } from "../progress.ts";
import { kernelNames, type NativeOptions } from "../targets/native.ts";
import { openTarget } from "../targets/open-target.ts";
import {
  acceleratorShare,
  cyclesPerToken,
  engineNames,
  targetNames,
  tokensPerSecond,
  type EngineName,
  type RunResult,
  type TargetName,
} from "../targets/target.ts";
import { textStream } from "../text-stream.ts";

interface RunOptions extends SocOptions, SettingsOptions, NativeOptions {
  readonly target: TargetName;
  readonly model: string;
  readonly engine: EngineName;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("continue a prompt on one engine")
    .addOption(new Option("--target <name>", "the engine").choices(targetNames).default("native"))
    .addOption(modelOption())
    .addOption(promptOption());
  for (const option of settingsOptions(256)) command.addOption(option);
  command
    .addOption(
      new Option("--engine <name>", "who computes on the SoC; matrix: the CPU, with the accelerator for matrices")
        .choices(engineNames)
        .default("accelerator"),
    )
    .addOption(
      new Option("--cores <n>", "cores of a PC that compute (default: native as many as the model is worth, uefi one)").argParser(
        wholeNumber(1, 256),
      ),
    )
    .addOption(
      new Option("--kernel <name>", "instructions that a PC, native or uefi, uses (default: the best there are)").choices(
        kernelNames,
      ),
    )
    .addOption(socConfigOption())
    .addOption(flashOption())
    .addOption(jsonOption())
    .action(runPrompt);
}

/** Options that mean something to some of the targets only. */
const targetsOf: Readonly<Record<string, readonly TargetName[]>> = {
  engine: ["soc"],
  config: ["soc"],
  flash: ["soc"],
  cores: ["native", "uefi"],
  kernel: ["native", "uefi"],
};

/** Throws where an option was given that the target would not heed. */
function requireHeeded(command: Command, target: TargetName): void {
  for (const [name, targets] of Object.entries(targetsOf)) {
    if (command.getOptionValueSource(name) === "cli" && !targets.includes(target))
      throw new TernelError("argument", `--${name} goes with --target ${targets.join(" or ")}`);
  }
}

async function runPrompt(options: RunOptions, command: Command): Promise<void> {
  requireHeeded(command, options.target);
  const model = existing(options.model);
  const target = await openTarget(options.target, model, options);
  try {
    if (options.json === true) {
      const progress = startProgress(options.target, options.tokens, "tokens");
      let count = 0;
      const result = await target
        .run(options, () => {
          progress.update(++count);
        })
        .finally(progress.stop);
      printObject(result);
    } else {
      process.stdout.write(options.prompt);
      const stream = textStream(model, (text) => process.stdout.write(text));
      const result = await target.run(options, stream.token);
      stream.end();
      process.stdout.write(`\n${statusLine(result)}\n`);
    }
  } finally {
    await target.close();
  }
}

/** The line below a story: `[42 tokens, 12.3 tok/s at 100 MHz, 812345 cycles/token, accelerator 31%, 9.8 s here, stop: end]`. */
export function statusLine(result: RunResult): string {
  const clock = result.clockHz === undefined ? "" : ` at ${result.clockHz / 1e6} MHz`;
  const parts = [`${result.tokens.length} tokens`, `${tokensPerSecond(result).toFixed(1)} tok/s${clock}`];
  const cycles = cyclesPerToken(result);
  if (cycles !== undefined) parts.push(`${Math.round(cycles)} cycles/token`);
  const share = acceleratorShare(result);
  if (share !== undefined) parts.push(`accelerator ${Math.round(100 * share)}%`);
  if (result.firstTokenSeconds !== undefined) parts.push(`first token ${result.firstTokenSeconds.toFixed(2)} s after its start`);
  parts.push(`${result.seconds.toFixed(1)} s here`, `stop: ${result.stop}`);
  return `[${parts.join(", ")}]`;
}
