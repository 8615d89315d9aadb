// `make demo`: boots the simulated SoC through its bit-level SPI flash, as a board would after power on, and lets it tell a story.
// What the machine prints goes to standard output as it comes; what this program says goes to standard error.
import { parseArgs } from "node:util";
import { configurationNamed, configurations, isConfigurationName } from "../boards/configuration.ts";
import { TernelError } from "../models/errors.ts";
import { defaultModel, existing } from "./options.ts";
import { numberIn, objectIn } from "./reply.ts";
import { runOnConsole } from "./targets/console-target.ts";
import { openSocSession } from "./targets/soc.ts";
import { textStream } from "./text-stream.ts";
import { statusLine } from "./verbs/run.ts";

const { values } = parseArgs({
  options: {
    config: { type: "string", default: "arty" },
    model: { type: "string", default: defaultModel() },
    prompt: { type: "string", default: "Once upon a time" },
    tokens: { type: "string", default: "64" },
  },
});

const seconds = (from: number) => ((performance.now() - from) / 1000).toFixed(1);

async function tellStory(): Promise<void> {
  const { config, prompt } = values;
  if (!isConfigurationName(config))
    throw new TernelError("argument", `--config ${config}: ${Object.keys(configurations).join(", ")}`);
  const { clockHz } = configurationNamed(config);
  const model = existing(values.model);
  const write = (text: string) => process.stdout.write(text);

  const start = performance.now();
  const session = await openSocSession(model, { config, flash: true, onText: write });
  try {
    const bootSeconds = seconds(start);
    const boot = objectIn(await session.send("/stats"), "boot");
    const bootCycles = Object.keys(boot).reduce((sum, phase) => sum + numberIn(boot, phase), 0);
    write(`${prompt}\n${prompt}`);
    const story = textStream(model, write);
    const settings = { prompt, tokens: Number(values.tokens), temperature: 700, topP: 900, seed: 1n };
    const run = await runOnConsole(session, "soc", settings, story.token);
    story.end();
    write(`\n\n[boot ${bootCycles} cycles, ${statusLine({ ...run, clockHz }).slice(1)}\n`);
    process.stderr.write(
      `simulated in ${seconds(start)} s: ${bootSeconds} s of boot through the flash, ${run.seconds.toFixed(1)} s for the story\n`,
    );
    process.stderr.write("To talk to it yourself: npx ternel console --board sim\n");
  } finally {
    await session.close();
  }
}

try {
  await tellStory();
} catch (error) {
  if (!(error instanceof TernelError)) throw error;
  process.stderr.write(`${error.line}\n`);
  process.exitCode = 1;
}
