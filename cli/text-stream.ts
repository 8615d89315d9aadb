// Tokens as they come, printed as text: whole characters only, for a token may end within one.
import { readFileSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { readContainer } from "../models/container.ts";

export interface TextStream {
  readonly token: (id: number) => void;
  /** Prints what is left of an unfinished character. */
  readonly end: () => void;
}

/** A stream for the tokens of this model. */
export function textStream(modelFile: string, write: (text: string) => void): TextStream {
  const { texts } = readContainer(readFileSync(modelFile)).tokenizer;
  const decoder = new StringDecoder("utf8");
  return {
    token: (id) => {
      write(decoder.write(Buffer.from(texts[id] ?? [])));
    },
    end: () => {
      write(decoder.end());
    },
  };
}
