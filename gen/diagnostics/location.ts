/**
 * Source locations: where in the user's program a signal, an expression or a statement was written.
 *
 * Capturing happens for every expression, so it must be cheap: only the raw stack is recorded, with few frames, and it is formatted when
 * somebody asks. Frames of the language itself are skipped, so that an error shows the line that its reader wrote.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Location } from "../ir/nodes.ts";

/** Deep enough to leave the language and the stream library. */
const FRAMES = 16;
/** For expressions, of which there are most: deep enough for a call from the user's own lines, and half the cost. */
const FEW_FRAMES = 4;

const genRoot = dirname(import.meta.dirname) + sep;
/** The folders of gen/ whose frames are never the user's. */
const libraryFolders = ["diagnostics", "ir", "language", "passes", "stream", "verilog"].map((folder) => genRoot + folder + sep);
const isLibrary = (file: string): boolean =>
  file === `${genRoot}index.ts` || (!file.endsWith(".test.ts") && libraryFolders.some((folder) => file.startsWith(folder)));

/** The location of things that nobody wrote, such as the constants that a pass inserts. */
export const nowhere: Location = { file: "(generated)", line: 1, column: 1 };

const projectRoots = new Map<string, string>();

/** The nearest folder at or above `folder` that holds a package.json; the file system's root where there is none. */
function projectRoot(folder: string): string {
  const known = projectRoots.get(folder);
  if (known !== undefined) return known;
  const parent = dirname(folder);
  const root = existsSync(join(folder, "package.json")) || parent === folder ? folder : projectRoot(parent);
  projectRoots.set(folder, root);
  return root;
}

function relativeFile(file: string): string {
  return relative(projectRoot(dirname(file)), file)
    .split(sep)
    .join("/");
}

function resolve(frames: readonly NodeJS.CallSite[]): Location | null {
  for (const frame of frames) {
    const name = frame.getFileName();
    if (!name || name.startsWith("node:")) continue;
    const file = name.startsWith("file:") ? fileURLToPath(name) : name;
    if (isLibrary(file)) continue;
    return { file: relativeFile(file), line: frame.getLineNumber() ?? 1, column: frame.getColumnNumber() ?? 1 };
  }
  return null;
}

let enclosing: Location = nowhere;

/** Runs `body`; what it builds without a line of the user in sight is placed at `location`. */
export function placedAt<T>(location: Location, body: () => T): T {
  const previous = enclosing;
  enclosing = location;
  try {
    return body();
  } finally {
    enclosing = previous;
  }
}

/** A location whose stack is read at the first question. */
class CapturedLocation implements Location {
  #stack: { readonly stack?: unknown } | null;
  /** Until the stack is read: where the surrounding module was defined. */
  #location = enclosing;

  constructor(stack: { readonly stack?: unknown }) {
    this.#stack = stack;
  }

  #resolved(): Location {
    const captured = this.#stack;
    if (captured === null) return this.#location;
    const previous = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
    Error.prepareStackTrace = (_error, frames) => frames;
    try {
      const frames = captured.stack;
      if (Array.isArray(frames)) this.#location = resolve(frames as NodeJS.CallSite[]) ?? this.#location;
    } finally {
      if (previous === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
      else Object.defineProperty(Error, "prepareStackTrace", previous);
    }
    this.#stack = null;
    return this.#location;
  }

  get file(): string {
    return this.#resolved().file;
  }
  get line(): number {
    return this.#resolved().line;
  }
  get column(): number {
    return this.#resolved().column;
  }
  toJSON(): Location {
    return this.#resolved();
  }
}

function capture(frames: number, above: (...parameters: never[]) => unknown): Location {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  const stack: { readonly stack?: unknown } = {};
  Error.captureStackTrace(stack, above);
  Error.stackTraceLimit = limit;
  return new CapturedLocation(stack);
}

/** The place in the user's program from which the language was called. */
export function here(): Location {
  return capture(FRAMES, here);
}

/** The same for expressions; inside a library's function, where the user's line is further up, that of the surrounding module. */
export function hereBriefly(): Location {
  return capture(FEW_FRAMES, hereBriefly);
}

/** `file:line:column`, which editors and terminals make clickable. */
export function formatLocation(location: Location): string {
  return `${location.file}:${location.line}:${location.column}`;
}
