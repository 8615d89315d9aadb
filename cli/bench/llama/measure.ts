// Run by peer.ts in a process of its own: one model in llama.cpp, by node-llama-cpp's prebuilt addon. Prints one line of JSON.
//   node measure.ts MODULE MODEL.gguf THREADS PREFILL MILLISECONDS
import { pathToFileURL } from "node:url";

/** The few things that this uses of node-llama-cpp. */
interface Sequence {
  readonly clearHistory: () => Promise<void>;
  readonly evaluate: (tokens: number[], options: object) => AsyncIterable<number>;
  readonly evaluateWithoutGeneratingNewTokens: (tokens: number[]) => Promise<void>;
}
interface LlamaModule {
  readonly getLlama: (options: object) => Promise<{
    readonly loadModel: (options: object) => Promise<{
      readonly createContext: (options: object) => Promise<{ readonly getSequence: () => Sequence }>;
    }>;
  }>;
}

const [modulePath = "", model = "", threads = "1", prefill = "64", milliseconds = "1000"] = process.argv.slice(2);
const { getLlama } = (await import(pathToFileURL(modulePath).href)) as LlamaModule;
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: Number(threads) });
const context = await (
  await llama.loadModel({ modelPath: model })
).createContext({
  contextSize: 256,
  batchSize: Number(prefill),
  threads: { ideal: Number(threads), min: Number(threads) },
});
const sequence = context.getSequence();
const prompt = Array.from({ length: Number(prefill) }, (_, i) => 300 + ((7919 * i) % 256));

/** Tokens of one answer: few, so that attention over what came before costs nothing. */
const answer = 12;
const decode: number[] = [];
const prompts: number[] = [];
const end = performance.now() + Number(milliseconds);
do {
  await sequence.clearHistory();
  let start = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(prompt);
  prompts.push(performance.now() - start);
  await sequence.clearHistory();
  let tokens = 0;
  start = performance.now();
  for await (const token of sequence.evaluate([1], { temperature: 0 })) {
    const now = performance.now();
    decode.push(now - start);
    start = now;
    if (token < 0 || ++tokens === answer) break;
  }
} while (performance.now() < end);

/** Per second, of the best and of the middle time. */
const rate = (times: readonly number[], count: number) => {
  const sorted = [...times].sort((a, b) => a - b);
  return { best: (1000 * count) / (sorted[0] ?? NaN), p50: (1000 * count) / (sorted[Math.floor(sorted.length / 2)] ?? NaN) };
};
process.stdout.write(`${JSON.stringify({ decode: rate(decode, 1), prefill: rate(prompts, prompt.length) })}\n`);
process.exit(0);
