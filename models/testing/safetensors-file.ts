// Writes safetensors files for tests, good ones and, through `rawSafetensors`, any others.

/** A file from a header (any text) and data. */
export function rawSafetensors(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return Buffer.concat([length, text, data]);
}

/** A valid file of float32 tensors. */
export function encodeSafetensors(
  tensors: readonly { name: string; shape: readonly number[]; values: Float32Array }[],
): Uint8Array {
  let end = 0;
  const header = tensors.map(({ name, shape, values }) => {
    const begin = end;
    end += 4 * values.length;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  const data = new DataView(new ArrayBuffer(end));
  let offset = 0;
  for (const { values } of tensors) {
    for (const value of values) {
      data.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return rawSafetensors(JSON.stringify(Object.fromEntries(header)), new Uint8Array(data.buffer));
}
