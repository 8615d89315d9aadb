// A serial port on this terminal: keys go to the machine, what it prints goes to standard output and, on request, to a file. A port that
// goes away is waited for.
import { createWriteStream, type WriteStream } from "node:fs";
import { TernelError } from "../../models/errors.ts";
import { typeInto } from "../terminal.ts";
import { findPort, openSerialLine, type PortChoice, type SerialLine } from "./serial-line.ts";

const reconnectMilliseconds = 500;

export interface SerialTerminalOptions {
  readonly choice: PortChoice;
  readonly baud: number;
  /** Keeps everything that the machine prints; appended to. */
  readonly log?: string;
  /** Leave as soon as the machine has printed this text. */
  readonly match?: string;
  /** Seconds that the text may take to come. */
  readonly timeout?: number;
}

/** Resolves when the user leaves or the text has come; rejects when it did not come in time. */
export async function attachSerialTerminal(options: SerialTerminalOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const finish = (): void => {
    resolve(undefined);
  };
  const log = options.log === undefined ? undefined : await openLog(options.log, reject);
  const readers: ((piece: Uint8Array) => void)[] = [(piece) => process.stdout.write(piece), (piece) => log?.write(piece)];
  if (options.match !== undefined) readers.push(watchFor(options.match, finish));

  const port = new Reconnecting(options.choice, options.baud, (piece) => {
    for (const reader of readers) reader(piece);
  });
  await port.open();
  const stopTyping = typeInto({
    send: (bytes) => {
      port.send(bytes);
    },
    // With --match the text decides when to leave, not the end of the input; Ctrl+] always does.
    leave: () => {
      if (options.match === undefined || process.stdin.isTTY) finish();
    },
    onOutput: (take) => {
      readers.push(take);
    },
  });
  // The prompt of a machine that has been running for long was printed long ago: an empty line brings another one.
  if (!process.stdin.isTTY) port.send("\n");
  const { match, timeout } = options;
  const timer =
    match === undefined || timeout === undefined
      ? undefined
      : setTimeout(() => {
          reject(new TernelError("consoleMatch", `${JSON.stringify(match)} within ${timeout} s`));
        }, timeout * 1000);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    stopTyping();
    await port.close();
    log?.end();
  }
}

async function openLog(path: string, onError: (error: TernelError) => void): Promise<WriteStream> {
  const log = createWriteStream(path, { flags: "a" });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  log.on("open", () => {
    resolve(undefined);
  });
  log.on("error", (error) => {
    const told = new TernelError("fileUnwritable", error.message);
    reject(told);
    onError(told);
  });
  await promise;
  return log;
}

/** Calls `found` once the bytes of the text have come, in whatever pieces. */
export function watchFor(text: string, found: () => void): (piece: Uint8Array) => void {
  const wanted = Buffer.from(text, "utf8");
  let tail: Buffer = Buffer.alloc(0);
  return (piece) => {
    const all = Buffer.concat([tail, piece]);
    if (all.includes(wanted)) found();
    tail = all.subarray(Math.max(0, all.length - wanted.length + 1));
  };
}

/** A port that is opened again when it has gone and come back. */
class Reconnecting {
  private readonly choice: PortChoice;
  private readonly baud: number;
  private readonly onBytes: (piece: Uint8Array) => void;
  private line: SerialLine | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  constructor(choice: PortChoice, baud: number, onBytes: (piece: Uint8Array) => void) {
    this.choice = choice;
    this.baud = baud;
    this.onBytes = onBytes;
  }

  async open(): Promise<void> {
    const line = await openSerialLine(await findPort(this.choice), this.baud, {
      onBytes: this.onBytes,
      onLost: () => {
        this.line = undefined;
        process.stderr.write("\r\nternel: the port has gone; waiting for it (Ctrl+] leaves)\r\n");
        this.retryLater();
      },
    });
    if (this.ended) await line.close();
    else this.line = line;
  }

  private retryLater(): void {
    if (this.ended) return;
    this.timer = setTimeout(() => {
      this.open().then(
        () => process.stderr.write("ternel: the port is back\r\n"),
        () => {
          this.retryLater(); // not there yet, or not yet ours to open
        },
      );
    }, reconnectMilliseconds);
  }

  /** What is typed while the port is away is lost, as it is on a cable. */
  send(bytes: string | Uint8Array): void {
    this.line?.send(bytes).catch(() => undefined); // a port that goes reports itself by onLost
  }

  async close(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.line?.close();
  }
}
