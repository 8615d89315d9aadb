import type { Model } from "../container/model.ts";

/** A token as the processor gives it to a column: its row of the embedding and the row's scale at the residual's fraction. */
export interface TokenOperand {
  readonly token: number;
  /** 16 bits */
  readonly mantissa: number;
  /** 0 to 63 */
  readonly shift: number;
}

/** The operand for a token of a model (registers TOKEN and TOKEN_SCALE). A token outside the vocabulary has scale 0: the list refuses it. */
export function tokenOperand({ embedding, fractions }: Pick<Model, "embedding" | "fractions">, token: number): TokenOperand {
  const { mantissa, exponent } = embedding.scales[token] ?? { mantissa: 0, exponent: 0 };
  return { token, mantissa, shift: Math.max(0, Math.min(63, exponent - fractions.residual)) };
}
