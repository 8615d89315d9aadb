import { createHash } from "node:crypto";
import { TernelError } from "../errors.ts";
import type { ErrorName } from "../errors.ts";
import {
  architectureMatmulfree,
  columnAlign,
  commandAlign,
  headerBytes,
  headerFields,
  limits,
  magic,
  trailerBytes,
  version,
} from "./format.ts";
import type { HeaderField } from "./format.ts";
import { containerLayout } from "./layout.ts";
import type { Counts, Layout } from "./layout.ts";

/** The header's contents, checked. */
export interface Header extends Counts {
  readonly totalBytes: number;
  /** Always 64. */
  readonly columnAlign: number;
  readonly startToken: number;
  readonly endToken: number;
  readonly name: string;
}

type NumberField = Exclude<HeaderField, "name" | "reserved">;

/**
 * Checks everything about a container but the contents of its sections, in the order that docs/formats.md states (the C reader has
 * the same): length of the file, header field by field, computed size, size of the file, hash, trailer.
 */
export function readHeader(bytes: Uint8Array): { header: Header; layout: Layout } {
  const require = (condition: boolean, error: ErrorName, detail?: string): void => {
    if (!condition) throw new TernelError(error, detail);
  };
  require(bytes.length >= headerBytes + trailerBytes, "containerShort", `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (name: NumberField): number => {
    const { offset, bytes: width } = headerFields[name];
    return width === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true);
  };
  const upTo = (name: NumberField, smallest: number, largest: number, error: ErrorName): number => {
    const value = field(name);
    require(value >= smallest && value <= largest, error, `${value}`);
    return value;
  };
  upTo("magic", magic, magic, "containerMagic");
  upTo("version", version, version, "containerVersion");
  upTo("headerBytes", headerBytes, headerBytes, "containerHeaderBytes");
  upTo("architecture", architectureMatmulfree, architectureMatmulfree, "containerArchitecture");
  const vocabulary = upTo("vocabulary", 1, limits.vocabulary, "containerVocabulary");
  const dimension = upTo("dimension", 1, limits.dimension, "containerDimension");
  const layers = upTo("layers", 1, limits.layers, "containerLayers");
  const intermediate = upTo("intermediate", 1, limits.intermediate, "containerIntermediate");
  upTo("columnAlign", columnAlign, columnAlign, "containerColumnAlign");
  const tokenCount = upTo("tokenCount", 1, vocabulary, "containerTokenCount");
  const tokenTextBytes = upTo("tokenTextBytes", 0, limits.tokenTextBytes, "containerTokenTextBytes");
  const mergeCount = upTo("mergeCount", 0, limits.mergeCount, "containerMergeCount");
  const commandBytes = upTo("commandBytes", 0, limits.commandBytes, "containerCommands");
  require(commandBytes % commandAlign === 0, "containerCommands", `${commandBytes}`);
  const startToken = upTo("startToken", 0, vocabulary - 1, "containerStartToken");
  const endToken = upTo("endToken", 0, vocabulary - 1, "containerEndToken");
  upTo("flags", 0, 0, "containerFlags");
  const name = readName(bytes);
  const { offset, bytes: reservedBytes } = headerFields.reserved;
  require(isZero(bytes.subarray(offset, offset + reservedBytes)), "containerReserved");

  const counts = { vocabulary, dimension, layers, intermediate, tokenCount, tokenTextBytes, mergeCount, commandBytes };
  const layout = containerLayout(counts);
  if (layout === undefined) throw new TernelError("containerTooLarge");
  const totalBytes = field("totalBytes");
  require(totalBytes === layout.totalBytes, "containerTotalBytes", `${totalBytes} instead of ${layout.totalBytes}`);
  require(bytes.length >= totalBytes, "containerTruncated", `${bytes.length} of ${totalBytes} bytes`);
  require(bytes.length <= totalBytes, "containerTrailing", `${bytes.length - totalBytes} bytes`);
  const hash = createHash("sha256")
    .update(bytes.subarray(0, totalBytes - trailerBytes))
    .digest();
  const trailer = bytes.subarray(totalBytes - trailerBytes);
  require(hash.equals(trailer.subarray(0, hash.length)), "containerHash");
  require(isZero(trailer.subarray(hash.length)), "containerTrailer");
  return { header: { ...counts, totalBytes, columnAlign, startToken, endToken, name }, layout };
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function readName(bytes: Uint8Array): string {
  const { offset, bytes: length } = headerFields.name;
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  const text = field.subarray(0, end);
  if (end < 0 || !text.every((byte) => byte >= 0x20 && byte <= 0x7e) || !isZero(field.subarray(end)))
    throw new TernelError("containerName");
  return new TextDecoder().decode(text);
}
