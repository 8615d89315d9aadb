// E30xx: engine and hardware. E31xx: prompt and console.
import { errorTable } from "./entry.ts";

const accelerator = "Reset the board; if it comes back, `/set engine cpu` works without the accelerator.";

/** Errors of a running engine, on any platform. */
export const runtimeErrors = errorTable({
  engineArena: {
    code: "E3001",
    message: "engine: working memory too small for this model",
    cause: "The model's state and vectors need more memory than the platform set aside.",
    remedy: "Use a smaller model; `npx ternel info` prints what it needs.",
  },
  engineToken: {
    code: "E3002",
    message: "engine: token outside the vocabulary",
    cause: "A token id that is not below the vocabulary's size was given to the engine.",
    remedy: "Tokens must come from this model's own tokenizer.",
  },
  acceleratorMissing: {
    code: "E3003",
    message: "accelerator: not found",
    cause: "The identification register does not answer as the accelerator's does.",
    remedy: "Use a bitstream with the accelerator, or `/set engine cpu`.",
  },
  acceleratorBuild: {
    code: "E3004",
    message: "accelerator: build id mismatch",
    cause: "Firmware and bitstream were not made together.",
    remedy: "Build and write both again.",
  },
  acceleratorCommand: {
    code: "E3005",
    message: "accelerator: command refused",
    cause: "The accelerator reported bad parameters: an address, length or shift out of range.",
    remedy: accelerator,
  },
  acceleratorTimeout: {
    code: "E3006",
    message: "accelerator: no answer in time",
    cause: "A command did not end within its limit of cycles.",
    remedy: accelerator,
  },
  acceleratorShape: {
    code: "E3007",
    message: "accelerator: matrix too wide",
    cause: "A matrix has more columns than the accelerator's activation buffer holds.",
    remedy: "Use a configuration with a larger buffer, or `/set engine cpu`.",
  },
  acceleratorAlign: {
    code: "E3008",
    message: "accelerator: model packed for a narrower memory port",
    cause: "The model's column alignment is no multiple of the memory port's bytes.",
    remedy: "Pack the model again with `--align` set to the port's bytes or more.",
  },
  memoryTraining: {
    code: "E3009",
    message: "memory: training failed",
    cause: "No timing was found at which the DRAM answers reliably.",
    remedy: "Reset the board; if it comes back, the memory or its clock is faulty.",
  },
  memoryTest: {
    code: "E3010",
    message: "memory: test failed",
    cause: "A value written to DRAM came back changed.",
    remedy: "Reset the board; if it comes back, the memory or its clock is faulty.",
  },
  flashMissing: {
    code: "E3011",
    message: "flash: does not answer",
    cause: "The SPI flash did not return a known identification.",
    remedy: "Check the flash chip, or the image given to the simulator.",
  },
  trap: {
    code: "E3012",
    message: "processor: trap",
    cause: "The processor met an illegal instruction or address; the line names cause, pc and address.",
    remedy: "The machine restarts. Report the line: it is an error in the firmware.",
  },
  watchdog: {
    code: "E3013",
    message: "processor: watchdog expired",
    cause: "The firmware did not report for too long and was restarted.",
    remedy: "Report what was running: it is an error in the firmware.",
  },
  stackGuard: {
    code: "E3014",
    message: "processor: stack overflow",
    cause: "The guard word below the stack has changed.",
    remedy: "Report what was running: it is an error in the firmware.",
  },
  uninitialised: {
    code: "E3015",
    message: "engine: no model loaded",
    cause: "The model could not be opened, so there is nothing to run.",
    remedy: "See the error above this one.",
  },
  acceleratorBus: {
    code: "E3016",
    message: "accelerator: memory read failed",
    cause: "The accelerator's memory port did not deliver what it had been asked for.",
    remedy: accelerator,
  },
  acceleratorResult: {
    code: "E3017",
    message: "accelerator: result differs from the processor's",
    cause: "The same matrix gave different numbers on the accelerator and on the processor.",
    remedy: "Use `/set engine cpu` and report it: equal bits are the project's promise.",
  },
  promptByte: {
    code: "E3101",
    message: "prompt: a byte that the tokenizer has no token for",
    cause: "The tokenizer does not know every byte, and the prompt holds one of the others.",
    remedy: "Use other characters.",
  },
  promptLong: {
    code: "E3102",
    message: "prompt: too long",
    cause: "The prompt has more bytes or tokens than the engine's buffers hold.",
    remedy: "Use a shorter prompt.",
  },
  promptText: {
    code: "E3103",
    message: "prompt: malformed text",
    cause: "The prompt is not valid UTF-8, or not a valid JSON string where one is expected.",
    remedy: "Send UTF-8; after /prompt, a JSON string in double quotes.",
  },
  consoleLine: {
    code: "E3104",
    message: "console: line too long",
    cause: "The line has more characters than the console's buffer holds; it was dropped.",
    remedy: "Send a shorter line.",
  },
  consoleCommand: {
    code: "E3105",
    message: "console: unknown command",
    cause: "No command has this name.",
    remedy: "/help lists the commands.",
  },
  consoleValue: {
    code: "E3106",
    message: "console: value missing or out of range",
    cause: "The command's argument is missing, malformed or outside its range.",
    remedy: "/help shows each command's range.",
  },
  consoleUnsupported: {
    code: "E3107",
    message: "console: not available on this platform",
    cause: "The command needs hardware that this platform does not have.",
    remedy: "Run it on a platform with the accelerator.",
  },
});
