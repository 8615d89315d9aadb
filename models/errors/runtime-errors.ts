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
    message: "accelerator: model larger than its buffers",
    cause: "A vector or a row of a matrix is longer than the accelerator's memories.",
    remedy: "Use a configuration with larger memories; until then the firmware computes what does not fit on the processor.",
  },
  // E3008 was "model packed for a narrower memory port": containers of version 2 suit every port.
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
  acceleratorAborted: {
    code: "E3018",
    message: "accelerator: aborted",
    cause: "The command list was ended before its end, at the processor's request.",
    remedy: "Nothing is wrong; start the answer again.",
  },
  acceleratorHung: {
    code: "E3019",
    message: "accelerator: command list hung",
    cause: "A command neither took a word from memory nor came to an end for 2^20 cycles.",
    remedy: accelerator,
  },
  acceleratorList: {
    code: "E3020",
    message: "accelerator: malformed command list",
    cause: "The model's command list holds a command that the accelerator does not run, or has no end. The line names the command.",
    remedy: "Pack the model again; `npx ternel info --commands` prints its list.",
  },
  acceleratorRegion: {
    code: "E3021",
    message: "accelerator: command outside its memory",
    cause: "A command would have read outside the model or written outside the engine's buffers. The line names the command.",
    remedy: "Pack the model again; `npx ternel info --commands` prints its list.",
  },
  flashTimeout: {
    code: "E3022",
    message: "flash: did not finish in time",
    cause: "An erase or program operation of the SPI flash was still under way after several seconds.",
    remedy: "Switch the board off and on and upload again; if it comes back, the flash is faulty.",
  },
  flashRefused: {
    code: "E3023",
    message: "flash: refuses to be written",
    cause: "The SPI flash did not set its write enable bit: it is still busy with something else, or its wires are loose.",
    remedy: "Switch the board off and on and upload again; if it comes back, check the flash chip.",
  },
  flashRange: {
    code: "E3024",
    message: "flash: outside what may be written",
    cause:
      "The range is not made of whole sectors of a region that uploads may change: bitstream, first stage and running slot are not.",
    remedy: "Use `npx ternel flash` for the other regions.",
  },
  flashContent: {
    code: "E3025",
    message: "flash: content differs after writing",
    cause: "What was read back is not what was written: the range is protected, or the flash is worn or faulty.",
    remedy: "Take the protection off (`openFPGALoader --unprotect-flash`) and upload again; if it comes back, the flash is faulty.",
  },
  flashPart: {
    code: "E3026",
    message: "flash: part not known, read over one line",
    cause: "The manufacturer's byte of the flash's identification is none that stage 0 knows how to switch to quad reads.",
    remedy: "Nothing is wrong, the boot only takes longer; add the part to firmware/drivers/flash_quad.c from its data sheet.",
  },
  flashQuad: {
    code: "E3027",
    message: "flash: quad enable bit does not stay set, read over one line",
    cause: "The flash took the write of its status register and did not keep it: the register is protected.",
    remedy: "Take the protection off (`openFPGALoader --unprotect-flash`); until then the boot takes longer.",
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
    cause: "It needs hardware, a processor's instructions or a second model that this platform does not have.",
    remedy:
      "Run it on a platform with the accelerator, without the kernel that ternel.txt names, or from a disk with several models.",
  },
  uploadChecksum: {
    code: "E3108",
    message: "upload: bytes damaged on the way",
    cause:
      "A piece or a sector that arrived over the serial line does not have the checksum that was sent with it. Nothing was written.",
    remedy: "`npx ternel upload` sends it again by itself; if it gives up, check cable and baud rate.",
  },
});
