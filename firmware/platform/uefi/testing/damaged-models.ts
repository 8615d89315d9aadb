// Damaged and hostile models for the disk of a PC, and what the console must say of each: what the TypeScript reader says, which is other
// code than the machine's.
import { readFileSync } from "node:fs";
import { defaultModel } from "../../../../cli/options.ts";
import { readContainer, sealContainer } from "../../../../models/container.ts";
import { errors, TernelError } from "../../../../models/errors.ts";
import { damagedContainers } from "../../../../models/testing/damaged-containers.ts";
import { QuickRandom } from "../../../../models/testing/random-weights.ts";

export interface DamagedModel {
  readonly name: string;
  /** What was done to it. */
  readonly damage: string;
  readonly bytes: Uint8Array;
}

/** Partitions are whole MiB, the rest of them zeros. */
const partitionBytes = 1 << 20;
const headerBytes = 128;
const totalBytesOffset = 12;

/** The console's line for a model; undefined where it is sound. In a partition the container may end before the partition does. */
export function refusalOf({ name, bytes }: DamagedModel, place: "file" | "partition"): string | undefined {
  try {
    readContainer(place === "file" ? bytes : asPartition(bytes));
    return undefined;
  } catch (error) {
    if (!(error instanceof TernelError)) throw error;
    return `${error.code} ${errors[error.error].message} (${name})`;
  }
}

function asPartition(bytes: Uint8Array): Uint8Array {
  const partition = new Uint8Array(Math.max(1, Math.ceil(bytes.length / partitionBytes)) * partitionBytes);
  partition.set(bytes);
  const total = new DataView(partition.buffer).getUint32(totalBytesOffset, true);
  return total >= headerBytes + 64 && total <= partition.length ? partition.subarray(0, total) : partition;
}

/** Values at which lengths and counts break. */
const edges = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

type Change = (good: Uint8Array, random: QuickRandom) => Uint8Array;

function poke(bytes: Uint8Array, at: number, random: QuickRandom): void {
  const value = random.below(2) === 0 ? (edges[random.below(edges.length)] ?? 0) : random.next() >>> 0;
  const width = [1, 2, 4][random.below(3)] ?? 4;
  for (let i = 0; i < width && at + i < bytes.length; i++) bytes[at + i] = value >>> (8 * i);
}

/** A copy with changes; with `seal` the hash fits again, as an attacker would have it. */
function changed(good: Uint8Array, seal: boolean, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(good);
  change(copy);
  if (seal) sealContainer(copy);
  return copy;
}

const changes: Readonly<Record<string, Change>> = {
  "one bit": (good, random) =>
    changed(good, false, (copy) => {
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }),
  "one bit of the header": (good, random) =>
    changed(good, random.below(2) === 0, (copy) => {
      const at = random.below(headerBytes);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }),
  "an absurd field": (good, random) =>
    changed(good, random.below(2) === 0, (copy) => {
      poke(copy, 4 * random.below(headerBytes / 4), random);
    }),
  "absurd numbers, with a hash that fits": (good, random) =>
    changed(good, true, (copy) => {
      for (let i = 0; i <= random.below(8); i++)
        poke(copy, headerBytes + 4 * random.below((copy.length - headerBytes) / 4), random);
    }),
  "a hole of zeros": (good, random) =>
    changed(good, false, (copy) => {
      const at = random.below(copy.length);
      copy.fill(0, at, at + 1 + random.below(8192));
    }),
  truncated: (good, random) => good.subarray(0, random.below(random.below(2) === 0 ? 300 : good.length)),
  "too long": (good, random) => Buffer.concat([good, new Uint8Array(1 + random.below(5000)).fill(random.below(256))]),
  noise: (_, random) => {
    const noise = new Int8Array(random.below(20_000));
    random.fill(noise);
    return new Uint8Array(noise.buffer);
  },
  "noise behind the magic": (good, random) => {
    const noise = new Int8Array(headerBytes + random.below(20_000));
    random.fill(noise);
    const bytes = new Uint8Array(noise.buffer);
    bytes.set(good.subarray(0, 4 * random.below(headerBytes / 4)));
    return bytes;
  },
  "halves exchanged": (good, random) => {
    const at = 1 + random.below(good.length - 1);
    return Buffer.concat([good.subarray(at), good.subarray(0, at)]);
  },
  "another kind of file": (_, random) =>
    [
      Buffer.from("# a text\n".repeat(100)),
      Buffer.from("GGUF\x03\0\0\0"),
      Buffer.from(`${" ".repeat(8)}{"__metadata__":{}}`),
      Buffer.alloc(70_000),
    ][random.below(4)] ?? Buffer.alloc(0),
};

/** That many models which a reader refuses, in a file and in a partition: random ones, and the corpus of the container's tests. */
export function damagedModels(count: number, seed: number): DamagedModel[] {
  const random = new QuickRandom(seed);
  const good = readFileSync(defaultModel());
  const corpus = damagedContainers();
  const kinds = Object.entries(changes);
  const models: DamagedModel[] = [];
  while (models.length < count) {
    const [kind, change] = kinds[random.below(kinds.length)] ?? ["", () => good];
    const listed = random.below(3) === 0 ? corpus[random.below(corpus.length)] : undefined;
    const model: DamagedModel = {
      name: `d${models.length}.tern`,
      damage: listed?.name ?? kind,
      bytes: listed?.bytes ?? change(good, random),
    };
    if (refusalOf(model, "file") !== undefined && refusalOf(model, "partition") !== undefined) models.push(model);
  }
  return models;
}
