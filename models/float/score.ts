import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { negativeLogLikelihood } from "../likelihood.ts";
import { FloatSequence } from "./model.ts";
import type { FloatModel } from "./model.ts";

/** What a worker is started with, what it is told, and what it answers. */
export interface ScoreJob {
  readonly index: number;
  readonly sequence: readonly number[];
}
export interface ScoreAnswer {
  readonly index: number;
  readonly loss: number;
}

/** The summed negative log likelihood of all tokens of a sequence but the first. */
export function scoreSequence(model: FloatModel, sequence: readonly number[]): number {
  const state = new FloatSequence(model);
  let loss = 0;
  for (const [i, token] of sequence.slice(0, -1).entries()) {
    loss += negativeLogLikelihood(state.step(token), 1, sequence[i + 1] ?? 0);
  }
  return loss;
}

/**
 * Scores sequences on all processor cores. The result does not depend on their number: each sequence is summed by itself, the
 * sums in the sequences' order.
 */
export async function scoreSequences(
  model: FloatModel,
  sequences: readonly (readonly number[])[],
  onScored?: (sequence: readonly number[]) => void,
): Promise<number[]> {
  const losses = new Array<number>(sequences.length).fill(0);
  let next = 0;
  const serve = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const sendNext = (): void => {
        const sequence = sequences[next];
        if (sequence === undefined) {
          resolve();
          return;
        }
        worker.postMessage({ index: next++, sequence } satisfies ScoreJob);
      };
      worker.on("error", reject);
      worker.on("message", ({ index, loss }: ScoreAnswer) => {
        losses[index] = loss;
        onScored?.(sequences[index] ?? []);
        sendNext();
      });
      sendNext();
    });
  const count = Math.max(1, Math.min(availableParallelism(), sequences.length));
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL("./score-worker.ts", import.meta.url), { workerData: model }),
  );
  try {
    await Promise.all(workers.map(serve));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return losses;
}
