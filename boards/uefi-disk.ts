/** What a PC's disk image and the UEFI application have to agree on. */

/** The GPT type of a partition that holds nothing but a model container, from its first byte on. */
export const modelPartitionType = "7e1a3c52-9b0d-4f6e-8a41-54c2d7e9b360";

/** The section of the application's PE file that lists the models which it may run under Secure Boot. */
export const modelListSection = ".models";
/** What that section begins with, before a linker has put it anywhere. */
export const modelListMagic = "TRNLIST1";
/** How many models that list and the menu hold. */
export const modelsMost = 64;

/** The text of ternel_uefi_disk.h. */
export function emitUefiDiskHeader(): string {
  const [first = "", second = "", third = "", fourth = "", fifth = ""] = modelPartitionType.split("-");
  const rest = (fourth + fifth).replace(/../g, "0x$&, ").trimEnd().slice(0, -1);
  return [
    "// Generated from boards/uefi-disk.ts. Do not edit.",
    "#pragma once",
    "",
    "// The GPT type of a partition that holds a model container, as an initialiser of struct uefi_guid.",
    `#define TERNEL_UEFI_MODEL_PARTITION {0x${first}, 0x${second}, 0x${third}, {${rest}}}`,
    "// The section of the application's PE file with its list of models, and how many models the list and the menu hold.",
    `#define TERNEL_UEFI_MODEL_LIST_SECTION "${modelListSection}"`,
    `#define TERNEL_UEFI_MODEL_LIST_MAGIC {${Array.from(Buffer.from(modelListMagic), (byte) => `0x${byte.toString(16)}`).join(", ")}}`,
    `#define TERNEL_UEFI_MODELS_MOST ${modelsMost}`,
    "",
  ].join("\n");
}

const sectorBytes = 512;
/** Partitions begin at whole MiB, as flash in sticks and disks likes it. */
const alignBytes = 1 << 20;
/** With clusters of one sector FAT32 begins at 65525 of them. */
const systemBytes = 40 << 20;
/** Behind the last partition: room for the second partition table. */
const tailBytes = alignBytes;

/** One partition of the disk image. */
export interface DiskPartition {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Where things lie on the disk: the EFI system partition, then one partition for each model. */
export interface DiskLayout {
  readonly system: DiskPartition;
  readonly models: readonly DiskPartition[];
  readonly bytes: number;
}

const align = (value: number): number => Math.ceil(value / alignBytes) * alignBytes;
/** No partition is without a sector, and so an empty file has one of zeros. */
const modelBytes = (fileBytes: number): number => Math.max(alignBytes, align(fileBytes));

/** The layout for models of these names and sizes; `fileBytes` of files lie in the system partition as well. */
export function diskLayout(models: readonly { readonly name: string; readonly bytes: number }[], fileBytes = 0): DiskLayout {
  const system = {
    name: "Ternel",
    type: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
    offset: alignBytes,
    bytes: systemBytes + align(fileBytes),
  };
  let offset = system.offset + system.bytes;
  const partitions = models.map(({ name, bytes }) => {
    // A partition's name has 36 characters; what is not plain would have to be encoded.
    const plain = name.replace(/[^\w.-]/g, "_").slice(0, 36);
    const partition = { name: plain, type: modelPartitionType, offset, bytes: modelBytes(bytes) };
    offset += partition.bytes;
    return partition;
  });
  return { system, models: partitions, bytes: offset + tailBytes };
}

/** First and last sector of a partition. */
export function sectorsOf({ offset, bytes }: DiskPartition): readonly [number, number] {
  return [offset / sectorBytes, (offset + bytes) / sectorBytes - 1];
}
