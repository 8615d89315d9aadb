// ternel eval: perplexity on a text, of the integer engines or of the float model that was packed.
import { readFileSync, statSync } from "node:fs";
import { Option, type Command } from "commander";
import { readContainer } from "../../models/container.ts";
import { TernelError } from "../../models/errors.ts";
import {
  evaluateFloat,
  evaluateReference,
  evaluation,
  storySequences,
  type Evaluation,
  type Progress,
} from "../../models/evaluate.ts";
import { readCheckpoint } from "../../models/input/checkpoint.ts";
import { BytePairTokenizer } from "../../models/tokenizer/tokenizer.ts";
import { defaultModel, existing, jsonOption } from "../options.ts";
import { printObject, table } from "../output.ts";
import { startProgress } from "../progress.ts";
import { scoreNative } from "../targets/native.ts";

interface EvalOptions {
  readonly model: string;
  readonly text: string;
  readonly target: "reference" | "native";
  readonly float?: boolean;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addEval(program: Command): void {
  program
    .command("eval")
    .description("perplexity of a model on a text whose stories are separated by lines <|endoftext|>")
    .addOption(
      new Option("--model <file|folder>", "a .tern container, or with --float a safetensors folder").default(
        defaultModel(),
        "the model that ships",
      ),
    )
    .addOption(new Option("--text <file>", "the text, UTF-8").makeOptionMandatory())
    .addOption(new Option("--target <name>", "the engine").choices(["reference", "native"]).default("native"))
    .addOption(new Option("--float", "the float fake-quantised model of a safetensors folder"))
    .addOption(jsonOption())
    .action(async (options: EvalOptions) => {
      const progress = startProgress("eval", 100, "%");
      const result = await evaluateText(options, (done) => {
        progress.update(Math.round(100 * done));
      }).finally(progress.stop);
      if (options.json === true) printObject(result);
      else
        table(
          ["perplexity", "bits per character", "tokens"],
          [[result.perplexity.toFixed(4), result.bitsPerCharacter.toFixed(4), result.tokens]],
        );
    });
}

async function evaluateText(options: EvalOptions, progress: Progress): Promise<Evaluation> {
  const isFolder = statSync(existing(options.model)).isDirectory();
  if (isFolder !== (options.float === true)) {
    throw new TernelError("fileKind", `${options.model}: --float reads a safetensors folder, everything else a .tern container`);
  }
  const text = readFileSync(existing(options.text), "utf8");
  if (options.float === true) return evaluateFloat(readCheckpoint(options.model), text, progress);
  const model = readContainer(readFileSync(options.model));
  if (options.target === "reference") return evaluateReference(model, text, progress);

  const sequences = storySequences(text, new BytePairTokenizer(model.tokenizer), model.startToken, model.endToken);
  const predicted = sequences.reduce((sum, sequence) => sum + sequence.length - 1, 0);
  if (predicted === 0) throw new TernelError("packTextEmpty");
  const losses = await scoreNative(options.model, sequences, (tokens) => {
    progress(tokens / predicted);
  });
  return evaluation(
    text,
    predicted,
    losses.reduce((sum, loss) => sum + loss, 0),
  );
}
