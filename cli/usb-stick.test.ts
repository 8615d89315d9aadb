// A sysfs and a proc of our own, and files in place of devices: no real device is opened here.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { after, before, describe, it } from "node:test";
import { temporaryFolder, type TemporaryFolder } from "../test/temporary-folder.ts";
import { deviceNumber, readDisk, requireStick, type KernelFolders } from "./usb-stick.ts";
import { verifyDevice, writeDevice } from "./write-device.ts";

const usb = "devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host4/target4:0:0/4:0:0:0/block/sdb";
const nvme = "devices/pci0000:00/0000:00:1d.0/nvme/nvme0/nvme0n1";
const gigabyte = 2 * 1000 * 1000; // in sectors

describe("USB sticks", () => {
  let folder: TemporaryFolder;
  let kernel: KernelFolders;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(folder.path(path)), { recursive: true });
    writeFileSync(folder.path(path), text);
  };
  /** A disk in sysfs with one partition. */
  function disk(path: string, number: string, changes: Readonly<Record<string, string>> = {}): void {
    const [major, minor] = number.split(":");
    const name = path.split("/").at(-1) ?? "";
    const attributes = {
      dev: number,
      removable: "1",
      size: String(8 * gigabyte),
      ro: "0",
      "device/vendor": "Acme",
      "device/model": "Stick ",
    };
    for (const [attribute, value] of Object.entries({ ...attributes, ...changes })) write(`sys/${path}/${attribute}`, `${value}\n`);
    const part = `${path}/${name}1`;
    for (const [attribute, value] of [
      ["dev", `${major}:${Number(minor) + 1}`],
      ["partition", "1"],
      ["size", "100"],
      ["ro", "0"],
    ] as const) {
      write(`sys/${part}/${attribute}`, `${value}\n`);
    }
    mkdirSync(folder.path("sys/dev/block"), { recursive: true });
    symlinkSync(`../../${path}`, folder.path(`sys/dev/block/${number}`));
    symlinkSync(`../../${part}`, folder.path(`sys/dev/block/${major}:${Number(minor) + 1}`));
  }
  before(() => {
    folder = temporaryFolder();
    kernel = { sys: folder.path("sys"), proc: folder.path("proc") };
    write(
      "proc/self/mountinfo",
      "22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n29 22 8:33 / /mnt/a\\040b rw - vfat /dev/sdc1 rw\n",
    );
    write("proc/swaps", "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n/dev/sdd1 partition 2097148 0 -2\n");
    disk(usb, "8:16");
    disk(usb.replace(/sdb$/, "sdc"), "8:32");
    disk(usb.replace(/sdb$/, "sdd"), "8:48");
    disk(usb.replace(/sdb$/, "sde"), "8:64", { removable: "0" });
    disk(usb.replace(/sdb$/, "sdf"), "8:80", { ro: "1" });
    disk(usb.replace(/sdb$/, "sdg"), "8:96", { "holders/dm-0": "" });
    disk(nvme, "259:0");
  });
  after(() => {
    folder.remove();
  });

  it("takes an idle one with room, and knows its name", () => {
    const stick = readDisk("8:16", kernel);
    assert.deepEqual([stick.name, stick.label, stick.bytes, stick.uses], ["sdb", "Acme Stick", 8 * 1.024e9, []]);
    requireStick(stick, 8 * 1.024e9);
  });

  for (const [number, bytes, reason] of [
    ["8:16", 8 * 1.024e9 + 1, "it has 8192000000 bytes, the image 8192000001"],
    ["8:17", 0, "it is a partition; name the whole disk"],
    ["8:32", 0, "mounted on /mnt/a\\040b"],
    ["8:48", 0, "sdd1 is swap space"],
    ["8:64", 0, "it is not removable"],
    ["8:80", 0, "it is write-protected"],
    ["8:96", 0, "used by dm-0"],
    ["259:0", 0, "it is not on USB"],
    ["7:0", 0, "the kernel knows no disk 7:0"],
  ] as const) {
    it(`refuses ${number}: ${reason}`, () => {
      assert.throws(
        () => {
          requireStick(readDisk(number, kernel), bytes);
        },
        (error: Error) => error.message.includes(reason) && "code" in error && error.code === "E4007",
      );
    });
  }

  it("takes no file, no character device and nothing that is not there for a disk", () => {
    write("file", "");
    assert.throws(() => deviceNumber(folder.path("file")), { code: "E4007" });
    assert.throws(() => deviceNumber("/dev/null"), { code: "E4007" });
    assert.throws(() => deviceNumber(folder.path("nothing")), { code: "E4001" });
  });

  it("writes an image over what was there, and verifies it", () => {
    const image = Buffer.from(Uint8Array.from({ length: (9 << 20) + 512 }, (_, i) => (i * 2_654_435_761) >>> 24));
    writeFileSync(folder.path("image"), image);
    writeFileSync(folder.path("target"), Buffer.alloc(12 << 20, 0xaa));
    writeDevice(folder.path("image"), folder.path("target"));
    const target = readFileSync(folder.path("target"));
    assert.ok(target.subarray(0, image.length).equals(image));
    assert.ok(target.subarray(image.length).every((byte) => byte === 0xaa));
  });

  it("says when a device takes nothing or cannot be opened", () => {
    writeFileSync(folder.path("small"), Buffer.alloc(3 << 20, 1));
    // /dev/full takes nothing; what cannot be written leaves one error.
    assert.throws(
      () => {
        writeDevice(folder.path("small"), "/dev/full");
      },
      { code: "E4003" },
    );
    assert.throws(
      () => {
        writeDevice(folder.path("small"), folder.path("none/none"));
      },
      { code: "E4003" },
    );
  });

  it("says when other bytes come back, or fewer", () => {
    const image = new Uint8Array(5 << 20).fill(7);
    writeFileSync(folder.path("written"), image);
    for (const back of [image.subarray(0, -1), image.map((byte, i) => (i === 4_500_000 ? 8 : byte))]) {
      writeFileSync(folder.path("back"), back);
      assert.throws(
        () => {
          verifyDevice(folder.path("written"), folder.path("back"));
        },
        { code: "E4008" },
      );
    }
  });
});
