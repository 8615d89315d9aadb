// One driver for the console's machine mode, whoever runs it: the program on this machine or the simulated SoC. A child process with
// pipes; every answer is a line of its own that begins with 0x1E and holds one JSON object (firmware/README.md). Everything else that
// comes (boot messages) is passed to `onText`.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { StringDecoder } from "node:string_decoder";
import { TernelError } from "../models/errors.ts";
import type { Reply } from "./reply.ts";
import { errorInLine, reportedError } from "./reported-error.ts";

const recordSeparator = "\x1e";
const consolePrompt = ">>> ";
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

/** What the child has sent, cut into answers and other text; readers wait for it with a time limit. */
class Incoming {
  private pending = "";
  private readonly replies: Reply[] = [];
  private text = "";
  private failure: TernelError | undefined;
  private wake: (() => void) | undefined;
  private onText: (text: string) => void;

  constructor(onText: (text: string) => void) {
    this.onText = onText;
  }

  take(chunk: string): void {
    this.pending += chunk;
    for (;;) {
      const start = this.pending.indexOf(recordSeparator);
      const plain = start < 0 ? this.pending : this.pending.slice(0, start);
      if (plain !== "") {
        this.text = (this.text + plain).slice(-4096);
        this.onText(plain);
        this.pending = this.pending.slice(plain.length);
      }
      const end = this.pending.indexOf("\n");
      if (!this.pending.startsWith(recordSeparator) || end < 0) break;
      this.replies.push(parseReply(this.pending.slice(1, end)));
      this.pending = this.pending.slice(end + 1);
    }
    this.wake?.();
  }

  fail(failure: TernelError): void {
    this.failure ??= failure;
    this.wake?.();
  }

  /** The error that the machine printed for people, if it did: the boot has no other way to say it. */
  errorInText(): TernelError | undefined {
    return firstErrorIn(this.text);
  }

  /** Waits until `found` gives something; `limit` seconds of silence are a time-out. */
  async waitFor<T>(found: () => T | undefined, limit: number): Promise<T> {
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      if (this.failure !== undefined) throw this.failure;
      await this.nextChange(limit);
    }
  }

  private async nextChange(limit: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => {
      reject(new TernelError("toolTimeout", `no answer for ${limit} s`));
    }, limit * 1000);
    this.wake = () => {
      resolve(undefined);
    };
    await promise.finally(() => {
      clearTimeout(timer);
      this.wake = undefined;
    });
  }

  nextReply(limit: number): Promise<Reply> {
    return this.waitFor(() => this.replies.shift(), limit);
  }

  /** Waits for the console's prompt; an error that the boot prints ends the waiting. */
  async waitForPrompt(limit: number): Promise<void> {
    await this.waitFor(() => {
      const error = firstErrorIn(this.text.slice(0, this.text.lastIndexOf("\n") + 1)); // whole lines only
      if (error !== undefined) throw error;
      return this.text.endsWith(consolePrompt) ? true : undefined;
    }, limit);
    this.onText = () => undefined; // what follows is the echo of the machine mode's own command
  }
}

function firstErrorIn(text: string): TernelError | undefined {
  return text
    .split("\n")
    .map(errorInLine)
    .find((error) => error !== undefined);
}

function parseReply(line: string): Reply {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TernelError("toolAnswer", line.slice(0, 200));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TernelError("toolAnswer", line.slice(0, 200));
  return value as Reply;
}

function errorInReply(reply: Reply): TernelError | undefined {
  const { error } = reply;
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return reportedError(String(code), String(message));
}

/** Starts the program, waits for its console and switches it to machine mode. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const child = spawn(options.program, options.arguments, { stdio: "pipe", cwd: options.folder });
  running.add(child);
  const incoming = new Incoming(options.onText ?? (() => undefined));
  const decoder = new StringDecoder("utf8");
  let complaints = "";
  const accept = (chunk: Buffer) => {
    try {
      incoming.take(decoder.write(chunk));
    } catch (error) {
      incoming.fail(error instanceof TernelError ? error : new TernelError("toolAnswer", String(error)));
    }
  };
  child.stdout.on("data", accept);
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
