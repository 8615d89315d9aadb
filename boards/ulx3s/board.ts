/**
 * Radiona ULX3S with the LFE5U-85F. Pins: litex-boards' radiona_ulx3s. DRAM: 32 MiB of SDR SDRAM, one edge a clock, so half of what a
 * DDR3 board carries. Sold with several flash parts of 16 MiB; stage 0 tells them apart.
 */
import { board } from "../board.ts";
import { ecp5Bitstream } from "../flash-map.ts";

const led = (index: number) => ({ pads: "user_led", index, activeLow: false });

export const ulx3s = board({
  name: "ulx3s",
  title: "Radiona ULX3S",
  clockHz: 50_000_000,
  oscillatorHz: 25_000_000,
  dram: { module: "MT48LC16M16", modules: 1, ratio: 2 },
  flash: "IS25LP128",
  bitstream: ecp5Bitstream,
  fpga: { family: "ecp5", device: "LFE5U-85F", otherDevices: [], idcodes: [0x4111_3043], package: "BG381C", speed: "6" },
  uart: { baud: 115_200, usb: { vendor: "0403", product: "6015" } },
  leds: { boot: led(0), busy: led(1), error: led(2) },
  loader: { board: "ulx3s", by: "jtag" },
});
