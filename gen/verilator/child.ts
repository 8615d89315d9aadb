/**
 * A child process that is talked to synchronously: commands go down one pipe, replies come up another, and reading a reply blocks. The
 * pipes are FIFOs because node's own are asynchronous only; they have no name any more once both ends are open.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The child ended, or said something that is no reply. */
export class ChildError extends Error {
  override readonly name = "ChildError";
}

/** Commands are collected up to this many characters: well below what a pipe holds. */
const batchCharacters = 16_384;

export class SynchronousChild {
  readonly #process: ChildProcess;
  readonly #commands: number;
  readonly #replies: number;
  readonly #folder: string;
  readonly #chunk = Buffer.alloc(1 << 16);
  #batch = "";
  #received = "";
  #open = true;
  readonly #kill = (): void => {
    this.close();
  };

  /** Starts `program` with the commands at descriptor 3 and the replies at descriptor 4. */
  constructor(program: string, workingFolder: string) {
    this.#folder = mkdtempSync(join(tmpdir(), "simulation-"));
    const commandPipe = join(this.#folder, "commands");
    const replyPipe = join(this.#folder, "replies");
    execFileSync("mkfifo", ["-m", "600", commandPipe, replyPipe]);
    // An end opened for both directions does not wait for its other end; it is closed as soon as the real ends are open, so that either
    // side sees the end of the other.
    const bothCommands = openSync(commandPipe, "r+");
    const bothReplies = openSync(replyPipe, "r+");
    const childCommands = openSync(commandPipe, "r");
    const childReplies = openSync(replyPipe, "w");
    this.#commands = openSync(commandPipe, "w");
    this.#replies = openSync(replyPipe, "r");
    const log = openSync(this.#logFile, "w");
    try {
      this.#process = spawn(program, [], { cwd: workingFolder, stdio: ["ignore", log, log, childCommands, childReplies] });
    } finally {
      for (const descriptor of [bothCommands, bothReplies, childCommands, childReplies, log]) closeSync(descriptor);
    }
    // An error to start shows as the end of its replies.
    this.#process.on("error", () => undefined);
    this.#process.unref();
    process.on("exit", this.#kill);
  }

  get #logFile(): string {
    return join(this.#folder, "output");
  }

  /** What the child has printed. */
  get output(): string {
    return this.#open ? readFileSync(this.#logFile, "utf8").trim() : "";
  }

  /** Sends a command; it may wait for others. */
  send(command: string): void {
    this.#batch += `${command}\n`;
    if (this.#batch.length > batchCharacters) this.#flush();
  }

  /** Sends a command and waits for its one line of reply. */
  ask(command: string): string {
    this.send(command);
    this.#flush();
    let end = this.#received.indexOf("\n");
    while (end < 0) {
      const count = readSync(this.#replies, this.#chunk);
      if (count === 0) throw this.#ended();
      this.#received += this.#chunk.toString("latin1", 0, count);
      end = this.#received.indexOf("\n");
    }
    const line = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 1);
    return line;
  }

  /** Kills the child and forgets its files. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.off("exit", this.#kill);
    // Without a pid it never started; node would then signal its own process group.
    if (this.#process.pid !== undefined) this.#process.kill("SIGKILL");
    closeSync(this.#commands);
    closeSync(this.#replies);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #flush(): void {
    const batch = Buffer.from(this.#batch, "latin1");
    this.#batch = "";
    try {
      for (let sent = 0; sent < batch.length;) sent += writeSync(this.#commands, batch, sent);
    } catch (error) {
      throw this.#ended(error);
    }
  }

  #ended(cause?: unknown): ChildError {
    const output = this.output;
    this.close();
    return new ChildError(`the simulation ended by itself${output === "" ? "" : `:\n${output}`}`, { cause });
  }
}
