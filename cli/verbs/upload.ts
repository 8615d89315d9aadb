// ternel upload: a model or new firmware into the flash of a running board, over its serial line.
import { readFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { formatBuildId } from "../../boards/build-id.ts";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { readStage1, withSequence } from "../../boards/stage1-file.ts";
import { readContainer } from "../../models/container.ts";
import { TernelError } from "../../models/errors.ts";
import { existing, jsonOption, wholeNumber } from "../options.ts";
import { printObject } from "../output.ts";
import { startProgress, type Progress } from "../progress.ts";
import { textIn } from "../reply.ts";
import { findPort } from "../serial/serial-line.ts";
import { openSerialSession, type SerialSession } from "../serial/serial-session.ts";
import { describeFlash, upload, type UploadProgress, type UploadResult } from "../upload.ts";

interface UploadOptions {
  readonly board?: BoardName;
  readonly port?: string;
  readonly baud?: number;
  readonly model?: string;
  readonly firmware?: string;
  readonly timeout: number;
  readonly reboot?: boolean;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addUpload(program: Command): void {
  program
    .command("upload")
    .description(
      "send a model or firmware to a running board over its serial line; only what differs, and again after an interruption",
    )
    .addOption(
      new Option("--board <name>", "the board; its serial port is found by its USB identification").choices(Object.keys(boards)),
    )
    .addOption(new Option("--port <path>", "the serial port"))
    .addOption(new Option("--baud <n>", "the port's speed; the board's own unless given").argParser(wholeNumber(1200, 12_000_000)))
    .addOption(new Option("--model <file>", "a .tern container").conflicts("firmware"))
    .addOption(
      new Option("--firmware <file>", "a second stage, as `ternel image --regions` writes it: for the slot that does not run"),
    )
    .addOption(new Option("--timeout <s>", "longest wait for one answer").argParser(wholeNumber(1, 3600)).default(10))
    .addOption(new Option("--reboot", "restart the board at the end"))
    .addOption(jsonOption())
    .action(runUpload);
}

async function runUpload(options: UploadOptions): Promise<void> {
  const content = readContent(options);
  const board = options.board === undefined ? undefined : boards[options.board];
  const path = await findPort({
    ...(options.port === undefined ? {} : { path: options.port }),
    ...(board === undefined ? {} : { board }),
  });
  const session = await openSerialSession({
    path,
    baud: options.baud ?? board?.uart.baud ?? 115_200,
    silenceLimit: options.timeout,
    bootLimit: 3 * options.timeout,
  });
  try {
    const machine = await checkMachine(session, options.board, content);
    const { region, result } = await uploadContent(session, content, machine);
    if (options.reboot === true) await session.send("/reboot", (reply) => reply["command"] === "/reboot");
    if (options.json === true) printObject({ port: path, region, ...result, repetitions: session.repetitions() });
    else printSummary(path, region, result, options.reboot === true);
  } finally {
    await session.close();
  }
}

/** What is to be sent: checked before the board hears of it. */
type Content =
  | { readonly kind: "model"; readonly bytes: Uint8Array }
  | { readonly kind: "firmware"; readonly bytes: Uint8Array; readonly buildId: number };

function readContent({ model, firmware }: UploadOptions): Content {
  if (model !== undefined) {
    const bytes = readFileSync(existing(model));
    readContainer(bytes);
    return { kind: "model", bytes };
  }
  if (firmware === undefined) throw new TernelError("argument", "--model or --firmware is needed");
  const bytes = readFileSync(existing(firmware));
  return { kind: "firmware", bytes, buildId: readStage1(bytes).buildId };
}

/** What the machine says of itself, after the check that it is the one that was meant. */
async function checkMachine(session: SerialSession, board: BoardName | undefined, content: Content): Promise<string> {
  const info = await session.send("/info", (reply) => reply["event"] === "info");
  const configuration = textIn(info, "configuration");
  if (board !== undefined && configuration !== board && !configuration.startsWith(`${board}-`))
    throw new TernelError("boardOther", `the console says ${configuration}, not ${board}`);
  const buildId = textIn(info, "buildId");
  if (content.kind === "firmware" && formatBuildId(content.buildId) !== buildId)
    throw new TernelError(
      "imageBuild",
      `the file is of build ${formatBuildId(content.buildId)}, the board of ${buildId}: flash all of it`,
    );
  return configuration;
}

async function uploadContent(
  session: SerialSession,
  content: Content,
  machine: string,
): Promise<{ readonly region: string; readonly result: UploadResult }> {
  const flash = await describeFlash(session);
  const name = content.kind === "model" ? "model" : flash.slot === "slotA" ? "slotB" : "slotA";
  const region = flash.region(name);
  if (content.bytes.length > region.bytes)
    throw new TernelError(
      content.kind === "model" ? "imageModelRegion" : "imageStageSize",
      `${content.bytes.length} of ${region.bytes} bytes, ${machine}`,
    );
  // Of the two slots the boot takes the one with the higher sequence number.
  const bytes = content.kind === "model" ? content.bytes : withSequence(content.bytes, flash.sequence + 1);
  const { onProgress, stop } = uploadProgress(name);
  const result = await upload(session, region, bytes, onProgress).finally(stop);
  return { region: name, result };
}

/** A bar for each of the two phases. */
function uploadProgress(region: string): { readonly onProgress: UploadProgress; readonly stop: () => void } {
  let bar: Progress | undefined;
  let shown: string | undefined;
  const stop = (): void => {
    bar?.stop();
  };
  return {
    onProgress: (phase, done, of) => {
      if (shown !== phase) {
        stop();
        bar = startProgress(`${phase} ${region}`, of, "sectors");
        shown = phase;
      }
      bar?.update(done);
    },
    stop,
  };
}

function printSummary(path: string, region: string, result: UploadResult, restarted: boolean): void {
  const what = result.written === 0 ? "was there already" : `${result.written} of ${result.sectors} sectors written`;
  const next = restarted ? "the board restarts" : "/reboot, or --reboot, starts it";
  process.stdout.write(`${region} on ${path}: ${result.bytes} bytes, ${what}; ${next}\n`);
}
