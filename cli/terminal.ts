// A machine's serial line on this terminal.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { TernelError } from "../models/errors.ts";

/** Ctrl+], as in other serial terminals. */
const leaveKey = 0x1d;
const consolePrompt = ">>> ";

/** A program whose standard input and output are the serial line. */
export interface SerialProgram {
  readonly program: string;
  readonly arguments: readonly string[];
  /** The folder it runs in. */
  readonly folder?: string;
}

/** Starts the program on this terminal; its exit status. */
export async function attachTerminal({ program, arguments: words, folder }: SerialProgram): Promise<number> {
  const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"], cwd: folder });
  process.on("exit", () => {
    child.kill("SIGKILL");
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
  const status = await ended;
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdin.destroy(); // a terminal, pipe or file that is still open must not keep this program alive
  return status;
}

/** Every key goes to the machine at once, Ctrl+C too; Ctrl+] ends the machine. */
function typeKeys(child: ChildProcessWithoutNullStreams): void {
  process.stderr.write("Ctrl+] leaves\r\n");
  process.stdin.setRawMode(true);
  process.stdin.on("data", (keys: Buffer) => {
    const leave = keys.indexOf(leaveKey);
    child.stdin.write(leave < 0 ? keys : keys.subarray(0, leave));
    if (leave >= 0) child.kill("SIGTERM");
  });
}

/** Each line waits for the console's prompt, as a patient person would; after the last answer the machine is ended. */
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
