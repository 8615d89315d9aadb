// A conversation with a machine in QEMU, for the tests of menu, Secure Boot and damage: each answer is typed when the text before it came.
import { spawn } from "node:child_process";
import { prepareMachine, type MachineSettings } from "../../../cli/targets/uefi.ts";

/** In place of an answer: the machine is switched off. */
export const powerOff = "power off";

/** What to wait for, and what to type then. */
export type Step = readonly [awaited: string, answer: string];

/** Boots an image and goes through the steps. What the machine printed until it was off; throws when a text does not come in time. */
export async function converse(
  image: string,
  steps: readonly Step[],
  settings: MachineSettings = {},
  limit = 180,
): Promise<string> {
  const machine = prepareMachine(image, settings);
  const child = spawn(machine.program, machine.arguments, { stdio: ["pipe", "pipe", "inherit"] });
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
  let text = "";
  let from = 0;
  let step = 0;
  const give = () => {
    reject(new Error(`waited for ${JSON.stringify(steps[step]?.[0])}, and there is:\n${text}`));
  };
  // So long for each step: a machine that hangs is found out, one that is slow goes on.
  let timer = setTimeout(give, limit * 1000);
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
      clearTimeout(timer);
      timer = setTimeout(give, limit * 1000);
      if (answer === powerOff) child.kill("SIGTERM");
      else child.stdin.write(answer);
    }
  });
  try {
    await ended;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    machine.dispose();
  }
  return text.replaceAll("\r", "");
}
