// What the model that ships says when it is asked without chance: a sign that the machine is whole.
import { readFileSync } from "node:fs";
import { defaultModel } from "../../../../cli/options.ts";
import { readContainer, runReference } from "../../../../models/index.ts";
import type { Step } from "./conversation.ts";

const request = { prompt: "Once", tokens: 8, temperature: 0, topP: 1000, seed: 1n };

/** From the console's prompt until the machine is off, and the reference engine's text. */
export const goodStory = {
  steps: [
    [">>> ", "/temp 0\r"],
    [">>> ", `/tokens ${request.tokens}\r`],
    [">>> ", `${request.prompt}\r`],
    ["stop: length]", "/quit\r"],
  ] satisfies readonly Step[],
  text: runReference(readContainer(readFileSync(defaultModel())), request).text,
};
