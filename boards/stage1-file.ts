/** A sealed second stage as a file: read back for an upload, and sealed anew with another sequence number. */
import { createHash } from "node:crypto";
import { TernelError } from "../models/errors.ts";
import { stage1BlockBytes, stage1Header, stage1HeaderBytes, stage1Magic, stage1Version, type HeaderField } from "./stage-header.ts";

/** What the header of a sealed second stage says. */
export interface Stage1File {
  readonly buildId: number;
  readonly sequence: number;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The hash over the header with its digest zero, then the payload. */
function digestOf(bytes: Uint8Array): Buffer {
  const blank = Uint8Array.from(bytes);
  blank.fill(0, stage1Header.sha256.offset, stage1Header.sha256.offset + stage1Header.sha256.bytes);
  return createHash("sha256").update(blank).digest();
}

/** Checks a file: magic, version, length, hash. Throws a TernelError; the entry point is the boot's to check. */
export function readStage1(bytes: Uint8Array): Stage1File {
  if (bytes.length < stage1HeaderBytes) throw new TernelError("imageMagic", `${bytes.length} bytes`);
  const word = ({ offset }: HeaderField): number => viewOf(bytes).getUint32(offset, true);
  if (word(stage1Header.magic) !== stage1Magic) throw new TernelError("imageMagic", "the file does not begin with TRN1");
  if (word(stage1Header.version) !== stage1Version) throw new TernelError("imageVersion", String(word(stage1Header.version)));
  const length = word(stage1Header.length);
  if (length === 0 || length % stage1BlockBytes !== 0 || length !== bytes.length - stage1HeaderBytes)
    throw new TernelError("imageLength", `header ${length}, file ${bytes.length - stage1HeaderBytes} bytes`);
  const { offset, bytes: size } = stage1Header.sha256;
  if (!digestOf(bytes).equals(bytes.subarray(offset, offset + size))) throw new TernelError("imageHash");
  return { buildId: word(stage1Header.buildId), sequence: word(stage1Header.sequence) };
}

/** The same second stage with another sequence number: of two slots the boot takes the higher one. */
export function withSequence(bytes: Uint8Array, sequence: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  viewOf(changed).setUint32(stage1Header.sequence.offset, sequence, true);
  changed.set(digestOf(changed), stage1Header.sha256.offset);
  return changed;
}
