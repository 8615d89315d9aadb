// One thread of scoreSequences: scores the sequences that it is sent.
import { parentPort, workerData } from "node:worker_threads";
import type { FloatModel } from "./model.ts";
import { scoreSequence } from "./score.ts";
import type { ScoreAnswer, ScoreJob } from "./score.ts";

const model = workerData as FloatModel;
parentPort?.on("message", ({ index, sequence }: ScoreJob) => {
  parentPort?.postMessage({ index, loss: scoreSequence(model, sequence) } satisfies ScoreAnswer);
});
