// Damage of a disk image itself: its partition table (UEFI 2.10, 5.3) and its FAT32 file system (Microsoft's FAT specification 1.03).
import { crc32 } from "node:zlib";
import { modelPartitionType } from "../../../../boards/uefi-disk.ts";

const sector = 512;
const entryBytes = 128;
const entryCount = 128;
const tableOffset = 2 * sector;

/** An entry of the partition table, as numbers: also such as no tool would write. */
export interface TableEntry {
  readonly first: bigint;
  readonly last: bigint;
  /** 72 bytes of UTF-16, or less. */
  readonly name: Uint8Array;
}

/** The type of a model's partition as it lies on the disk. */
const modelType = (() => {
  const bytes = Buffer.from(modelPartitionType.replaceAll("-", ""), "hex");
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
})();

/** Writes model partitions into the first table from entry `index` on, and makes its checksums right. */
export function addModelPartitions(disk: Buffer, index: number, entries: readonly TableEntry[]): void {
  entries.forEach(({ first, last, name }, i) => {
    const at = tableOffset + (index + i) * entryBytes;
    disk.fill(0, at, at + entryBytes);
    modelType.copy(disk, at);
    disk.writeUInt32LE(i + 1, at + 16); // a GUID of its own
    disk.writeBigUInt64LE(first, at + 32);
    disk.writeBigUInt64LE(last, at + 40);
    disk.set(name.subarray(0, 72), at + 56);
  });
  sealTable(disk);
}

/** Makes the checksums of the first partition table right. */
export function sealTable(disk: Buffer): void {
  disk.writeUInt32LE(crc32(disk.subarray(tableOffset, tableOffset + entryBytes * entryCount)), sector + 88);
  disk.writeUInt32LE(0, sector + 16);
  disk.writeUInt32LE(crc32(disk.subarray(sector, sector + 92)), sector + 16);
}

/** The first table's header and entries, or the second's. */
export function tableBytes(disk: Buffer, which: "first" | "second"): Buffer {
  const bytes = sector + entryBytes * entryCount;
  return which === "first" ? disk.subarray(sector, sector + bytes) : disk.subarray(disk.length - bytes, disk.length);
}

/** The FAT32 file system of the system partition, which begins at `offset`. */
export class FatVolume {
  readonly disk: Buffer;
  readonly #tables: readonly number[];
  readonly #data: number;
  readonly #clusterBytes: number;
  readonly rootCluster: number;
  readonly clusters: number;

  constructor(disk: Buffer, offset: number) {
    this.disk = disk;
    const sectorBytes = disk.readUInt16LE(offset + 11);
    const reserved = disk.readUInt16LE(offset + 14);
    const tables = disk.readUInt8(offset + 16);
    const tableSectors = disk.readUInt32LE(offset + 36);
    this.#clusterBytes = sectorBytes * disk.readUInt8(offset + 13);
    this.#tables = Array.from({ length: tables }, (_, i) => offset + (reserved + i * tableSectors) * sectorBytes);
    this.#data = offset + (reserved + tables * tableSectors) * sectorBytes;
    this.rootCluster = disk.readUInt32LE(offset + 44);
    this.clusters = (tableSectors * sectorBytes) / 4;
  }

  next(cluster: number): number {
    return this.disk.readUInt32LE((this.#tables[0] ?? 0) + 4 * cluster) & 0x0fffffff;
  }

  /** Sets what follows a cluster, in all copies of the table. */
  setNext(cluster: number, next: number): void {
    for (const table of this.#tables) this.disk.writeUInt32LE(next, table + 4 * cluster);
  }

  /** The clusters of a chain that is sound. */
  chain(first: number): number[] {
    const clusters: number[] = [];
    for (let cluster = first; cluster >= 2 && cluster < 0x0ffffff8; cluster = this.next(cluster)) clusters.push(cluster);
    return clusters;
  }

  /** Where the short entry of each file in the root folder lies, in their order. */
  files(): number[] {
    return this.chain(this.rootCluster)
      .flatMap((cluster) =>
        Array.from({ length: this.#clusterBytes / 32 }, (_, i) => this.#data + (cluster - 2) * this.#clusterBytes + 32 * i),
      )
      .filter((at) => {
        const first = this.disk.readUInt8(at);
        return first !== 0 && first !== 0xe5 && (this.disk.readUInt8(at + 11) & 0x18) === 0; // no long name, label or folder
      });
  }

  firstCluster(entry: number): number {
    return (this.disk.readUInt16LE(entry + 20) << 16) | this.disk.readUInt16LE(entry + 26);
  }

  setFirstCluster(entry: number, cluster: number): void {
    this.disk.writeUInt16LE(cluster >>> 16, entry + 20);
    this.disk.writeUInt16LE(cluster & 0xffff, entry + 26);
  }

  setSize(entry: number, bytes: number): void {
    this.disk.writeUInt32LE(bytes, entry + 28);
  }
}
