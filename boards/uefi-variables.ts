/**
 * The variables that OVMF keeps in its flash (EDK II's VariableFormat.h, authenticated variables): a store in which Secure Boot is on and
 * trusts one certificate. A real machine's firmware enrols certificates in its setup; an emulated one can start with them.
 */
import { TernelError } from "../models/errors.ts";

const storeGuid = "aaf32c78-947b-439a-a180-2e144ec37792";
const globalGuid = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
const databaseGuid = "d719b2cb-3d3a-4596-a3bc-dad00e67656f";
const x509Guid = "a5c059a1-94e4-4aa7-87b5-ab155c2bf072";
/** Whose signatures these are: of no meaning to the firmware. */
const ownerGuid = "2f6f6b0e-6c6e-4d8c-9d0b-7465726e656c";

/** Non-volatile, for boot and run time, changed only by what its owner has signed. */
const attributes = 0x27;
const variableBegin = 0x55aa;
const variableAdded = 0x3f;

/** A GUID as it lies in memory: the first three numbers little-endian (UEFI 2.10, appendix A). */
function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll("-", ""), "hex");
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
}

/** UEFI 2.10, 32.4.1: a list with one certificate. */
function signatureList(certificate: Uint8Array): Buffer {
  const entry = 16 + certificate.length;
  return Buffer.concat([guidBytes(x509Guid), words(28 + entry, 0, entry), guidBytes(ownerGuid), certificate]);
}

function variable(vendor: string, name: string, data: Uint8Array): Buffer {
  const text = Buffer.from(`${name}\0`, "utf16le");
  const head = Buffer.alloc(60);
  head.writeUInt16LE(variableBegin, 0);
  head[2] = variableAdded;
  head.writeUInt32LE(attributes, 4);
  // A monotonic count, a time and an index of keys follow: 0.
  head.writeUInt32LE(text.length, 36);
  head.writeUInt32LE(data.length, 40);
  guidBytes(vendor).copy(head, 44);
  const bytes = Buffer.concat([head, text, data]);
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3, 0xff)]);
}

/**
 * An empty store with this certificate (DER) as platform key, key exchange key and the one signer whose programs run.
 * @param empty - the contents of OVMF_VARS*.fd
 */
export function variablesThatTrust(empty: Uint8Array, certificate: Uint8Array): Uint8Array {
  const store = Buffer.from(empty);
  const at = store.indexOf(guidBytes(storeGuid));
  const bytes = at < 0 ? 0 : store.readUInt32LE(at + 16);
  const first = at + 28;
  if (at < 0 || at + bytes > store.length || store[first] !== 0xff)
    throw new TernelError("fileKind", "no empty store of variables");
  const list = signatureList(certificate);
  const variables = Buffer.concat([
    variable(databaseGuid, "db", list),
    variable(globalGuid, "KEK", list),
    variable(globalGuid, "PK", list),
  ]);
  if (first + variables.length > at + bytes)
    throw new TernelError("argument", "the certificate is larger than the firmware's store");
  variables.copy(store, first);
  return store;
}
