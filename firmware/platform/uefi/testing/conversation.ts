// A conversation with a machine in QEMU, for the tests of menu, Secure Boot and damage: each answer is typed when the text before it came.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { prepareMachine, type MachineSettings } from "../../../../cli/targets/uefi.ts";

/** In place of an answer: the machine is switched off. */
export const powerOff = "power off";

/** What to wait for, and what to type then. */
export type Step = readonly [awaited: string, answer: string];

/** Of a test, the last resort: a machine that hangs is found by what it computes (below), and a busy host takes as long as it takes. */
export const testLimit = 40 * 60_000;

/**
 * A step may take so many seconds of the emulator's own computing: a machine that runs in circles is found out, one that a busy host
 * gives little time goes on.
 */
const computingLimit = 180;
/** One that has halted computes nothing: so many seconds by the clock. */
const waitingLimit = 1200;

/** Seconds that a process has computed, all its threads together. */
function computedSeconds(pid: number): number {
  // proc(5): user and system time are fields 14 and 15, in hundredths; the name before them may hold anything but ")".
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(")").at(-1)?.trim().split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Boots an image and goes through the steps. What the machine printed until it was off; throws when a text does not come in time. */
export async function converse(image: string, steps: readonly Step[], settings: MachineSettings = {}): Promise<string> {
  const machine = prepareMachine(image, settings);
  const child = spawn(machine.program, machine.arguments, { stdio: ["pipe", "pipe", "inherit"] });
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
  let text = "";
  let from = 0;
  let step = 0;
  const give = () => {
    reject(new Error(`waited for ${JSON.stringify(steps[step]?.[0])}, and there is:\n${text}`));
  };
  let stepped = { computed: 0, at: performance.now() };
  const computed = () => {
    try {
      return child.pid === undefined ? 0 : computedSeconds(child.pid);
    } catch {
      return 0; // it has just ended
    }
  };
  const watch = setInterval(() => {
    const waited = (performance.now() - stepped.at) / 1000;
    if (computed() - stepped.computed > computingLimit || waited > waitingLimit) give();
  }, 1000);
  child.on("error", reject);
  child.on("close", () => {
    if (step < steps.length) give();
    else resolve(undefined);
  });
  child.stdout.on("data", (piece: Buffer) => {
    text += piece.toString("latin1");
    for (;;) {
      const [awaited, answer] = steps[step] ?? ["", ""];
      const at = awaited === "" ? -1 : text.indexOf(awaited, from);
      if (at < 0) return;
      from = at + awaited.length;
      step++;
      stepped = { computed: computed(), at: performance.now() };
      if (answer === powerOff) child.kill("SIGTERM");
      else child.stdin.write(answer);
    }
  });
  try {
    await ended;
  } finally {
    clearInterval(watch);
    child.kill("SIGKILL");
    machine.dispose();
  }
  return text.replaceAll("\r", "");
}
