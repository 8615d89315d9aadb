// One driver for the console's machine mode, whoever runs it: the program on this machine or the simulated SoC. A child process with
// pipes; every answer is a line of its own that begins with 0x1E and holds one JSON object (firmware/README.md). Everything else that
// comes (boot messages) is passed to `onText`.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { TernelError } from "../models/errors.ts";
import { errorInReply, firstErrorIn, Incoming } from "./incoming.ts";
import type { Reply } from "./reply.ts";

const progressLine = /^ternel-sim: (\d+) cycles\n/gm;

export interface SessionOptions {
  readonly program: string;
  readonly arguments: readonly string[];
  /** The folder it runs in. */
  readonly folder?: string;
  /** Longest silence, in seconds, from a child that owes an answer. */
  readonly silenceLimit: number;
  /** Longest time, in seconds, from the start to the console's first prompt. */
  readonly bootLimit: number;
  /** Told the number in each line `ternel-sim: N cycles` on the child's standard error (sim/options.cpp, --progress). */
  readonly onCycles?: (cycles: number) => void;
  /** What the machine prints until its console's first prompt, that included. */
  readonly onText?: (text: string) => void;
}

/** A console in machine mode. Open with {@link openSession}; always close it. */
export interface Session {
  /** Sends one command line; its last answer. Events on the way (tokens) go to `onEvent`. An error reply is thrown. */
  readonly send: (line: string, onEvent?: (event: Reply) => void) => Promise<Reply>;
  /** Ends the child, by force when it does not want to. */
  readonly close: () => Promise<void>;
}

/** All children that run, so that none outlives this process. */
const running = new Set<ChildProcessWithoutNullStreams>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts the program, waits for its console and switches it to machine mode. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const child = spawn(options.program, options.arguments, { stdio: "pipe", cwd: options.folder });
  running.add(child);
  const incoming = new Incoming(options.onText ?? (() => undefined));
  let complaints = "";
  child.stdout.on("data", (chunk: Buffer) => {
    incoming.take(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-2000);
    if (options.onCycles === undefined) return;
    const last = [...complaints.matchAll(progressLine)].at(-1)?.[1];
    if (last !== undefined) options.onCycles(Number(last));
    complaints = complaints.replaceAll(progressLine, "");
  });
  child.stdin.on("error", () => undefined); // a child that has gone is noticed by its exit
  child.on("error", (error) => {
    incoming.fail(new TernelError("toolMissing", `${options.program}: ${error.message}`));
  });
  child.on("close", (code, signal) => {
    running.delete(child);
    const told = incoming.errorInText() ?? firstErrorIn(complaints);
    incoming.fail(told ?? new TernelError("toolFailed", `ended with ${signal ?? `status ${String(code)}`}: ${complaints.trim()}`));
  });

  const send = async (line: string, onEvent?: (event: Reply) => void): Promise<Reply> => {
    child.stdin.write(`${line}\n`);
    for (;;) {
      const reply = await incoming.nextReply(options.silenceLimit);
      const error = errorInReply(reply);
      if (error !== undefined) throw error;
      if (reply["event"] !== "token") return reply;
      onEvent?.(reply);
    }
  };
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "close");
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), 2000);
    await ended;
    clearTimeout(force);
  };

  try {
    await incoming.waitForPrompt(options.bootLimit);
    await send("/set machine on");
    return { send, close };
  } catch (error) {
    await close();
    throw error;
  }
}
