/** The constants of SHA-256, derived as FIPS 180-4 defines them. */

function firstPrimes(count: number): bigint[] {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  }
  return primes;
}

/** The first 32 bits of the fractional part of the `degree`-th root of n: floor(root(n) * 2^32) mod 2^32. */
function rootFraction(n: bigint, degree: bigint): number {
  const target = n << (32n * degree);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** degree <= target) root += bit;
  }
  return Number(root & 0xffff_ffffn);
}

/** K0..K63: from the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
export const roundConstants: readonly number[] = firstPrimes(64).map((prime) => rootFraction(prime, 3n));

/** H0..H7 before the first block: from the square roots of the first 8 primes (FIPS 180-4, 5.3.3). */
export const initialState: readonly number[] = firstPrimes(8).map((prime) => rootFraction(prime, 2n));
