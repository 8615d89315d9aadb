/** Builds the contents of the SPI flash: bitstream, stage 0, stage 1 behind its header in one slot or two, the model container. */
import { createHash } from "node:crypto";
import { TernelError } from "../models/errors.ts";
import { formatBuildId } from "./build-id.ts";
import type { Configuration } from "./machine.ts";
import type { FlashRegion } from "./flash-map.ts";
import {
  stage0Header,
  stage0HeaderBytes,
  stage0Magic,
  stage1BlockBytes,
  stage1Header,
  stage1HeaderBytes,
  stage1Magic,
  stage1Version,
  type HeaderField,
} from "./stage-header.ts";

/** What goes into a flash, each part as its bytes. */
export interface FlashParts {
  /** What the FPGA loads; absent in an image for a simulation, which has its FPGA already. */
  readonly bitstream?: Uint8Array;
  /** Linked stage 0, its header included. */
  readonly stage0: Uint8Array;
  /** Stage 1 as `sealStage1` made it, in slot A; absent in an image of the self-test, which is a stage 0 alone. */
  readonly slotA?: Uint8Array;
  /** Another stage 1, in slot B. */
  readonly slotB?: Uint8Array;
  /** The model container; absent in an image without a model. */
  readonly model?: Uint8Array;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const readWord = (bytes: Uint8Array, field: HeaderField): number => viewOf(bytes).getUint32(field.offset, true);

/** What a sealed stage 1 says of itself beyond its bytes. */
export interface SealOptions {
  /** Address of its first instruction; left out: the payload's first byte. */
  readonly entry?: number;
  /** Its age: of two slots the higher one boots. */
  readonly sequence?: number;
}

/**
 * Puts the 64-byte header before a linked stage 1, whose first byte lies at stage 1's origin in DRAM plus 64 and is its entry point
 * unless `entry` says otherwise. The payload is padded with zeros to whole blocks of SHA-256.
 */
export function sealStage1(
  configuration: Configuration,
  buildId: number,
  payload: Uint8Array,
  { entry, sequence = 0 }: SealOptions = {},
): Uint8Array {
  const { origin, bytes } = configuration.dramLayout.stage1;
  const region = configuration.flash.map.slotA;
  const length = Math.ceil(payload.length / stage1BlockBytes) * stage1BlockBytes;
  if (length === 0 || stage1HeaderBytes + length > Math.min(region.bytes, bytes)) {
    throw new TernelError("imageStageSize", `stage 1: ${payload.length} bytes`);
  }
  const start = entry ?? origin + stage1HeaderBytes;
  if (start < origin + stage1HeaderBytes || start >= origin + stage1HeaderBytes + payload.length || start % 4 !== 0) {
    throw new TernelError("imageEntry", `0x${start.toString(16)}`);
  }
  const sealed = new Uint8Array(stage1HeaderBytes + length);
  const view = viewOf(sealed);
  const write = (field: HeaderField, value: number): void => {
    view.setUint32(field.offset, value, true);
  };
  write(stage1Header.magic, stage1Magic);
  write(stage1Header.version, stage1Version);
  write(stage1Header.length, length);
  write(stage1Header.buildId, buildId);
  write(stage1Header.entry, start);
  write(stage1Header.sequence, sequence);
  sealed.set(payload, stage1HeaderBytes);
  // The digest field is still zero, as the hash wants it.
  sealed.set(createHash("sha256").update(sealed).digest(), stage1Header.sha256.offset);
  return sealed;
}

/**
 * The image of a flash: from its first byte to the end of the last part; what lies between the parts is erased (0xff). Throws a
 * TernelError when a part does not fit its region or the stages are not of the build `buildId`.
 */
export function flashImage(configuration: Configuration, buildId: number, parts: FlashParts): Uint8Array {
  const { map } = configuration.flash;
  checkStage0(parts.stage0, buildId);
  const stages: readonly (readonly [FlashRegion, Uint8Array])[] = [
    [map.stage0, parts.stage0],
    ...(parts.slotA === undefined ? [] : [[map.slotA, parts.slotA] as const]),
    ...(parts.slotB === undefined ? [] : [[map.slotB, parts.slotB] as const]),
  ];
  for (const [, stage1] of stages.slice(1)) checkStage1(stage1, buildId);
  for (const [region, bytes] of stages) {
    if (bytes.length > region.bytes) throw new TernelError("imageStageSize", `${bytes.length} of ${region.bytes} bytes`);
  }
  const placed = [...stages];
  if (parts.bitstream !== undefined) {
    if (parts.bitstream.length > map.bitstream.bytes) {
      throw new TernelError("imageBitstream", `${parts.bitstream.length} of ${map.bitstream.bytes} bytes`);
    }
    placed.push([map.bitstream, parts.bitstream]);
  }
  if (parts.model !== undefined) {
    if (parts.model.length > map.model.bytes) {
      throw new TernelError("imageModelRegion", `${parts.model.length} of ${map.model.bytes} bytes`);
    }
    placed.push([map.model, parts.model]);
  }
  const image = new Uint8Array(Math.max(...placed.map(([region, bytes]) => region.offset + bytes.length))).fill(0xff);
  for (const [region, bytes] of placed) image.set(bytes, region.offset);
  return image;
}

function checkStage0(stage0: Uint8Array, buildId: number): void {
  if (stage0.length < stage0HeaderBytes || readWord(stage0, stage0Header.magic) !== stage0Magic) {
    throw new TernelError("fileKind", "stage 0 has no header");
  }
  checkBuildId("stage 0", readWord(stage0, stage0Header.buildId), buildId);
}

function checkStage1(stage1: Uint8Array, buildId: number): void {
  if (stage1.length < stage1HeaderBytes || readWord(stage1, stage1Header.magic) !== stage1Magic) {
    throw new TernelError("imageMagic");
  }
  checkBuildId("stage 1", readWord(stage1, stage1Header.buildId), buildId);
}

function checkBuildId(stage: string, found: number, wanted: number): void {
  if (found === wanted) return;
  throw new TernelError("imageBuild", `${stage} is of build ${formatBuildId(found)}, not ${formatBuildId(wanted)}`);
}
