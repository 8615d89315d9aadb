// The golden model of the accelerator: runs a command list on the bytes of the two regions, one command after the other, with the
// reference's arithmetic and the hardware's checks. What a list leaves in banks and memories stays for the next one, as in hardware.
import { commandProblem, type CommandProblem } from "../../hw/accel/command-check.ts";
import { decodeNumbers, type CommandNumbers } from "../../hw/accel/command-codec.ts";
import { alignment } from "../../hw/accel/parameters.ts";
import { commandBytes, commandLimits, operations, type OperationName } from "../../hw/accel/commands.ts";
import { within } from "../checked.ts";
import { MachineState, type ColumnState, type Logit, type MachineParameters } from "./machine-state.ts";
import { runCommand } from "./machine-steps.ts";
import type { TokenOperand } from "./token-operand.ts";

/** One ring of the doorbell. */
export interface ListRun {
  /** Region M. */
  readonly model: Uint8Array;
  /** Region B: written in place. */
  readonly buffers: Uint8Array;
  readonly list: { readonly region: "model" | "buffers"; readonly offset: number; readonly bytes: number };
  /** Whether END_UNLESS_LOGITS lets the list go on. */
  readonly logits: boolean;
  /** One for each active column. */
  readonly tokens: readonly TokenOperand[];
}

/** How a list ended. */
export interface ListResult {
  /** A name of STATUS.ERROR: NONE; ACTIVE or RANGE where the list was refused; else what is wrong with a command, or LENGTH. */
  readonly error: "NONE" | "ACTIVE" | "RANGE" | "LENGTH" | CommandProblem;
  /** Where it ended: the index of END, or of the command at fault, of which nothing was done. */
  readonly command: number;
  /** Each column's largest logit, where the list computed its logits. */
  readonly best: readonly (Logit | undefined)[];
  /** The topK largest of the last column that has logits, in descending order; ties: the lower row first. */
  readonly top: readonly Logit[];
}

/** Told of every command that has run, skipped ones included. */
export type CommandObserver = (index: number, name: OperationName, machine: CommandMachine) => void;

/** The accelerator, as far as a list can see it. */
export class CommandMachine {
  readonly state: MachineState;
  readonly #observe: CommandObserver | undefined;

  constructor(parameters: MachineParameters, observe?: CommandObserver) {
    this.state = new MachineState(parameters);
    this.#observe = observe;
  }

  /** A bank of a column, to look at or to set up a test. */
  bank(bank: 0 | 1, column = 0): Int32Array {
    return this.state.column(column).banks[bank];
  }

  /** A column's memories and scalars. */
  column(index: number): ColumnState {
    return this.state.column(index);
  }

  /** Runs a list to its end or to the first command that is wrong. */
  run(run: ListRun): ListResult {
    const { parameters } = this.state;
    const best = new Array<Logit | undefined>(parameters.columns).fill(undefined);
    let top: readonly Logit[] = [];
    const refusal = refusalOf(run, parameters);
    if (refusal !== undefined) return { error: refusal, command: 0, best, top };

    const tell = (column: number, logits: Int32Array): void => {
      const order = descending(logits);
      best[column] = order[0];
      top = order.slice(0, parameters.topK);
    };
    const { model, buffers, tokens } = run;
    const { region, offset, bytes } = run.list;
    const list = (region === "model" ? model : buffers).slice(offset, offset + bytes); // fetched ahead of what it stores
    const context = { parameters, modelBytes: model.length, bufferBytes: buffers.length, tokens: tokens.map(({ token }) => token) };
    for (let command = 0; command < bytes / commandBytes; command++) {
      const words = list.subarray(command * commandBytes, (command + 1) * commandBytes);
      const error = commandProblem(words, context);
      if (error !== undefined) return { error, command, best, top };
      const numbers = decodeNumbers(words);
      const name = nameOf(numbers);
      if (name === "END" || (name === "END_UNLESS_LOGITS" && !run.logits)) return { error: "NONE", command, best, top };
      runCommand(name, numbers, this.state, { model, buffers, tokens, tell });
      this.#observe?.(command, name, this);
    }
    return { error: "LENGTH", command: bytes / commandBytes, best, top };
  }
}

/** Logits by size; ties: the lower row first. */
function descending(logits: Int32Array): Logit[] {
  const rows = Array.from(logits, (logit, token) => ({ token, logit }));
  return rows.sort((one, other) => other.logit - one.logit || one.token - other.token);
}

function nameOf({ opcode }: CommandNumbers): OperationName {
  const operation = operations.find((candidate) => candidate.opcode === opcode);
  if (operation === undefined) throw new RangeError(`no operation has the opcode ${opcode}`);
  return operation.name;
}

/** Why a list does not start at all. */
function refusalOf({ model, buffers, list, tokens }: ListRun, { columns }: MachineParameters): "ACTIVE" | "RANGE" | undefined {
  if (tokens.length === 0 || tokens.length > columns) return "ACTIVE";
  const isAligned = [model.length, buffers.length, list.offset, list.bytes].every((bytes) => bytes % alignment === 0);
  const region = list.region === "model" ? model : buffers;
  const fits = list.bytes > 0 && list.bytes <= commandLimits.listBytes && within(list.offset, list.bytes, region.length);
  return isAligned && fits ? undefined : "RANGE";
}
