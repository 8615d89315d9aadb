// A machine's serial line on this terminal.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { TernelError } from "../models/errors.ts";

/** Ctrl+], as in other serial terminals. */
const leaveKey = 0x1d;

/**
 * What a machine waits behind until a line comes: the console, and a PC that has no model to go on with (firmware/platform/uefi/menu.c).
 * A menu that goes on by itself is left alone.
 */
const question = /(?:(>>> )|Model 1 to \d+: |Enter looks again: )$/;
/** What a PC's firmware says when it starts nothing from the disk: no line can help (EDK II, BdsDxe). */
const refusal = "BdsDxe: No bootable option or device was found.";
const questionMost = 300;

/** A program whose standard input and output are the serial line. */
export interface SerialProgram {
  readonly program: string;
  readonly arguments: readonly string[];
  /** The folder it runs in. */
  readonly folder?: string;
}

/** What the keyboard, or lines on standard input, are typed into. */
export interface TypedLine {
  readonly send: (bytes: string | Uint8Array) => void;
  /** Ctrl+] (0), the answer to the last line has come (0), or there will never be a console (1). */
  readonly leave: (status: number) => void;
  /** Calls back with everything that the machine prints. */
  readonly onOutput: (take: (piece: Uint8Array) => void) => void;
}

/** Starts the program on this terminal; its exit status. */
export async function attachTerminal({ program, arguments: words, folder }: SerialProgram): Promise<number> {
  const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"], cwd: folder });
  process.on("exit", () => {
    child.kill("SIGKILL");
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number>();
  let left = 0;
  child.on("close", (code) => {
    resolve(left === 0 ? (code ?? 0) : left); // QEMU's own status is 0, however it is ended
  });
  child.on("error", (error) => {
    reject(new TernelError("toolMissing", error.message));
  });
  child.stdin.on("error", () => undefined); // a machine that has gone is noticed by its exit
  child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);
  const stop = typeInto({
    send: (bytes) => child.stdin.write(bytes),
    leave: (status) => {
      left = status;
      child.kill("SIGTERM");
    },
    onOutput: (take) => child.stdout.on("data", take),
  });
  const status = await ended;
  stop();
  return status;
}

/** Types what comes on standard input: key by key at a terminal, else line by line. The function that it returns ends that. */
export function typeInto(line: TypedLine): () => void {
  if (process.stdin.isTTY) typeKeys(line);
  else typeLines(line);
  return () => {
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    process.stdin.destroy(); // a terminal, pipe or file that is still open must not keep this program alive
  };
}

/** Every key goes to the machine at once, Ctrl+C too; Ctrl+] ends the machine. */
function typeKeys(line: TypedLine): void {
  process.stderr.write("Ctrl+] leaves\r\n");
  process.stdin.setRawMode(true);
  process.stdin.on("data", (keys: Buffer) => {
    const leave = keys.indexOf(leaveKey);
    line.send(leave < 0 ? keys : keys.subarray(0, leave));
    if (leave >= 0) line.leave(0);
  });
}

/** Each line waits until the machine asks, as a patient person would; after the last answer the machine is ended. */
function typeLines(line: TypedLine): void {
  const lines: string[] = [];
  let complete = false;
  let tail = "";
  const continueAtQuestion = () => {
    if (tail.includes(refusal)) line.leave(1);
    const asked = question.exec(tail);
    if (asked === null) return;
    const next = lines.shift();
    if (next !== undefined) {
      tail = "";
      line.send(`${next}\n`);
    } else if (complete) line.leave(asked[1] === undefined ? 1 : 0);
  };
  const input = createInterface({ input: process.stdin });
  input.on("line", (text) => {
    lines.push(text);
    continueAtQuestion();
  });
  input.on("close", () => {
    complete = true;
    continueAtQuestion();
  });
  line.onOutput((piece) => {
    tail = (tail + Buffer.from(piece).toString("latin1")).slice(-questionMost);
    continueAtQuestion();
  });
}
