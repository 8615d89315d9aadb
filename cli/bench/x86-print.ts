// What `bench x86` prints for people.
import { printObject, table } from "../output.ts";
import type { UefiRun } from "./uefi-bench.ts";
import type { X86Bench, X86Run } from "./x86.ts";

const gigabytes = (bytesPerSecond: number): string => (bytesPerSecond / 1e9).toFixed(1);
const milliseconds = (seconds: number): string => (1000 * seconds).toFixed(1);
const millions = (count: number): string => (count / 1e6).toFixed(1);

function runRow(run: X86Run): (string | number)[] {
  const { decode, prefill, streaming } = run;
  return [
    run.kernel,
    run.threads,
    decode.tokensPerSecond.best.toFixed(1),
    decode.tokensPerSecond.p50.toFixed(1),
    `${millions(decode.cycles.p50)} / ${millions(decode.cycles.p99)} / ${millions(decode.cycles.max)}`,
    gigabytes(decode.bytesPerSecond.p50),
    gigabytes(streaming.bytesPerSecond.p50),
    `${Math.round(100 * run.ofStreaming)}%`,
    prefill === undefined ? "" : prefill.tokensPerSecond.best.toFixed(0),
    prefill === undefined ? "" : (prefill.tokensPerSecond.best / decode.tokensPerSecond.best).toFixed(1),
    run.equal ? "yes" : "NO",
  ];
}

/** What limits a prompt: the processor's products a second, and how many tokens a second they would be. */
function arithmeticRows(runs: readonly X86Run[]): (string | number)[][] {
  return runs.flatMap(({ kernel, threads, decode, prefill, peak, ofPeak = 0 }) => {
    if (prefill === undefined || peak === undefined) return [];
    const limit = (peak.productsPerSecond.best / prefill.products) * prefill.tokens;
    return [
      [
        ...[kernel, threads, gigabytes(peak.productsPerSecond.best), gigabytes(prefill.productsPerSecond.best)],
        ...[`${Math.round(100 * ofPeak)}%`, limit.toFixed(0), (limit / decode.tokensPerSecond.best).toFixed(1)],
      ],
    ];
  });
}

function printUefi(runs: readonly UefiRun[]): void {
  process.stdout.write("\nThe UEFI application in QEMU, every instruction emulated, with the model that ships:\n");
  table(
    [
      ...["kernel", "cores", "tok/s", "Mcycles p50 / p99 / max", "GB/s", "reading GB/s"],
      ...["prompt tok/s", "first token", "boot, ms"],
    ],
    runs.map(({ kernel, cores, tokensPerSecond, tokenCycles, weights, prefillTokensPerSecond, firstTokenSeconds, boot }) => [
      ...[kernel, cores, tokensPerSecond.toFixed(0)],
      ...[`${millions(tokenCycles.p50)} / ${millions(tokenCycles.p99)} / ${millions(tokenCycles.max)}`],
      ...[gigabytes(weights.bytesPerSecond), gigabytes(weights.readingBytesPerSecond)],
      ...[prefillTokensPerSecond.toFixed(0), `${milliseconds(firstTokenSeconds)} ms`],
      Object.entries(boot)
        .map(([name, seconds]) => `${name} ${(1000 * seconds).toFixed(0)}`)
        .join(", "),
    ]),
  );
}

export function printX86(result: X86Bench, json: boolean): void {
  if (json) {
    printObject(result);
    return;
  }
  const { shape, dimension, layers, intermediate, vocabulary, cores, runs, peers = [], uefi = [] } = result;
  process.stdout.write(
    `${shape}: ${layers} layers, d = ${dimension}, ${intermediate} wide, ${vocabulary} tokens, on a machine with ${cores} cores\n\n`,
  );
  table(
    [
      ...["kernel", "cores", "tok/s", "p50", "Mcycles p50 / p99 / max", "GB/s", "reading GB/s", "share"],
      ...["prompt tok/s", "x decode", "equal"],
    ],
    runs.map(runRow),
  );
  const arithmetic = arithmeticRows(runs);
  if (arithmetic.length > 0) {
    process.stdout.write("\n");
    table(["arithmetic", "cores", "peak G/s", "prompt G/s", "of peak", "prompt tok/s at the peak", "x decode"], arithmetic);
  }
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
  if (uefi.length > 0) printUefi(uefi);
  process.stdout.write(
    "\ntok/s: of the best token and of the median. share: weight bytes a second over those of plain reading, median of turns.\n" +
      "peak: products of bytes a second by the kernel's instructions alone; of peak: a prompt's, for a second of computing.\n",
  );
}
