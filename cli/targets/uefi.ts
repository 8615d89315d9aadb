// A PC in QEMU that boots the disk image: Debian's OVMF as its firmware, every instruction emulated (TCG). The same console as on
// the SoC, on the serial line.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { variablesThatTrust } from "../../boards/uefi-variables.ts";
import { TernelError } from "../../models/errors.ts";
import { numberIn, objectIn, textIn } from "../reply.ts";
import { openSession, type Session } from "../session.ts";
import { buildUefiImage, type UefiImageOptions } from "../uefi-image.ts";
import { runOnConsole } from "./console-target.ts";
import type { NativeOptions } from "./native.ts";
import type { Target } from "./target.ts";

const firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd";

export interface MachineSettings extends NativeOptions {
  /** QEMU's name of a processor: "max" has AVX2, "Nehalem" no more than SSE4. */
  readonly processor?: string;
  readonly megabytes?: number;
  /** Secure Boot is on, and this certificate (DER) is the one that the firmware trusts. */
  readonly trusted?: Uint8Array;
  /** The variables that the firmware starts with, where they are not Debian's empty ones. */
  readonly variables?: string;
}

/** A machine ready to start, and how to remove its files. */
export interface PreparedMachine {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly dispose: () => void;
}

/** A machine that boots from this image, which it does not change. Its serial line is standard input and output. */
export function prepareMachine(image: string, settings: MachineSettings = {}): PreparedMachine {
  if (!existsSync(firmware)) throw new TernelError("toolMissing", `${firmware} (Debian's package ovmf)`);
  const folder = mkdtempSync(join(tmpdir(), "ternel-uefi-"));
  const dispose = () => {
    rmSync(folder, { recursive: true, force: true });
    process.off("exit", dispose);
  };
  process.on("exit", dispose); // also when a signal ends this process
  const variables = join(folder, "variables.fd");
  const first = readFileSync(settings.variables ?? "/usr/share/OVMF/OVMF_VARS_4M.fd");
  writeFileSync(variables, settings.trusted === undefined ? first : variablesThatTrust(first, settings.trusted));
  const { cores = 1, processor = "max", megabytes = 1024 } = settings;
  const memory = (unit: number, rest: string) => ["-drive", `if=pflash,unit=${unit},format=raw,${rest}`];
  return {
    program: "qemu-system-x86_64",
    arguments: [
      ["-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", processor, "-smp", String(cores), "-m", String(megabytes)],
      ["-nodefaults", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"],
      [...memory(0, `readonly=on,file=${firmware}`), ...memory(1, `file=${variables}`)],
      ["-drive", `if=none,id=disk,format=raw,snapshot=on,file=${image}`, "-device", "virtio-blk-pci,drive=disk,bootindex=0"],
    ].flat(),
    dispose,
  };
}

/** Boots a machine from an image and opens its console. */
export async function openMachineSession(
  image: string,
  settings: MachineSettings = {},
  onText?: (text: string) => void,
): Promise<Session> {
  const machine = prepareMachine(image, settings);
  try {
    // The firmware's own start, in which it prints nothing, takes 3 to 6 s, on a busy machine many times that.
    const session = await openSession({
      ...machine,
      bootLimit: 600,
      silenceLimit: 300,
      ...(onText === undefined ? {} : { onText }),
    });
    return {
      send: session.send,
      close: async () => {
        await session.close();
        machine.dispose();
      },
    };
  } catch (error) {
    machine.dispose();
    throw error;
  }
}

/** Makes an image in a folder of its own, for as long as something boots from it. */
export async function temporaryImage(options: UefiImageOptions): Promise<{ readonly image: string; readonly dispose: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "ternel-disk-"));
  const dispose = () => {
    rmSync(folder, { recursive: true, force: true });
    process.off("exit", dispose);
  };
  process.on("exit", dispose);
  const image = join(folder, "disk.img");
  try {
    await buildUefiImage(image, options);
  } catch (error) {
    dispose();
    throw error;
  }
  return { image, dispose };
}

/** The text of ternel.txt, which tells the application how to compute (firmware/platform/uefi/settings.h). */
export function settingsText({ cores, kernel }: NativeOptions): { readonly settings?: string } {
  const lines = [...(cores === undefined ? [] : [`cores ${cores}\n`]), ...(kernel === undefined ? [] : [`kernel ${kernel}\n`])];
  return lines.length === 0 ? {} : { settings: lines.join("") };
}

/** What the application has measured of its own start, in seconds. */
export interface BootTimes {
  readonly boot: Readonly<Record<string, number>>;
  readonly firstTokenSeconds: number;
}

/** The phases of the boot of an open console; the application's own are those behind "firmware". */
export async function bootTimes(session: Session): Promise<BootTimes> {
  const hertz = numberIn(await session.send("/info"), "clockHz");
  const phases = objectIn(await session.send("/stats"), "boot");
  const boot = Object.fromEntries(Object.keys(phases).map((name) => [name, numberIn(phases, name) / hertz]));
  const own = Object.entries(boot).filter(([name]) => name !== "firmware");
  return { boot, firstTokenSeconds: own.reduce((sum, [, seconds]) => sum + seconds, 0) };
}

/** Boots a PC with this model as a target. */
export async function openUefi(modelFile: string, settings: MachineSettings = {}): Promise<Target> {
  const { image, dispose } = await temporaryImage({ models: [modelFile], ...settingsText(settings) });
  try {
    const session = await openMachineSession(image, settings);
    const times = await bootTimes(session);
    const kernel = textIn(await session.send("/info"), "engine");
    return {
      run: async (runSettings, onToken) => ({ ...(await runOnConsole(session, "uefi", runSettings, onToken)), kernel, ...times }),
      close: () => session.close().finally(dispose),
    };
  } catch (error) {
    dispose();
    throw error;
  }
}
