/**
 * OrangeCrab r0.2.1 with the LFE5U-85F. Pins: litex-boards' gsd_orangecrab; the serial line is on the feather's pins 0 and 1. The
 * board's USB bootloader has the first 512 KiB of the flash and loads the bitstream behind it.
 */
import { board } from "../board.ts";
import { ecp5Bitstream } from "../flash-map.ts";

const led = (index: number) => ({ pads: "user_led", index, activeLow: true });

export const orangecrab = board({
  name: "orangecrab",
  title: "OrangeCrab r0.2.1",
  clockHz: 48_000_000,
  oscillatorHz: 48_000_000,
  dram: { module: "MT41K64M16", modules: 1, ratio: 2 },
  flash: "W25Q128JV",
  bitstream: { offset: 0x08_0000, bytes: ecp5Bitstream.bytes },
  fpga: { family: "ecp5", device: "LFE5U-85F", otherDevices: [], idcodes: [0x4111_3043], package: "MG285C", speed: "8" },
  uart: { baud: 115_200 },
  // One light of three colours: blue while booting, green when busy, red on errors.
  leds: { boot: led(2), busy: led(1), error: led(0) },
  loader: { board: "orangeCrab", by: "dfu" },
});
