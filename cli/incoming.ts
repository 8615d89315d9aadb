// What comes from a console, cut into machine mode's answers and other text: every answer is a line of its own that begins with 0x1E and
// holds one JSON object (firmware/README.md).
import { StringDecoder } from "node:string_decoder";
import { TernelError } from "../models/errors.ts";
import type { Reply } from "./reply.ts";
import { errorInLine, reportedError } from "./reported-error.ts";

const recordSeparator = "\x1e";
const consolePrompt = ">>> ";

/** What a machine has sent, cut into answers and other text; readers wait for it with a time limit. */
export class Incoming {
  private readonly decoder = new StringDecoder("utf8");
  private pending = "";
  private readonly replies: Reply[] = [];
  private text = "";
  private failure: TernelError | undefined;
  private wake: (() => void) | undefined;
  private onText: (text: string) => void;

  private readonly lossy: boolean;

  /** @param lossy - whether the line may damage bytes: a malformed answer then is no failure, only missing */
  constructor(onText: (text: string) => void, lossy = false) {
    this.onText = onText;
    this.lossy = lossy;
  }

  /** Takes what has come; what is not in the protocol is a failure that the next reader gets. */
  take(chunk: Uint8Array): void {
    try {
      this.cut(this.decoder.write(Buffer.from(chunk)));
    } catch (error) {
      this.fail(error instanceof TernelError ? error : new TernelError("toolAnswer", String(error)));
    }
  }

  private cut(text: string): void {
    this.pending += text;
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
      const line = this.pending.slice(1, end);
      this.pending = this.pending.slice(end + 1);
      this.accept(line);
    }
    this.wake?.();
  }

  private accept(line: string): void {
    try {
      this.replies.push(parseReply(line));
    } catch (error) {
      if (!this.lossy) throw error;
    }
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

/** The first error among these lines. */
export function firstErrorIn(text: string): TernelError | undefined {
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

/** The error that an answer reports. */
export function errorInReply(reply: Reply): TernelError | undefined {
  const { error } = reply;
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return reportedError(String(code), String(message));
}
