/** Digilent Arty A7. Pins: litex-boards' digilent_arty. The bitstream's region holds that of the larger device, 3825788 bytes (UG470). */
import { board } from "../board.ts";

const led = (index: number) => ({ pads: "user_led", index, activeLow: false });

export const arty = board({
  name: "arty",
  title: "Digilent Arty A7",
  clockHz: 100_000_000,
  oscillatorHz: 100_000_000,
  dram: { module: "MT41K128M16", modules: 1, ratio: 4 },
  flash: "S25FL128S",
  bitstream: { offset: 0, bytes: 3_866_624 },
  fpga: {
    family: "7series",
    device: "xc7a35t",
    otherDevices: ["xc7a100t"],
    idcodes: [0x0362_d093, 0x0363_1093],
    package: "csg324",
    speed: "1",
  },
  uart: { baud: 115_200, usb: { vendor: "0403", product: "6010" } },
  leds: { boot: led(0), busy: led(1), error: led(2) },
  loader: { board: "arty_a7_35t", by: "jtag", byIdcode: { 0x0363_1093: "arty_a7_100t" } },
});
