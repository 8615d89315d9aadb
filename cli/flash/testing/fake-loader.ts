// Stands in for openFPGALoader 0.10 in tests: notes its arguments, behaves as the real one does towards a flash that is a file, and
// prints what that prints (src/main.cpp, src/spiFlash.cpp and src/progressBar.cpp of v0.10.0). FAKE_LOADER names a folder with
// `flash.bin`, and perhaps `idcode` (hexadecimal), `no-cable`, `fail-verify` or `short-dump`; `calls` is written.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const folder = process.env["FAKE_LOADER"] ?? "";
const inFolder = (name: string): string => join(folder, name);
const has = (name: string): boolean => existsSync(inFolder(name));
const args = process.argv.slice(2);
appendFileSync(inFolder("calls"), `${args.join(" ")}\n`);

const { values, positionals } = parseArgs({
  args,
  allowPositionals: true,
  options: {
    board: { type: "string" },
    cable: { type: "string" },
    detect: { type: "boolean" },
    "write-flash": { type: "boolean" },
    "dump-flash": { type: "boolean" },
    verify: { type: "boolean" },
    offset: { type: "string" },
    "file-size": { type: "string" },
  },
});
const [file = ""] = positionals;
const offset = Number(values.offset ?? 0);
const blockBytes = 0x1_0000;

const print = (text: string): void => {
  process.stdout.write(text);
};
function fail(...lines: readonly string[]): never {
  process.stderr.write(lines.map((line) => `${line}\n`).join(""));
  process.exit(1);
}
function bar(what: string): void {
  for (const percent of [0, 48.7, 100]) {
    const width = Math.ceil(percent / 2);
    print(`\r${what}: [${"=".repeat(width)}${" ".repeat(50 - width)}] ${percent.toFixed(2)}%`);
  }
  print("\nDone\n");
}

if (has("no-cable")) fail("unable to open ftdi device: -3 (device not found)", "JTAG init failed with: unable to open ftdi device");
const dfu = values.board === "orangeCrab" && values.cable === undefined;
if (!dfu) print("Jtag frequency : requested 6.00MHz   -> real 6.00MHz  \n");

if (values.detect === true) {
  const idcode = has("idcode") ? readFileSync(inFolder("idcode"), "utf8").trim() : "";
  if (dfu) print("Found DFU device 1209:5af0\n");
  else if (idcode !== "")
    print(`index 0:\n\tidcode 0x${idcode}\n\tmanufacturer lattice\n\tfamily ECP5\n\tmodel  LFE5U-85\n\tirlength 8\n`);
} else if (values["dump-flash"] === true) {
  print("dump flash (May take time)\nOpen dump file DONE\n");
  const bytes = Number(values["file-size"]) - (has("short-dump") ? 1 : 0);
  writeFileSync(file, readFileSync(inFolder("flash.bin")).subarray(offset, offset + bytes));
  bar("Read flash ");
} else if (values["write-flash"] === true) {
  print("write to flash\nOpen file DONE\nParse file DONE\nEnable configuration: DONE\nSRAM erase: DONE\n");
  const flash = readFileSync(inFolder("flash.bin"));
  const content = readFileSync(file);
  if (offset + content.length > flash.length) fail("flash overflow", "Error: Failed to program FPGA: std::exception");
  bar("Erasing");
  flash.fill(0xff, offset, Math.ceil((offset + content.length) / blockBytes) * blockBytes);
  content.copy(flash, offset);
  bar("Writing");
  writeFileSync(inFolder("flash.bin"), flash);
  if (values.verify === true) {
    print("Verifying write (May take time)\n");
    if (has("fail-verify")) fail("\nFail", `Verification failed at ${offset + 3}`, "Error: Failed to program FPGA: std::exception");
    bar("Read flash ");
  }
  print("Refresh: DONE\n");
} else {
  // DFU: the bootloader puts the file behind itself.
  const flash = readFileSync(inFolder("flash.bin"));
  readFileSync(file).copy(flash, 0x8_0000);
  writeFileSync(inFolder("flash.bin"), flash);
  bar("Writing");
}
