/** Commands as TypeScript objects and as their 64 bytes. */
import {
  commandBytes,
  commandFields,
  commandFlags,
  everyColumn,
  operationNamed,
  operationWithOpcode,
  type CommandField,
  type CommandFieldName,
  type OperationName,
} from "./commands.ts";

/** The fields of a command as numbers; epsilon has 64 bits. */
export type CommandNumbers = Readonly<Record<Exclude<CommandFieldName, "epsilon">, number>> & { readonly epsilon: bigint };

/** A command as a compiler writes it: what is left out is 0, `column` every active one. `flag` sets the operation's flag. */
export type Command = { readonly operation: OperationName; readonly flag?: boolean } & Readonly<
  Partial<Omit<CommandNumbers, "opcode" | "flags">>
>;

const fieldEntries = Object.entries(commandFields) as readonly (readonly [CommandFieldName, CommandField])[];

/** The 64 bytes of a command. Throws a RangeError for a field that the operation does not use or a value that does not fit. */
export function encodeCommand(command: Command): Uint8Array {
  const operation = operationNamed(command.operation);
  const flag = operation.flags[0];
  if (command.flag === true && flag === undefined) throw new RangeError(`${operation.name} has no flag`);
  const numbers = encodedNumbers(command, operation.opcode, command.flag === true && flag !== undefined ? commandFlags[flag] : 0);
  for (const [name] of fieldEntries) {
    const isUsed = name === "opcode" || name === "flags" || name === "column" || operation.fields.includes(name);
    if (!isUsed && BigInt(numbers[name]) !== 0n) throw new RangeError(`${operation.name} does not use ${name}`);
  }
  return encodeNumbers(numbers);
}

function encodedNumbers(command: Command, opcode: number, flags: number): CommandNumbers {
  const given = Object.fromEntries(Object.entries(command).filter(([name]) => name !== "operation" && name !== "flag"));
  return { ...zeroNumbers, column: everyColumn, ...given, opcode, flags };
}

/** Every field 0. */
export const zeroNumbers: CommandNumbers = {
  opcode: 0,
  flags: 0,
  column: 0,
  count: 0,
  offset: 0,
  groups: 0,
  stride: 0,
  a: 0,
  b: 0,
  destination: 0,
  split: 0,
  destination2: 0,
  epsilon: 0n,
  mantissa: 0,
  exponent: 0,
  gainFraction: 0,
  fractionIn: 0,
  fractionOut: 0,
  shift: 0,
};

/** Any field values as 64 bytes, sensible or not; throws a RangeError where one does not fit its field. */
export function encodeNumbers(numbers: CommandNumbers): Uint8Array {
  const bytes = new Uint8Array(commandBytes);
  for (const [name, { offset, bytes: size, signed }] of fieldEntries) {
    const value = BigInt(numbers[name]);
    const [least, most] =
      signed === true ? [-(1n << BigInt(8 * size - 1)), 1n << BigInt(8 * size - 1)] : [0n, 1n << BigInt(8 * size)];
    if (value < least || value >= most) throw new RangeError(`${name} = ${value} does not fit ${size} bytes`);
    for (let i = 0; i < size; i++) bytes[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }
  return bytes;
}

/** The fields of 64 bytes; nothing is checked. */
export function decodeNumbers(bytes: Uint8Array): CommandNumbers {
  if (bytes.length !== commandBytes) throw new RangeError(`a command has ${commandBytes} bytes, not ${bytes.length}`);
  const field = (name: CommandFieldName): bigint => {
    const { offset, bytes: size, signed }: CommandField = commandFields[name];
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i] ?? 0);
    return signed === true ? BigInt.asIntN(8 * size, value) : value;
  };
  const numbers = Object.fromEntries(fieldEntries.map(([name]) => [name, Number(field(name))]));
  return { ...zeroNumbers, ...numbers, epsilon: field("epsilon") };
}

/** The command of 64 bytes, its unused fields left out; undefined for an opcode that does not exist. */
export function decodeCommand(bytes: Uint8Array): Command | undefined {
  const numbers = decodeNumbers(bytes);
  const operation = operationWithOpcode(numbers.opcode);
  if (operation === undefined) return undefined;
  const fields = Object.fromEntries(operation.fields.map((name) => [name, numbers[name]]));
  return {
    operation: operation.name as OperationName,
    ...(operation.flags.length > 0 && numbers.flags !== 0 ? { flag: true } : {}),
    column: numbers.column,
    ...fields,
  };
}

/** Commands, one after the other. */
export function encodeList(commands: readonly Command[]): Uint8Array {
  const bytes = new Uint8Array(commands.length * commandBytes);
  for (const [i, command] of commands.entries()) bytes.set(encodeCommand(command), i * commandBytes);
  return bytes;
}
