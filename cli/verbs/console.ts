// ternel console: the machine's console on this terminal, as a serial line would show it.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import { existing, flashOption, modelOption, socConfigOption, type SocOptions } from "../options.ts";
import { prepareSimulator } from "../targets/soc.ts";

/** Ctrl+], as in other serial terminals. */
const leaveKey = 0x1d;
const consolePrompt = ">>> ";

interface ConsoleOptions extends SocOptions {
  readonly board: string;
  readonly model: string;
}

/** Adds the verb to the program. */
export function addConsole(program: Command): void {
  program
    .command("console")
    .description("open a machine's console: Ctrl+] leaves; without a terminal, lines from standard input are typed one by one")
    .addOption(new Option("--board <name>", "the machine").choices(["sim"]).default("sim"))
    .addOption(modelOption())
    .addOption(socConfigOption())
    .addOption(flashOption())
    .action(openConsole);
}

async function openConsole(options: ConsoleOptions): Promise<void> {
  const simulator = await prepareSimulator(existing(options.model), options);
  const child = spawn(simulator.program, simulator.arguments, { stdio: ["pipe", "pipe", "pipe"], cwd: simulator.folder });
  process.on("exit", () => {
    child.kill("SIGKILL");
    simulator.dispose();
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>();
  child.on("close", (code) => {
    resolve(code ?? 0);
  });
  child.on("error", (error) => {
    reject(new TernelError("toolMissing", error.message));
  });
  child.stdin.on("error", () => undefined); // a machine that has gone is noticed by its exit
  child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);
  if (process.stdin.isTTY) typeKeys(child);
  else typeLines(child);
  process.exitCode = await ended;
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdin.destroy(); // a terminal, pipe or file that is still open must not keep this program alive
}

/** Every key goes to the machine at once, Ctrl+C too; Ctrl+] ends the simulation. */
function typeKeys(child: ChildProcessWithoutNullStreams): void {
  process.stderr.write("Ctrl+] leaves\r\n");
  process.stdin.setRawMode(true);
  process.stdin.on("data", (keys: Buffer) => {
    const leave = keys.indexOf(leaveKey);
    child.stdin.write(leave < 0 ? keys : keys.subarray(0, leave));
    if (leave >= 0) child.kill("SIGTERM");
  });
}

/** Each line waits for the console's prompt, as a patient person would; after the last answer the simulation ends. */
function typeLines(child: ChildProcessWithoutNullStreams): void {
  const lines: string[] = [];
  let complete = false;
  let tail = "";
  const continueAtPrompt = () => {
    if (!tail.endsWith(consolePrompt)) return;
    const line = lines.shift();
    if (line !== undefined) {
      tail = "";
      child.stdin.write(`${line}\n`);
    } else if (complete) child.kill("SIGTERM");
  };
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => {
    lines.push(line);
    continueAtPrompt();
  });
  input.on("close", () => {
    complete = true;
    continueAtPrompt();
  });
  child.stdout.on("data", (piece: Buffer) => {
    tail = (tail + piece.toString("latin1")).slice(-consolePrompt.length);
    continueAtPrompt();
  });
}
