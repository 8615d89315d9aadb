/** A matrix cut to three values, and the mean absolute weight that gives them back their size. */
export interface Ternary {
  readonly trits: Int8Array;
  readonly mean: number;
}

/** a = max(mean|W|, 1e-5); t = clamp(round(W / a), -1, 1), halves going to the even number 0. */
export function ternarise(weights: Float32Array): Ternary {
  let sum = 0;
  for (const weight of weights) sum += Math.abs(weight);
  const mean = Math.max(sum / weights.length, 1e-5);
  const half = mean / 2;
  return { trits: Int8Array.from(weights, (weight) => (weight > half ? 1 : weight < -half ? -1 : 0)), mean };
}

/** An embedding cut to 8 bits, each row by its absolute maximum. */
export interface QuantisedRows {
  readonly values: Int8Array;
  /** Of each row: the value of one step. */
  readonly steps: Float64Array;
}

/** Rounds each row of `columns` elements to multiples of its largest absolute value / 127. */
export function quantiseRows(weights: Float32Array, columns: number): QuantisedRows {
  const rows = weights.length / columns;
  const values = new Int8Array(weights.length);
  const steps = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const source = weights.subarray(row * columns, (row + 1) * columns);
    const largest = source.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0);
    const step = largest / 127;
    steps[row] = step;
    if (step > 0)
      values.set(
        Int8Array.from(source, (weight) => Math.round(weight / step)),
        row * columns,
      );
  }
  return { values, steps };
}

/** The lower bounds of the forget gates, [layers][dimension]: cumsum(softmax over the layers) minus layer 0's share. */
export function lowerBounds(parameters: Float32Array, layers: number): Float64Array[] {
  const dimension = parameters.length / layers;
  const bounds = Array.from({ length: layers }, () => new Float64Array(dimension));
  for (let channel = 0; channel < dimension; channel++) {
    const column = Array.from({ length: layers }, (_, layer) => parameters[layer * dimension + channel] ?? 0);
    const largest = Math.max(...column);
    const shares = column.map((value) => Math.exp(value - largest));
    const total = shares.reduce((sum, share) => sum + share, 0);
    let sum = 0;
    bounds.forEach((bound, layer) => {
      if (layer > 0) sum += (shares[layer] ?? 0) / total;
      bound[channel] = sum;
    });
  }
  return bounds;
}
