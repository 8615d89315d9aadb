// What can be wrong with a disk as a whole, and what the machine must say then: a prompt each time, and the good model where there is one.
import { readFileSync } from "node:fs";
import { defaultModel } from "../../../../cli/options.ts";
import { containerLayout, readHeader } from "../../../../models/container.ts";
import { headerFields } from "../../../../models/container/format.ts";
import type { QuickRandom } from "../../../../models/testing/random-weights.ts";
import { powerOff, type Step } from "./conversation.ts";
import { addModelPartitions, FatVolume, sealTable, tableBytes } from "./damaged-disk.ts";
import { goodStory } from "./good-story.ts";

/** One kind of damage to a disk that holds the good model in its first model partition. */
export interface DiskDamage {
  readonly name: string;
  /** The text of ternel.txt, where there is one. */
  readonly settings?: (random: QuickRandom) => string;
  /** Another model behind the good one: large.tern. */
  readonly large?: () => { readonly head: Uint8Array; readonly bytes: number };
  readonly megabytes?: number;
  readonly change?: (disk: Buffer, random: QuickRandom) => void;
  readonly steps: readonly Step[];
  /** Lines that must have been printed. */
  readonly lines?: readonly RegExp[];
}

const mebibyte = 1 << 20;
const sectors = (bytes: number): bigint => BigInt(bytes / 512);
/** The first sector behind the good model's partition, which is one MiB. */
const free = 42 * mebibyte;
const typeBytes = 16;
const entry = (index: number): number => 1024 + 128 * index;

const firmwareRefuses: readonly Step[] = [["failed to load Boot0001", powerOff]];

function scatter(bytes: Buffer, random: QuickRandom): void {
  for (let i = 0; i <= random.below(40); i++) bytes[random.below(bytes.length)] = random.next();
}

/** Nothing but a header that is right, of a model that needs half a GiB. */
function largeModel(): { head: Uint8Array; bytes: number } {
  const head = Buffer.from(readFileSync(defaultModel()));
  const larger = { ...readHeader(head).header, layers: 128, dimension: 2048 };
  const bytes = containerLayout(larger)?.totalBytes ?? 0;
  for (const [field, value] of [
    ["layers", larger.layers],
    ["dimension", larger.dimension],
    ["totalBytes", bytes],
  ] as const) {
    head.writeUInt32LE(value, headerFields[field].offset);
  }
  return { head: head.subarray(0, 4096), bytes };
}

export const diskDamages: readonly DiskDamage[] = [
  {
    name: "the first partition table: the firmware takes the second",
    change: (disk, random) => {
      scatter(tableBytes(disk, "first").subarray(0, 92), random);
    },
    steps: goodStory.steps,
  },
  {
    name: "the second partition table",
    change: (disk, random) => {
      scatter(tableBytes(disk, "second"), random);
    },
    steps: goodStory.steps,
  },
  {
    name: "both partition tables: nothing of ours is found, the firmware says so",
    change: (disk, random) => {
      tableBytes(disk, "first").fill(random.below(256));
      tableBytes(disk, "second").fill(random.below(256));
    },
    steps: firmwareRefuses,
  },
  {
    name: "a partition that lies behind the disk's end: the firmware leaves it out",
    change: (disk, random) => {
      const far = 1n << BigInt(30 + random.below(30));
      addModelPartitions(disk, 2, [{ first: far, last: far + 100n, name: Buffer.alloc(0) }]);
    },
    steps: goodStory.steps,
  },
  {
    name: "a partition over the system partition: the firmware takes neither, and says so",
    change: (disk, random) => {
      const first = 2048n + BigInt(random.below(1000));
      addModelPartitions(disk, 2, [{ first, last: first + BigInt(random.below(1000)), name: Buffer.alloc(0) }]);
    },
    steps: firmwareRefuses,
  },
  {
    name: "many partitions called models, too small or of noise, with hostile names",
    change: (disk, random) => {
      const names = new Int8Array(72);
      // From one sector to 2 KiB: none has room for a header and the block that is read for it.
      const partitions = Array.from({ length: 100 }, (_, i) => {
        random.fill(names);
        const first = sectors(free) + BigInt(4 * i);
        return { first, last: first + BigInt(random.below(4)), name: Uint8Array.from(names) };
      });
      addModelPartitions(disk, 2, partitions);
    },
    steps: [
      ["Model 1 to 64", "2\r"],
      ["Model 1 to 64", "64\r"],
      ["Model 1 to 64", "65\r"],
      ["Model 1 to 64", "1\r"],
      ...goodStory.steps,
    ],
    lines: [/^E4002 file: cannot be read \(/m, /^E1514 image: more models than the menu lists$/m, /^E3106 /m],
  },
  {
    name: "two models of one name",
    change: (disk) => {
      const name = disk.subarray(entry(1) + 56, entry(1) + 128);
      addModelPartitions(disk, 2, [{ first: sectors(free), last: sectors(free) + 15n, name: Uint8Array.from(name) }]);
    },
    steps: [["Model 1 to 2", "2\r"], ["Model 1 to 2", "1\r"], ...goodStory.steps],
    lines: [/^2 {2}good\.tern \(partition, named like 1\): E1002 /m, /^E1002 container: wrong magic \(good\.tern\)$/m],
  },
  {
    name: "the system partition called a model",
    change: (disk) => {
      disk.copy(disk, entry(0), entry(1), entry(1) + typeBytes);
      sealTable(disk);
    },
    steps: [["Model 1 to 2", "1\r"], ["Model 1 to 2", "2\r"], ...goodStory.steps],
    lines: [/^E1002 container: wrong magic \(Ternel\)$/m],
  },
  {
    name: "no partition called a model",
    change: (disk, random) => {
      disk.writeUInt32LE(random.next() >>> 0, entry(1));
      sealTable(disk);
    },
    steps: [
      ["Enter looks again: ", "\r"],
      ["Enter looks again: ", powerOff],
    ],
    lines: [/^E1512 image: no model found$/m],
  },
  {
    name: "a partition within the model's: the firmware offers neither",
    change: (disk, random) => {
      const first = sectors(41 * mebibyte) + BigInt(1 + random.below(1000));
      addModelPartitions(disk, 2, [{ first, last: first + 8n, name: Buffer.from("inside", "utf16le") }]);
    },
    steps: [["Enter looks again: ", powerOff]],
    lines: [/^E1512 image: no model found$/m],
  },
  {
    name: "settings of noise",
    settings: (random) =>
      `cores ${"9".repeat(1 + random.below(40))}\n${String.fromCharCode(...Array.from({ length: 900 }, () => random.below(256)))}`,
    steps: goodStory.steps,
  },
  {
    name: "a model that needs more memory than there is",
    large: largeModel,
    megabytes: 128,
    steps: [["Model 1 to 2", "2\r"], ["Model 1 to 2", "1\r"], ...goodStory.steps],
    lines: [/^E1508 image: model larger than the memory \(large\.tern\)$/m],
  },
  {
    name: "not enough memory for any model",
    megabytes: 64,
    steps: [
      ["Model 1 to 1: ", "1\r"],
      ["Model 1 to 1: ", powerOff],
    ],
    lines: [/^E1508 image: model larger than the memory \(good\.tern\)$/m],
  },
];

/** Damage of a file's entry or chain of clusters, with what the console may say of it: what the firmware's driver makes of some is open. */
type FileDamage = readonly [name: string, allowed: RegExp, change: (volume: FatVolume, entry: number, random: QuickRandom) => void];

const unreadable = /^E4002 /;
export const fileDamages: readonly FileDamage[] = [
  [
    "the largest size",
    /^E1205 /,
    (volume, at) => {
      volume.setSize(at, 0xffffffff);
    },
  ],
  [
    "a size that is too large",
    /^E1205 /,
    (volume, at, random) => {
      volume.setSize(at, 400_000 + random.below(1 << 30));
    },
  ],
  [
    "a size that is too small",
    /^E1(001|204) /,
    (volume, at, random) => {
      volume.setSize(at, random.below(300_000));
    },
  ],
  [
    "no first cluster",
    unreadable,
    (volume, at, random) => {
      volume.setFirstCluster(at, random.below(2));
    },
  ],
  [
    "a first cluster behind the end",
    unreadable,
    (volume, at, random) => {
      volume.setFirstCluster(at, volume.clusters + random.below(1 << 24));
    },
  ],
  [
    "a chain in a circle",
    /^E1203 /,
    (volume, at, random) => {
      loop(volume, at, random);
    },
  ],
  [
    "a chain that ends",
    unreadable,
    (volume, at, random) => {
      cut(volume, at, random, 0x0fffffff);
    },
  ],
  [
    "a chain into nothing",
    unreadable,
    (volume, at, random) => {
      cut(volume, at, random, random.below(2));
    },
  ],
  [
    "a chain into a bad cluster",
    unreadable,
    (volume, at, random) => {
      cut(volume, at, random, 0x0ffffff7);
    },
  ],
  [
    "a chain behind the end",
    unreadable,
    (volume, at, random) => {
      cut(volume, at, random, volume.clusters + random.below(1 << 20));
    },
  ],
];

function someCluster(volume: FatVolume, entryOffset: number, random: QuickRandom): number {
  const chain = volume.chain(volume.firstCluster(entryOffset));
  // Behind the header, which another error would be about, and before the end.
  return chain[16 + random.below(chain.length - 17)] ?? 0;
}

function loop(volume: FatVolume, entryOffset: number, random: QuickRandom): void {
  volume.setNext(someCluster(volume, entryOffset, random), volume.firstCluster(entryOffset));
}

function cut(volume: FatVolume, entryOffset: number, random: QuickRandom, next: number): void {
  volume.setNext(someCluster(volume, entryOffset, random), next);
}
