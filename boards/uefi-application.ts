/** The list of models in the UEFI application, a PE file: filled in when an image is made, before the application is signed. */
import { TernelError } from "../models/errors.ts";
import { modelListMagic, modelListSection, modelsMost } from "./uefi-disk.ts";

/** Bytes of a SHA-256. */
const digestBytes = 32;
/** The magic, the count, zeros: as firmware/platform/uefi/trust.c has it. */
const countOffset = 8;
const digestsOffset = 32;

const damaged = (what: string) => new TernelError("fileKind", `the UEFI application: ${what}`);

/** Where a section's bytes lie in a PE32+ file ("Microsoft Portable Executable and COFF Format", 3 and 4). */
function sectionOf(program: Uint8Array, name: string): Uint8Array {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const within = (offset: number, bytes: number) => {
    if (offset + bytes > program.length) throw damaged("truncated");
    return offset;
  };
  const header = view.getUint32(within(0x3c, 4), true);
  if (view.getUint32(within(header, 24), true) !== 0x4550) throw damaged("not a PE file");
  const sections = view.getUint16(header + 6, true);
  const table = header + 24 + view.getUint16(header + 20, true);
  for (let at = table; at < table + 40 * sections; at += 40) {
    const bytes = program.subarray(within(at, 40), at + 8);
    if (Buffer.from(bytes).toString("latin1").replace(/\0+$/, "") !== name) continue;
    const size = view.getUint32(at + 16, true);
    const offset = within(view.getUint32(at + 20, true), size);
    return program.subarray(offset, offset + size);
  }
  throw damaged(`no section ${name}`);
}

/** The application with the SHA-256s of these models' trailers in its list. Throws where there are too many, or it has no list. */
export function withModelList(program: Uint8Array, digests: readonly Uint8Array[]): Uint8Array {
  if (digests.length > modelsMost) throw new RangeError(`a list of ${digests.length} models`);
  const copy = Uint8Array.from(program);
  const section = sectionOf(copy, modelListSection);
  const magic = Buffer.from(section.subarray(0, countOffset)).toString("latin1");
  if (magic !== modelListMagic || section.length < digestsOffset + modelsMost * digestBytes) throw damaged("no list of models");
  new DataView(section.buffer, section.byteOffset).setUint32(countOffset, digests.length, true);
  section.fill(0, digestsOffset);
  digests.forEach((digest, i) => {
    section.set(digest, digestsOffset + i * digestBytes);
  });
  return copy;
}
