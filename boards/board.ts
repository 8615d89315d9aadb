/** A board that one can buy: a configuration, and what a bitstream, a flash and a console for it need to know. */
import { machine, type Configuration, type Machine } from "./machine.ts";

/** The FPGA as its tools name it. */
export interface Fpga {
  readonly family: "ecp5" | "7series";
  /** The device that a build takes unless told otherwise. */
  readonly device: string;
  /** Others that this board is sold with and the design fits. */
  readonly otherDevices: readonly string[];
  /** What these devices answer to JTAG's IDCODE; the top four bits (revision) of a 7-series device do not count. */
  readonly idcodes: readonly number[];
  readonly package: string;
  readonly speed: string;
}

/** A light of the board, as the litex-boards platform names it: `line` is a colour of a light with several. */
export interface Led {
  readonly pads: string;
  readonly index: number;
  readonly line?: "r" | "g" | "b";
  /** Whether a low level lights it. */
  readonly activeLow: boolean;
}

/** How openFPGALoader reaches the board. */
export interface Loader {
  /** For --board. */
  readonly board: string;
  /** What writes the flash: JTAG through the FPGA, or the board's own USB bootloader. */
  readonly by: "jtag" | "dfu";
  /** --board for another device than the usual one, by its IDCODE. */
  readonly byIdcode?: Readonly<Record<number, string>>;
}

export interface Board extends Configuration {
  /** Name for people. */
  readonly title: string;
  readonly fpga: Fpga;
  /** The oscillator that the system clock is made from. */
  readonly oscillatorHz: number;
  readonly uart: {
    readonly baud: number;
    /** USB vendor and product of the serial port, four hexadecimal digits each; left out where the board has none of its own. */
    readonly usb?: { readonly vendor: string; readonly product: string };
  };
  /** boot: stage 0 is at work; busy: tokens are made; error: a boot or a run has failed. */
  readonly leds: Readonly<Record<"boot" | "busy" | "error", Led>>;
  readonly loader: Loader;
  /** Bytes at the beginning of the flash that belong to the board's own bootloader; Ternel never writes there. */
  readonly bootloaderBytes: number;
}

/** A board's own facts; the rest follows from its parts. */
export type BoardFacts<Name extends string> = Omit<Board, keyof Configuration | "bootloaderBytes"> & Machine<Name>;

/** Throws a RangeError where the flash has no room. */
export function board<Name extends string>(facts: BoardFacts<Name>): Board & { readonly name: Name } {
  const { title, fpga, oscillatorHz, uart, leds, loader, bitstream } = facts;
  return { ...machine(facts), title, fpga, oscillatorHz, uart, leds, loader, bootloaderBytes: bitstream.offset };
}
