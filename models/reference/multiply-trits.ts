/**
 * The heart of everything: A[j] = sum over i of t[j][i] * q[i], exact in 32 bits (|A| <= 127 * 32768).
 *
 * @param trits - row-major, rows * q.length values of -1, 0, +1
 * @param rows - a number of rows; four are computed at a time, so that an activation is loaded once for four products
 */
export function multiplyTrits(trits: Int8Array, rows: number, q: Int8Array): Int32Array {
  const columns = q.length;
  const sums = new Int32Array(rows);
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const first = row * columns;
    const second = first + columns;
    const third = second + columns;
    const fourth = third + columns;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < columns; i++) {
      const x = q[i] ?? 0;
      a = (a + Math.imul(trits[first + i] ?? 0, x)) | 0;
      b = (b + Math.imul(trits[second + i] ?? 0, x)) | 0;
      c = (c + Math.imul(trits[third + i] ?? 0, x)) | 0;
      d = (d + Math.imul(trits[fourth + i] ?? 0, x)) | 0;
    }
    sums.set([a, b, c, d], row);
  }
  for (; row < rows; row++) {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += (trits[row * columns + i] ?? 0) * (q[i] ?? 0);
    sums[row] = sum;
  }
  return sums;
}
