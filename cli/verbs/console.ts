// ternel console: a machine's console on this terminal: the simulated SoC's, or a board's over its serial line.
import { Option, type Command } from "commander";
import { boards, isBoardName } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { existing, flashOption, modelOption, socConfigOption, wholeNumber, type SocOptions } from "../options.ts";
import { prepareSimulator } from "../targets/soc.ts";
import { attachTerminal } from "../terminal.ts";

interface ConsoleOptions extends SocOptions {
  readonly board: string;
  readonly model: string;
  readonly port?: string;
  readonly baud?: number;
  readonly log?: string;
  readonly match?: string;
  readonly timeout?: number;
}

/** Adds the verb to the program. */
export function addConsole(program: Command): void {
  program
    .command("console")
    .description("open a machine's console: Ctrl+] leaves; without a terminal, lines from standard input are typed one by one")
    .addOption(new Option("--board <name>", "the machine").choices(["sim", ...Object.keys(boards)]).default("sim"))
    .addOption(modelOption())
    .addOption(socConfigOption())
    .addOption(flashOption())
    .addOption(new Option("--port <path>", "the serial port; a board's is found by its USB identification"))
    .addOption(new Option("--baud <n>", "the port's speed; the board's own unless given").argParser(wholeNumber(1200, 12_000_000)))
    .addOption(new Option("--log <file>", "append what the board prints to a file"))
    .addOption(new Option("--match <text>", "leave with exit status 0 as soon as the board prints this"))
    .addOption(new Option("--timeout <s>", "with --match: exit status 1 when that takes longer").argParser(wholeNumber(1, 86_400)))
    .action(openConsole);
}

async function openConsole(options: ConsoleOptions): Promise<void> {
  if (options.board !== "sim" || options.port !== undefined) {
    await openSerialConsole(options);
    return;
  }
  for (const name of ["baud", "log", "match", "timeout"] as const) {
    if (options[name] !== undefined) throw new TernelError("argument", `--${name} needs a board or a --port`);
  }
  const simulator = await prepareSimulator(existing(options.model), options);
  try {
    process.exitCode = await attachTerminal(simulator);
  } finally {
    simulator.dispose();
  }
}

async function openSerialConsole({ board: name, port, baud, log, match, timeout }: ConsoleOptions): Promise<void> {
  if (timeout !== undefined && match === undefined) throw new TernelError("argument", "--timeout goes with --match");
  // Loaded here only: a machine without the port library's system parts can do everything else.
  const { attachSerialTerminal } = await import("../serial/serial-terminal.ts");
  const board = isBoardName(name) ? boards[name] : undefined;
  await attachSerialTerminal({
    choice: { ...(port === undefined ? {} : { path: port }), ...(board === undefined ? {} : { board }) },
    baud: baud ?? board?.uart.baud ?? 115_200,
    ...(log === undefined ? {} : { log }),
    ...(match === undefined ? {} : { match }),
    ...(timeout === undefined ? {} : { timeout }),
  });
}
