/**
 * How the compiled simulator stores a value: as 32-bit limbs, lowest first, each an int32. The top limb is extended to 32 bits by the
 * type's signedness (a full unsigned limb is kept as its int32 bit pattern). Narrow and wide signals thus run in the same integer
 * arithmetic, exact at every width, and no value of a signal is ever boxed.
 */
import type { BitsType } from "../ir/nodes.ts";

/** Limbs that a value of `width` bits takes. */
export function limbCount(width: number): number {
  return (width + 31) >>> 5;
}

/** Bits of the highest limb that belong to the value: 1 to 32. */
export function topLimbBits(width: number): number {
  return ((width - 1) & 31) + 1;
}

/** The limbs of `value`, taken modulo 2^width. */
export function toLimbs(value: bigint, type: BitsType): number[] {
  const count = limbCount(type.width);
  let rest = type.signed ? BigInt.asIntN(type.width, value) : BigInt.asUintN(type.width, value);
  const limbs: number[] = [];
  for (let index = 0; index < count; index++) {
    limbs.push(Number(BigInt.asIntN(32, rest)));
    rest >>= 32n;
  }
  return limbs;
}

/** The value whose limbs stand in `state` from `slot` on. */
export function fromLimbs(state: Int32Array, slot: number, type: BitsType): bigint {
  const count = limbCount(type.width);
  let value = 0n;
  for (let index = count - 1; index >= 0; index--) value = (value << 32n) | BigInt((state[slot + index] ?? 0) >>> 0);
  return type.signed ? BigInt.asIntN(type.width, value) : BigInt.asUintN(type.width, value);
}

/** Writes the limbs of `value` (modulo 2^width) into `state` from `slot` on. */
export function storeLimbs(state: Int32Array, slot: number, type: BitsType, value: bigint): void {
  if (type.width <= 32)
    state[slot] = Number(type.signed ? BigInt.asIntN(type.width, value) : BigInt.asIntN(32, BigInt.asUintN(type.width, value)));
  else state.set(toLimbs(value, type), slot);
}

/** The smallest and the largest value of a type. */
export function rangeOf(type: BitsType): { readonly minimum: bigint; readonly maximum: bigint } {
  const span = 1n << BigInt(type.signed ? type.width - 1 : type.width);
  return { minimum: type.signed ? -span : 0n, maximum: span - 1n };
}
