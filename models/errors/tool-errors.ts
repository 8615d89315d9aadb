// E40xx: files and arguments. E41xx: tools and child processes. E42xx: what the verbs find.
import { errorTable } from "./entry.ts";

/** Errors of the command line and of the tools behind it. */
export const toolErrors = errorTable({
  fileMissing: {
    code: "E4001",
    message: "file: not found",
    cause: "There is no file or folder of this name.",
    remedy: "Check the path.",
  },
  fileUnreadable: {
    code: "E4002",
    message: "file: cannot be read",
    cause: "The file exists but reading it failed.",
    remedy: "Check its permissions and the disk.",
  },
  fileUnwritable: {
    code: "E4003",
    message: "file: cannot be written",
    cause: "The folder does not exist, is read-only or is full.",
    remedy: "Check the path and the disk.",
  },
  fileKind: {
    code: "E4004",
    message: "file: not a kind that this command reads",
    cause: "The command expects another kind of file or folder.",
    remedy: "See the command's --help.",
  },
  argument: {
    code: "E4005",
    message: "argument: missing, or not possible",
    cause: "An option is missing, its value is not possible, or options do not go together.",
    remedy: "See the command's --help.",
  },
  modelFolder: {
    code: "E4006",
    message: "folder: not a model",
    cause: "A model folder holds model.safetensors, config.json and tokenizer.json; one is missing.",
    remedy: "Name a folder with these three files.",
  },
  deviceUnfit: {
    code: "E4007",
    message: "device: not a USB stick that may be written",
    cause: "The device is no removable USB disk, is in use, or is too small: writing it might destroy something else.",
    remedy: "`lsblk -o NAME,SIZE,RM,TRAN,MODEL,MOUNTPOINTS` shows the disks (RM 1, TRAN usb); unmount what is mounted.",
  },
  deviceDiffers: {
    code: "E4008",
    message: "device: other bytes came back than were written",
    cause: "The stick is faulty, smaller than it claims, or was pulled out.",
    remedy: "Use another stick.",
  },
  deviceUnconfirmed: {
    code: "E4009",
    message: "device: not confirmed, nothing was written",
    cause: "Writing loses everything on the device, and nobody agreed to that.",
    remedy: "Answer with the device's name, or give --yes.",
  },
  toolMissing: {
    code: "E4101",
    message: "tool: not installed",
    cause: "A program that this command needs was not found.",
    remedy: "`make setup` installs everything.",
  },
  toolFailed: {
    code: "E4102",
    message: "tool: failed",
    cause: "A child process ended with an error; its last lines are shown.",
    remedy: "Read its output.",
  },
  toolTimeout: {
    code: "E4103",
    message: "tool: took too long",
    cause: "A child process did not end within its time limit and was ended.",
    remedy: "Try again when the machine is less busy.",
  },
  toolAnswer: {
    code: "E4104",
    message: "tool: malformed answer",
    cause: "An engine answered something that is not in its protocol.",
    remedy: "Build everything again (`make`); if it comes back, report it.",
  },
  notBuilt: {
    code: "E4105",
    message: "build: missing",
    cause: "The program, simulator or image has not been built yet.",
    remedy: "The message names the command that builds it.",
  },
  timingMissed: {
    code: "E4106",
    message: "build: the design is too slow for the board's clock",
    cause: "After place and route a path takes longer than a cycle, so the hardware would compute wrong values.",
    remedy: "Try other seeds (`--seeds 8`); the named log shows the path.",
  },
  enginesDiffer: {
    code: "E4201",
    message: "compare: engines differ",
    cause: "Two targets gave different tokens or different logits.",
    remedy: "Report it with the model, prompt and settings: equal bits are the project's promise.",
  },
  serialMissing: {
    code: "E4301",
    message: "serial: no port found",
    cause: "No serial port has the board's USB identification, or more than one has, or the named port does not exist.",
    remedy: "Plug the board in, or name the port with --port.",
  },
  serialOpen: {
    code: "E4302",
    message: "serial: port cannot be opened",
    cause: "Another program has the port open, or you may not read and write it.",
    remedy: "Close the other program; on Linux join the group that owns the port (`ls -l` shows it, often dialout).",
  },
  serialLost: {
    code: "E4303",
    message: "serial: port lost",
    cause: "The port went away: the cable was pulled, or the board lost power.",
    remedy: "Plug the board in again and repeat the command; an upload goes on where it stopped.",
  },
  serialSilent: {
    code: "E4304",
    message: "serial: no answer",
    cause: "The machine at the other end did not answer in time, or not in the console's machine mode.",
    remedy: "Look with `npx ternel console` whether Ternel's prompt is there, and whether the baud rate is right.",
  },
  consoleMatch: {
    code: "E4305",
    message: "console: the text did not come in time",
    cause: "What --match names was not among what the machine printed within --timeout seconds.",
    remedy: "Look at what it printed (--log FILE keeps it).",
  },
  boardOther: {
    code: "E4306",
    message: "board: not the one that was named",
    cause: "The FPGA's identification code, or what the machine's console says of itself, is that of another board.",
    remedy: "Name the board that is plugged in, or choose the cable with --cable or --port.",
  },
  loaderCable: {
    code: "E4311",
    message: "flash: no cable found",
    cause: "There is no USB cable of the board's kind: openFPGALoader found none.",
    remedy: "Plug the board in; on Linux install openFPGALoader's udev rules (99-openfpgaloader.rules), or choose another --cable.",
  },
  loaderFailed: {
    code: "E4312",
    message: "flash: openFPGALoader failed",
    cause: "Writing, verifying or reading the flash ended with an error; its own words are shown.",
    remedy: "Run the command again: what was written and verified is not written twice.",
  },
  flashImageFit: {
    code: "E4313",
    message: "flash: image does not fit the board",
    cause: "The image is larger than the board's flash, holds bytes between its regions, or is not for this board.",
    remedy: "Make it with `npx ternel image --board` for this board.",
  },
  flashSlotRuns: {
    code: "E4314",
    message: "flash: would overwrite the firmware that runs",
    cause: "The slot that the board boots holds another firmware of the same build; if writing it fails, the board does not boot.",
    remedy: "Use `npx ternel upload --firmware`, which writes the other slot, or --force.",
  },
  internal: {
    code: "E4999",
    message: "internal: unexpected state",
    cause: "The program met a state that it should not be able to reach.",
    remedy: "Report it with the command and its output.",
  },
});
