/** -ln softmax(logits * unit)[token]: how surprising a token is, in natural units. */
export function negativeLogLikelihood(logits: Float64Array | Int32Array, unit: number, token: number): number {
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp((logit - largest) * unit);
  return Math.log(sum) - ((logits[token] ?? 0) - largest) * unit;
}
