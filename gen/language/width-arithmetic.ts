/**
 * Arithmetic on literal widths at the type level, so that TypeScript sees that UInt<8> + UInt<8> is UInt<9>. A width that is not a
 * literal (`number`), or above 999 bits, gives `number`: it is then checked at elaboration only.
 */

interface DigitTuples {
  "0": [];
  "1": [0];
  "2": [0, 0];
  "3": [0, 0, 0];
  "4": [0, 0, 0, 0];
  "5": [0, 0, 0, 0, 0];
  "6": [0, 0, 0, 0, 0, 0];
  "7": [0, 0, 0, 0, 0, 0, 0];
  "8": [0, 0, 0, 0, 0, 0, 0, 0];
  "9": [0, 0, 0, 0, 0, 0, 0, 0, 0];
}

type TenTimes<T extends 0[]> = [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T];

type FromDigits<Digits extends string, Sum extends 0[]> = Digits extends `${infer Digit extends keyof DigitTuples}${infer Rest}`
  ? FromDigits<Rest, [...TenTimes<Sum>, ...DigitTuples[Digit]]>
  : Sum;

/** A tuple of `N` zeros, built digit by digit from the decimal text. */
type Tuple<N extends number> = FromDigits<`${N}`, []>;

/** Widths that are computed with: whole literals below 1000. */
type IsSmall<N extends number> = number extends N
  ? false
  : `${N}` extends `${string}.${string}` | `-${string}` | `${string}e${string}`
    ? false
    : BeyondThreeDigits<`${N}`> extends ""
      ? true
      : false;

type WithoutFirst<S extends string> = S extends `${string}${infer Rest}` ? Rest : "";
type BeyondThreeDigits<S extends string> = WithoutFirst<WithoutFirst<WithoutFirst<S>>>;

type Length<T extends 0[]> = T["length"] extends infer L extends number ? L : number;

/** A + B. */
export type Sum<A extends number, B extends number> = [IsSmall<A>, IsSmall<B>] extends [true, true]
  ? Length<[...Tuple<A>, ...Tuple<B>]>
  : number;

/** The greater of A and B. */
export type Max<A extends number, B extends number> = [IsSmall<A>, IsSmall<B>] extends [true, true]
  ? Tuple<A> extends [...Tuple<B>, ...0[]]
    ? A
    : B
  : number;

/** A - B, but at least 1: a width after a constant shift right. */
export type Difference<A extends number, B extends number> = [IsSmall<A>, IsSmall<B>] extends [true, true]
  ? Tuple<A> extends [...Tuple<B>, ...infer Rest extends [0, ...0[]]]
    ? Length<Rest>
    : 1
  : number;

/** The width of bits High down to Low, both included. */
export type RangeWidth<High extends number, Low extends number> = Difference<Sum<High, 1>, Low>;

/** The width that an unsigned literal takes, for the small ones that occur in counters and indexes. */
export type LiteralWidth<N> = N extends 0 | 1 ? 1 : N extends 2 | 3 ? 2 : N extends 4 | 5 | 6 | 7 ? 3 : number;
