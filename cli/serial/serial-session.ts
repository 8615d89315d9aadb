// The console's machine mode over a serial line. Bytes may be damaged or lost there, so a command is sent again until its own answer
// comes; every command of an upload can be repeated without harm.
import { TernelError, type ErrorName } from "../../models/errors.ts";
import { errorInReply, Incoming } from "../incoming.ts";
import type { Reply } from "../reply.ts";
import { openSerialLine } from "./serial-line.ts";

/** Ends a line that was half typed, or an answer that is being made. */
const controlC = "\x03";
const attempts = 5;

/** Errors of a command that arrived damaged: what was sent is right, so it is sent again. */
const damaged: ReadonlySet<ErrorName> = new Set(["consoleLine", "consoleCommand", "consoleValue", "uploadChecksum", "promptText"]);

export interface SerialSessionOptions {
  readonly path: string;
  readonly baud: number;
  /** Longest wait for one answer, in seconds. */
  readonly silenceLimit: number;
  /** Longest wait for the console at the beginning: the board may just be booting. */
  readonly bootLimit: number;
}

export interface SerialSession {
  /** Sends a command until an answer comes that `isAnswer` takes. An error of the machine is thrown, after some repetitions where the line may be the cause. */
  readonly send: (command: string, isAnswer: (reply: Reply) => boolean) => Promise<Reply>;
  /** How many commands had to be sent again. */
  readonly repetitions: () => number;
  /** Leaves the machine mode and closes the port. */
  readonly close: () => Promise<void>;
}

/** Opens the port and switches the console behind it to machine mode. */
export async function openSerialSession(options: SerialSessionOptions): Promise<SerialSession> {
  const { path, silenceLimit } = options;
  const incoming = new Incoming(() => undefined, true);
  const line = await openSerialLine(path, options.baud, {
    onBytes: (bytes) => {
      incoming.take(bytes);
    },
    onLost: () => {
      incoming.fail(new TernelError("serialLost", path));
    },
  });
  let repeated = 0;

  /** The first answer that belongs to the command; those of earlier attempts are passed over. */
  const answer = async (isAnswer: (reply: Reply) => boolean, limit: number): Promise<Reply> => {
    for (;;) {
      const reply = await incoming.nextReply(limit);
      const error = errorInReply(reply);
      if (error !== undefined) throw error;
      if (isAnswer(reply)) return reply;
    }
  };

  const send = async (command: string, isAnswer: (reply: Reply) => boolean): Promise<Reply> => {
    for (let attempt = 1; ; attempt++) {
      try {
        await line.send(`${attempt === 1 ? "" : controlC}${command}\n`);
        return await answer(isAnswer, silenceLimit);
      } catch (error) {
        if (!(error instanceof TernelError) || !(damaged.has(error.error) || error.error === "toolTimeout")) throw error;
        if (attempt === attempts)
          throw error.error === "toolTimeout" ? new TernelError("serialSilent", `${path}: ${command.slice(0, 40)}`) : error;
        repeated++;
      }
    }
  };

  /** A board that boots does not listen yet: asked again and again. */
  const enterMachineMode = async (): Promise<void> => {
    const end = performance.now() + options.bootLimit * 1000;
    const wait = Math.min(2, options.bootLimit);
    for (;;) {
      try {
        await line.send(`${controlC}/set machine on\n`);
        await answer((reply) => reply["command"] === "/set", wait);
        return;
      } catch (error) {
        const again = error instanceof TernelError && (error.error === "toolTimeout" || damaged.has(error.error));
        if (!again) throw error;
        if (performance.now() > end) throw new TernelError("serialSilent", path);
      }
    }
  };

  try {
    await enterMachineMode();
  } catch (error) {
    await line.close();
    throw error;
  }
  return {
    send,
    repetitions: () => repeated,
    close: async () => {
      await line.send("/set machine off\n").catch(() => undefined); // the port may be gone
      await line.close();
    },
  };
}
