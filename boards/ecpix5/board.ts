/**
 * LambdaConcept ECPIX-5 with the LFE5UM5G-85F. Pins: litex-boards' lambdaconcept_ecpix5. Flash: S25FL256S by the maker's documentation
 * (docs.lambdaconcept.com/ecpix-5/features/flash.html), an ISSI part on some boards; 32 MiB, of which the first 16 are used.
 */
import { board } from "../board.ts";
import { ecp5Bitstream } from "../flash-map.ts";

const led = (line: "r" | "g" | "b") => ({ pads: "rgb_led", index: 0, line, activeLow: true });

export const ecpix5 = board({
  name: "ecpix5",
  title: "LambdaConcept ECPIX-5",
  clockHz: 75_000_000,
  oscillatorHz: 100_000_000,
  dram: { module: "MT41K256M16", modules: 1, ratio: 2 },
  flash: "S25FL256S",
  bitstream: ecp5Bitstream,
  fpga: { family: "ecp5", device: "LFE5UM5G-85F", otherDevices: [], idcodes: [0x8111_3043], package: "BG554I", speed: "8" },
  uart: { baud: 115_200, usb: { vendor: "0403", product: "6010" } },
  leds: { boot: led("b"), busy: led("g"), error: led("r") },
  loader: { board: "ecpix5", by: "jtag" },
});
