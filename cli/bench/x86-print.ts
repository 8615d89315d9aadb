// What `bench x86` prints for people.
import { printObject, table } from "../output.ts";
import type { X86Bench, X86Run } from "./x86.ts";

const gigabytes = (bytesPerSecond: number): string => (bytesPerSecond / 1e9).toFixed(1);
const milliseconds = (seconds: number): string => (1000 * seconds).toFixed(1);

function runRow(run: X86Run): (string | number)[] {
  const { decode, prefill, streaming } = run;
  return [
    run.kernel,
    run.threads,
    decode.tokensPerSecond.best.toFixed(1),
    decode.tokensPerSecond.p50.toFixed(1),
    `${milliseconds(decode.p50)} / ${milliseconds(decode.p99)} / ${milliseconds(decode.max)}`,
    gigabytes(decode.bytesPerSecond.p50),
    gigabytes(streaming.bytesPerSecond.p50),
    `${Math.round(100 * run.ofStreaming)}%`,
    prefill === undefined ? "" : prefill.tokensPerSecond.best.toFixed(0),
    prefill === undefined ? "" : (prefill.tokensPerSecond.best / decode.tokensPerSecond.best).toFixed(1),
    run.equal ? "yes" : "NO",
  ];
}

export function printX86(result: X86Bench, json: boolean): void {
  if (json) {
    printObject(result);
    return;
  }
  const { shape, dimension, layers, intermediate, vocabulary, cores, runs, peers = [] } = result;
  process.stdout.write(
    `${shape}: ${layers} layers, d = ${dimension}, ${intermediate} wide, ${vocabulary} tokens, on a machine with ${cores} cores\n\n`,
  );
  table(
    [
      ...["kernel", "cores", "tok/s", "p50", "ms p50 / p99 / max", "GB/s", "reading GB/s", "share"],
      ...["prompt tok/s", "x decode", "equal"],
    ],
    runs.map(runRow),
  );
  if (peers.length > 0) {
    const ours = (threads: number) =>
      Math.max(...runs.filter((run) => run.threads === threads).map((run) => run.decode.tokensPerSecond.best));
    process.stdout.write("\n");
    table(
      ["llama.cpp", "cores", "tok/s", "p50", "prompt tok/s", "we decode"],
      peers.map(({ format, threads, decode, prefill }) => [
        format,
        threads,
        decode.best.toFixed(1),
        decode.p50.toFixed(1),
        prefill.best.toFixed(0),
        `x ${(ours(threads) / decode.best).toFixed(1)}`,
      ]),
    );
  }
  process.stdout.write(
    "\ntok/s: of the best token and of the median. share: weight bytes a second over those of plain reading, median of turns.\n",
  );
}
