import type { Model } from "../container/model.ts";
import { ReferenceEngine } from "../reference/engine.ts";

/** What calibration found about one vector. */
export interface VectorReport {
  readonly tensor: string;
  readonly fraction: number;
  /** The float model's largest absolute value on the calibration text. */
  readonly largest: number;
  /** The integer engine's largest absolute element there; saturation begins at 8388607. */
  readonly largestInteger: number;
  /** Elements that saturated there. */
  readonly saturated: number;
}

/** What packing chose, and how the integer engine did with it. */
export interface PackReport {
  readonly calibrationTokens: number;
  readonly vectors: readonly VectorReport[];
}

/** The fraction of a tensor by the name that the engines report; the state has its candidate's. */
function fractionOf(model: Model, tensor: string): number {
  const [, layer, name] = /^layers\.(\d+)\.(\w+)$/.exec(tensor) ?? [];
  const fractions: Readonly<Record<string, number>> =
    name === undefined ? model.fractions : (model.layers[Number(layer)]?.fractions ?? {});
  const fraction = fractions[name === "state" ? "candidate" : (name ?? tensor)];
  if (fraction === undefined) throw new Error(`no fraction for ${tensor}`);
  return fraction;
}

/** Runs the integer engine over the first of the calibration's sequences and compares its values with the formats' limits. */
export function packReport(
  model: Model,
  largest: ReadonlyMap<string, number>,
  sequences: readonly (readonly number[])[],
  progress?: (done: number) => void,
): PackReport {
  const found = new Map<string, { largest: number; saturated: number }>();
  const engine = new ReferenceEngine(model, (tensor, vector) => {
    const entry = found.get(tensor) ?? { largest: 0, saturated: 0 };
    found.set(tensor, entry);
    for (const value of vector) {
      entry.largest = Math.max(entry.largest, Math.abs(value));
      if (value === 0x7f_ffff || value === -0x80_0000) entry.saturated++;
    }
  });
  const tokens = sequences.reduce((sum, sequence) => sum + sequence.length, 0);
  let done = 0;
  for (const sequence of sequences) {
    engine.reset();
    for (const token of sequence) {
      engine.step(token);
      progress?.(++done / tokens);
    }
  }
  const vectors = Array.from(found, ([tensor, entry]) => ({
    tensor,
    fraction: fractionOf(model, tensor),
    largest: largest.get(tensor.replace(/state$/, "candidate")) ?? 0,
    largestInteger: entry.largest,
    saturated: entry.saturated,
  }));
  return { calibrationTokens: tokens, vectors };
}
