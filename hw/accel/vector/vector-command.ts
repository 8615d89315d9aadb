/** What the vector unit is told: its parameters, the bundle of a command, and the widths that follow from them. */
import { bit, bundle, sint, uint } from "../../../gen/index.ts";
import { commandLimits, operationNamed, type OperationName } from "../commands.ts";
import { bitsFor, indexBits, type AcceleratorParameters } from "../parameters.ts";
import { parameterWidths } from "../registers.ts";
import { resultWidth } from "../rounding-shift.ts";

/** The accelerator's parameters that the vector unit depends on. */
export type VectorParameters = Pick<
  AcceleratorParameters,
  "portBytes" | "vectorLanes" | "columns" | "vectorElements" | "activationBytes" | "stateElements"
>;

/** Width of a vector element. */
export const elementWidth = resultWidth;
/** Width of a gain and of a lower bound. */
export const gainWidth = 16;
/** Width of the opcodes that the vector unit knows. */
export const opcodeWidth = 4;
/** Width of a fraction, 0 to 20. */
export const fractionWidth = 5;
/** Width of a sum of squares; the longest vector has 2^15 elements of 2^46. */
export const squaresWidth = 64;

/** The opcode of an operation as the vector unit takes it. */
export function vectorOpcode(name: OperationName): number {
  const { opcode } = operationNamed(name);
  if (opcode >= 2 ** opcodeWidth)
    throw new RangeError(`${name} has the opcode ${opcode}, which needs more than ${opcodeWidth} bits`);
  return opcode;
}

/** Elements of the gain buffer: a gain's vector lies in a bank or becomes activations. */
export function gainElements({ vectorElements, activationBytes }: VectorParameters): number {
  return Math.max(vectorElements, activationBytes);
}

/** Width of a number of elements, 1 to the largest memory's. */
export function countWidth(parameters: VectorParameters): number {
  return indexBits(Math.max(gainElements(parameters), parameters.stateElements) + 1);
}

/** Width of the index of a group of V elements in a vector. */
export function groupWidth(parameters: VectorParameters): number {
  return indexBits(Math.max(gainElements(parameters), parameters.stateElements) / parameters.vectorLanes);
}

/** Groups of V elements that a bank holds for one column. */
export function columnGroups({ vectorElements, vectorLanes }: VectorParameters): number {
  return vectorElements / vectorLanes;
}

/** Width of the address of a group in a bank. */
export function bankAddressWidth(parameters: VectorParameters): number {
  return indexBits(columnGroups(parameters) * parameters.columns);
}

/** An operand's address in one column. */
export function operand({ vectorElements }: VectorParameters) {
  return bundle({ bank: bit, element: uint(indexBits(vectorElements)) });
}

/** Bits of an element's index within its group. */
export function laneBits({ vectorLanes }: VectorParameters): number {
  return bitsFor(vectorLanes);
}

/** A command, checked by the list fetcher; fields that its operation does not use may hold anything. */
export function vectorCommand(parameters: VectorParameters) {
  return bundle({
    opcode: uint(opcodeWidth),
    bound: bit,
    count: uint(countWidth(parameters)),
    a: operand(parameters),
    b: operand(parameters),
    destination: operand(parameters),
    epsilon: uint(commandLimits.epsilonBits),
    mantissa: uint(parameterWidths.mantissa),
    exponent: sint(8),
    gainFraction: uint(fractionWidth),
    fractionIn: uint(fractionWidth),
    fractionOut: uint(fractionWidth),
    shift: uint(parameterWidths.shift),
  });
}

/** Where a matrix's results go. */
export function resultTarget(parameters: VectorParameters) {
  return bundle({ destination: operand(parameters), destination2: operand(parameters), split: uint(parameterWidths.rows) });
}

/** The scale of a column's embedding row: its mantissa, and the shift that leads to the residual's fraction. */
export const tokenScale = bundle({ mantissa: uint(parameterWidths.mantissa), shift: uint(parameterWidths.shift) });
