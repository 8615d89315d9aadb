// A target behind a console: the same commands for the native program and for the simulated SoC.
import { TernelError } from "../../models/errors.ts";
import type { Reply, Session } from "../session.ts";
import type { EngineName, RunResult, RunSettings, TargetName } from "./target.ts";

/** Thousandths as the console reads them: a decimal with at most three places. */
function decimal(thousandths: number): string {
  return (thousandths / 1000).toFixed(3);
}

function integer(reply: Reply, name: string): number {
  const value = reply[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new TernelError("toolAnswer", `${name} in ${JSON.stringify(reply)}`);
  return value;
}

function text(reply: Reply, name: string): string {
  const value = reply[name];
  if (typeof value !== "string") throw new TernelError("toolAnswer", `${name} in ${JSON.stringify(reply)}`);
  return value;
}

function ids(reply: Reply): number[] {
  const value = reply["tokens"];
  if (!Array.isArray(value)) throw new TernelError("toolAnswer", `tokens in ${JSON.stringify(reply)}`);
  return value.map((id: unknown) => {
    if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0) throw new TernelError("toolAnswer", `token ${String(id)}`);
    return id;
  });
}

/** Chooses who multiplies on a SoC. */
export async function selectEngine(session: Session, engine: EngineName): Promise<void> {
  await session.send(`/set engine ${engine}`);
}

/** Runs one prompt on an open console. `cycles` of the answer are the machine's own and are given on for the SoC only. */
export async function runOnConsole(
  session: Session,
  target: TargetName,
  settings: RunSettings,
  onToken?: (id: number) => void,
): Promise<RunResult> {
  await session.send(`/temp ${decimal(settings.temperature)}`);
  await session.send(`/topp ${decimal(settings.topP)}`);
  await session.send(`/seed ${String(settings.seed)}`);
  await session.send(`/tokens ${settings.tokens}`);
  const start = performance.now();
  const reply = await session.send(`/prompt ${JSON.stringify(settings.prompt)}`, (event) => onToken?.(integer(event, "id")));
  const seconds = (performance.now() - start) / 1000;
  const stop = text(reply, "stop");
  if (stop !== "end" && stop !== "length") throw new TernelError("toolAnswer", `stop "${stop}"`);
  return {
    target,
    tokens: ids(reply),
    text: text(reply, "text"),
    stop,
    promptTokens: integer(reply, "promptTokens"),
    logitsHash: text(reply, "logitsHash"),
    ...(target === "soc" ? { cycles: integer(reply, "cycles"), acceleratorCycles: integer(reply, "acceleratorCycles") } : {}),
    seconds,
  };
}
