// Where a model's vectors lie in the vector unit's two banks. A command with two operands takes one from each.
import { aligned64, bankBit } from "../../hw/accel/commands.ts";
import type { Shape } from "../container/model.ts";

/** Operand addresses (bank << 31 | element), and how large the hardware's memories must be. */
export interface VectorLayout {
  /** x, through the whole token: bank 0. */
  readonly residual: number;
  /** What a norm gives, and what is added to x: bank 1. */
  readonly normed: number;
  /** First operand of gates and products: bank 0. */
  readonly first: number;
  /** Second operand of gates and products, and their result: bank 1. */
  readonly second: number;
  /** Elements of a bank that the model uses, for each column: the hardware's vectorElements must not be below. */
  readonly vectorElements: number;
  /** Bytes of the widest matrix's rows: the hardware's activationBytes must not be below. */
  readonly activationBytes: number;
  /** Elements of the state of a layer: the hardware's stateElements must not be below. */
  readonly stateElements: number;
}

/** The layout for a model's shape. Vectors start at multiples of 64 elements. */
export function vectorLayout({ dimension, intermediate }: Pick<Shape, "dimension" | "intermediate">): VectorLayout {
  const behind = aligned64(dimension);
  const widest = aligned64(Math.max(dimension, intermediate));
  return {
    residual: operand(0, 0),
    normed: operand(1, 0),
    first: operand(0, behind),
    second: operand(1, behind),
    vectorElements: behind + widest,
    activationBytes: widest,
    stateElements: behind,
  };
}

/** The address of an element of a bank, 32 bits. */
export function operand(bank: 0 | 1, element: number): number {
  return bank * 2 ** bankBit + element;
}
