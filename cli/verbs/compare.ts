// ternel compare: one prompt on every engine; equal tokens and equal logits, or exit status 1.
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import type { RunRequest } from "../../models/reference/run.ts";
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
import { printObject, table } from "../output.ts";
import { startProgress } from "../progress.ts";
import { openTarget } from "../targets/open-target.ts";
import { tokensPerSecond, type EngineName, type RunResult, type Target, type TargetName } from "../targets/target.ts";

interface CompareOptions extends SocOptions, SettingsOptions {
  readonly model: string;
  readonly cpuSeconds: number;
  readonly json?: boolean;
}

/** A run and whether it equals the reference's, over as many tokens as it generated. */
type ComparedRun = RunResult & { readonly equal: boolean };

/** Adds the verb to the program. */
export function addCompare(program: Command): void {
  const command = program
    .command("compare")
    .description("run one prompt on every engine and compare tokens and logits, bit for bit")
    .addOption(modelOption())
    .addOption(promptOption());
  for (const option of settingsOptions(64)) command.addOption(option);
  command
    .addOption(
      new Option("--cpu-seconds <n>", "about how long the SoC may compute without its accelerator; 0 leaves that run out")
        .argParser(wholeNumber(0, 86_400))
        .default(60),
    )
    .addOption(socConfigOption())
    .addOption(flashOption())
    .addOption(jsonOption())
    .action(async (options: CompareOptions) => {
      const runs = await compareAll(existing(options.model), options);
      const equal = runs.every((run) => run.equal);
      if (options.json === true) printObject({ equal, targets: runs });
      else printTable(runs);
      if (!equal) {
        process.stderr.write(`${new TernelError("enginesDiffer").line}\n`);
        process.exitCode = 1;
      }
    });
}

/** The reference, the native engine, the PC without an operating system, the SoC with its accelerator, and the SoC's CPU alone over the first tokens. */
export async function compareAll(model: string, options: CompareOptions): Promise<ComparedRun[]> {
  const reference = await openTarget("reference", model, { ...options, engine: "cpu" });
  const expected = await runWithProgress(reference, "reference", options);
  const runs: ComparedRun[] = [{ ...expected, equal: true }];
  for (const name of ["native", "uefi", "soc"] as const) {
    const target = await openTarget(name, model, { ...options, engine: "accelerator" }).catch(missing(name));
    if (target === undefined) continue;
    const run = await runWithProgress(target, name, options).finally(target.close);
    runs.push({ ...run, equal: sameBits(run, expected) });
  }
  if (options.cpuSeconds > 0) runs.push(await compareCpu(model, reference, options));
  await reference.close();
  return runs;
}

/** A PC without QEMU, its firmware or the tools for disk images: that engine is left out, and said so. */
const missing =
  (name: TargetName) =>
  (error: unknown): undefined => {
    if (name !== "uefi" || !(error instanceof TernelError) || error.error !== "toolMissing") throw error;
    process.stderr.write(`left out: ${name}: ${error.line}\n`);
  };

/**
 * The SoC's CPU takes seconds of simulation for a token, so it computes the first ones only: one, which is timed, then as many as
 * `cpuSeconds` allow. The reference generates the same number, so that the logits' hashes are comparable.
 */
async function compareCpu(model: string, reference: Target, options: CompareOptions): Promise<ComparedRun> {
  const target = await openTarget("soc", model, { ...options, engine: "cpu" });
  try {
    let run = await target.run({ ...options, tokens: 1 });
    const steps = run.promptTokens + 1; // the start token is a step as well
    const affordable = Math.floor(options.cpuSeconds / (run.seconds / steps)) - 2 * steps + 1;
    const tokens = Math.min(affordable, options.tokens);
    if (tokens > 1) run = await runWithProgress(target, "soc cpu", { ...options, tokens });
    const expected = await reference.run({ ...options, tokens: Math.max(tokens, 1) });
    return { ...run, equal: sameBits(run, expected) };
  } finally {
    await target.close();
  }
}

async function runWithProgress(target: Target, name: TargetName | "soc cpu", settings: RunRequest): Promise<RunResult> {
  const progress = startProgress(name, settings.tokens, "tokens");
  let count = 0;
  return target
    .run(settings, () => {
      progress.update(++count);
    })
    .finally(progress.stop);
}

function sameBits(run: RunResult, expected: RunResult): boolean {
  const sameTokens = run.tokens.length === expected.tokens.length && run.tokens.every((token, i) => token === expected.tokens[i]);
  return (
    sameTokens &&
    run.logitsHash === expected.logitsHash &&
    run.text === expected.text &&
    run.stop === expected.stop &&
    run.promptTokens === expected.promptTokens
  );
}

function printTable(runs: readonly ComparedRun[]): void {
  const engine = (name: EngineName | undefined) => (name === undefined ? "" : ` ${name}`);
  table(
    ["target", "equal", "tokens", "tokens/s", "cycles", "seconds", "logits hash"],
    runs.map((run) => [
      `${run.target}${engine(run.engine)}`,
      run.equal ? "yes" : "NO",
      run.tokens.length,
      tokensPerSecond(run).toFixed(1),
      run.cycles ?? "-",
      run.seconds.toFixed(1),
      run.logitsHash.slice(0, 16),
    ]),
  );
  process.stdout.write(`${runs[0]?.text ?? ""}\n`);
}
