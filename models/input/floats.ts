// The element types of safetensors that models use, little-endian.

/** Bytes of an element. */
export const elementBytes = { F32: 4, F16: 2, BF16: 2 } as const;

export type ElementType = keyof typeof elementBytes;

export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(elementBytes, name);
}

/** The value of an IEEE 754 half precision number. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The elements as float32; every value of the three types is one. */
export function decodeFloats(bytes: Uint8Array, type: ElementType): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.length / elementBytes[type]);
  if (type === "F32") {
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
  } else if (type === "F16") {
    for (let i = 0; i < values.length; i++) values[i] = halfToNumber(view.getUint16(2 * i, true));
  } else {
    // A bfloat16 is the upper half of a float32.
    const bits = new Uint32Array(values.buffer);
    for (let i = 0; i < values.length; i++) bits[i] = view.getUint16(2 * i, true) * 0x10000;
  }
  return values;
}
