// A target behind a console: the same commands for the native program and for the simulated SoC.
import { TernelError } from "../../models/errors.ts";
import type { RunRequest } from "../../models/reference/run.ts";
import { numberIn, numbersIn, textIn } from "../reply.ts";
import type { Session } from "../session.ts";
import type { EngineName, RunResult, TargetName } from "./target.ts";

/** Thousandths as the console reads them: a decimal with at most three places. */
function decimal(thousandths: number): string {
  return (thousandths / 1000).toFixed(3);
}

/** Chooses who multiplies on a SoC. */
export async function selectEngine(session: Session, engine: EngineName): Promise<void> {
  await session.send(`/set engine ${engine}`);
}

/** Runs one prompt on an open console. `cycles` of the answer are the machine's own and are given on for the SoC only. */
export async function runOnConsole(
  session: Session,
  target: TargetName,
  settings: RunRequest,
  onToken?: (id: number) => void,
): Promise<RunResult> {
  await session.send(`/temp ${decimal(settings.temperature)}`);
  await session.send(`/topp ${decimal(settings.topP)}`);
  await session.send(`/seed ${String(settings.seed)}`);
  await session.send(`/tokens ${settings.tokens}`);
  const start = performance.now();
  const reply = await session.send(`/prompt ${JSON.stringify(settings.prompt)}`, (event) => onToken?.(numberIn(event, "id")));
  const seconds = (performance.now() - start) / 1000;
  const stop = textIn(reply, "stop");
  if (stop !== "end" && stop !== "length") throw new TernelError("toolAnswer", `stop "${stop}"`);
  return {
    target,
    tokens: numbersIn(reply, "tokens"),
    text: textIn(reply, "text"),
    stop,
    promptTokens: numberIn(reply, "promptTokens"),
    logitsHash: textIn(reply, "logitsHash"),
    ...(target === "soc"
      ? {
          cycles: numberIn(reply, "cycles"),
          promptCycles: numberIn(reply, "promptCycles"),
          acceleratorCycles: numberIn(reply, "acceleratorCycles"),
        }
      : {}),
    seconds,
  };
}
