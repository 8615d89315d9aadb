// What the command line and the tests use of this folder.
export { readContainer, readHeader, writeContainer } from "./container.ts";
export type { Header, Model } from "./container.ts";
export { packModel } from "./convert/pack.ts";
export type { PackOptions, PackResult } from "./convert/pack.ts";
export type { PackReport } from "./convert/report.ts";
export { errorList, errors, TernelError } from "./errors.ts";
export type { ErrorEntry, ErrorName } from "./errors.ts";
export { evaluateFloat, evaluateReference, evaluation, splitStories, storySequences } from "./evaluate.ts";
export type { Evaluation, Progress } from "./evaluate.ts";
export { readCheckpoint } from "./input/checkpoint.ts";
export type { Checkpoint } from "./input/checkpoint.ts";
export { runReference } from "./reference/run.ts";
export type { RunRequest, RunResult } from "./reference/run.ts";
export { BytePairTokenizer } from "./tokenizer/tokenizer.ts";
