// Arithmetic on lengths that come from outside. A result that is not an exact whole number from 0 to 2^53 - 1 is `undefined`,
// and so is every result computed from it: a caller checks once, at the end, and reports its own error.

/** A length, or `undefined` where it could not be computed. */
export type Length = number | undefined;

function exact(value: Length): Length {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function combine(lengths: readonly Length[], start: number, operation: (a: number, b: number) => number): Length {
  let result: Length = start;
  for (const length of lengths) {
    const operand = exact(length);
    if (result === undefined || operand === undefined) return undefined;
    result = exact(operation(result, operand));
  }
  return result;
}

/** The sum of lengths. */
export function add(...lengths: readonly Length[]): Length {
  return combine(lengths, 0, (a, b) => a + b);
}

/** The product of lengths. */
export function multiply(...lengths: readonly Length[]): Length {
  return combine(lengths, 1, (a, b) => a * b);
}

/** `length` rounded up to a multiple of `alignment` (a positive whole number). */
export function alignUp(length: Length, alignment: number): Length {
  return multiply(divideUp(length, alignment), alignment);
}

/** `length / divisor`, rounded up (a positive whole divisor). */
export function divideUp(length: Length, divisor: number): Length {
  if (length === undefined || exact(length) === undefined || exact(divisor) === undefined || divisor === 0) return undefined;
  const remainder = length % divisor;
  return (length - remainder) / divisor + (remainder === 0 ? 0 : 1);
}

/** Whether `length` bytes from `start` on lie within `total` bytes. */
export function within(start: Length, length: Length, total: number): boolean {
  const end = add(start, length);
  return end !== undefined && end <= total;
}
