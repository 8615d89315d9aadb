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
    message: "argument: out of range",
    cause: "An option's value is outside its range.",
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
  enginesDiffer: {
    code: "E4201",
    message: "compare: engines differ",
    cause: "Two targets gave different tokens or different logits.",
    remedy: "Report it with the model, prompt and settings: equal bits are the project's promise.",
  },
  internal: {
    code: "E4999",
    message: "internal: unexpected state",
    cause: "The program met a state that it should not be able to reach.",
    remedy: "Report it with the command and its output.",
  },
});
