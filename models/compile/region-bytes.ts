// Little-endian numbers in the bytes of a region.

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function int8At(bytes: Uint8Array, offset: number, count: number): Int8Array {
  return Int8Array.from(bytes.subarray(offset, offset + count));
}

export function int16At(bytes: Uint8Array, offset: number, count: number): Int16Array {
  const region = view(bytes);
  return Int16Array.from({ length: count }, (_, i) => region.getInt16(offset + 2 * i, true));
}

export function uint16At(bytes: Uint8Array, offset: number, count: number): Uint16Array {
  return Uint16Array.from(int16At(bytes, offset, count));
}

export function int32At(bytes: Uint8Array, offset: number, count: number): Int32Array {
  const region = view(bytes);
  return Int32Array.from({ length: count }, (_, i) => region.getInt32(offset + 4 * i, true));
}

export function putInt32(bytes: Uint8Array, offset: number, values: Int32Array): void {
  const region = view(bytes);
  values.forEach((value, i) => {
    region.setInt32(offset + 4 * i, value, true);
  });
}
