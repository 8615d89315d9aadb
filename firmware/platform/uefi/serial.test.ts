// The serial line in QEMU with a reader that stops reading for a while: nothing is lost, nothing comes twice.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { it } from "node:test";
import { defaultModel } from "../../../cli/options.ts";
import { prepareMachine, temporaryImage } from "../../../cli/targets/uefi.ts";
import { skipWithout, uefiTools } from "../../../test/tools.ts";
import { testLimit } from "./testing/conversation.ts";

const seconds = 1000;
const times = 90; // of /help, together more than a pipe holds
const pause = 5 * seconds; // unless told, UEFI's serial driver gives a byte one second

it("a reader may pause for seconds", { skip: skipWithout(...uefiTools), timeout: testLimit }, async () => {
  const program = process.env["TERNEL_TEST_PROGRAM"];
  const { image, dispose } = await temporaryImage({ models: [defaultModel()], ...(program === undefined ? {} : { program }) });
  const machine = prepareMachine(image);
  const child = spawn(machine.program, machine.arguments, { stdio: ["pipe", "pipe", "inherit"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), testLimit);
  let text = "";
  let asked = 0;
  let paused = false;
  child.stdout.on("data", (piece: Buffer) => {
    text += piece.toString("latin1").replaceAll("\r", "");
    if (asked === 0 && text.endsWith(">>> ")) {
      for (; asked < times; asked++) child.stdin.write("/help\n");
      child.stdin.write("/quit\n");
    } else if (asked > 0 && !paused) {
      paused = true;
      child.stdout.pause();
      setTimeout(() => child.stdout.resume(), pause);
    }
  });
  try {
    await new Promise((resolve) => child.on("close", resolve));
    const answers = text.slice(text.indexOf(">>> ")).split(">>> /help\n").slice(1);
    assert.equal(answers.length, times);
    const [first = ""] = answers;
    assert.match(first, /^\/help/);
    for (const [i, answer] of answers.slice(0, -1).entries()) assert.equal(answer, first, `answer ${i + 1}`);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    machine.dispose();
    dispose();
  }
});
