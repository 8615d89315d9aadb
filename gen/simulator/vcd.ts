/**
 * Waveforms in the Value Change Dump format of IEEE 1364.
 */
import type { BitsType } from "../ir/nodes.ts";

export interface VcdSignal {
  /** Path with dots: the parts before the last are scopes. */
  readonly path: string;
  readonly type: BitsType;
  /** Signals with the same key share their value and are written once. */
  readonly key: unknown;
}

export class VcdWriter {
  readonly #write: (text: string) => void;
  readonly #codes = new Map<unknown, string>();
  readonly #last = new Map<unknown, bigint>();
  readonly #clocks: readonly string[];

  /** Writes the header. `clocks` are names of clocks, drawn as pulses by `sample`. */
  constructor(write: (text: string) => void, top: string, signals: readonly VcdSignal[], clocks: readonly string[]) {
    this.#write = write;
    this.#clocks = clocks;
    const lines = ["$timescale 1ns $end", `$scope module ${top} $end`];
    for (const clock of clocks) lines.push(`$var wire 1 ${this.#codeOf(clock)} ${clock} $end`);
    let scopes: readonly string[] = [];
    for (const { path, type, key } of [...signals].sort(byPath)) {
      const parts = path.split(".");
      const name = parts.pop() ?? path;
      let common = 0;
      while (common < scopes.length && common < parts.length && scopes[common] === parts[common]) common++;
      for (let depth = scopes.length; depth > common; depth--) lines.push("$upscope $end");
      for (const part of parts.slice(common)) lines.push(`$scope module ${part} $end`);
      scopes = parts;
      const range = type.width === 1 ? "" : ` [${type.width - 1}:0]`;
      lines.push(`$var wire ${type.width} ${this.#codeOf(key)} ${name}${range} $end`);
    }
    for (let depth = scopes.length; depth >= 0; depth--) lines.push("$upscope $end");
    this.#write(`${lines.join("\n")}\n$enddefinitions $end\n`);
  }

  /**
   * The state between the edges at `since`, at which the clocks `risen` rose, and `until`. They fall halfway.
   */
  sample(since: number, until: number, risen: readonly string[], values: Iterable<readonly [unknown, BitsType, bigint]>): void {
    const lines = [`#${since}`];
    for (const clock of risen) lines.push(`1${this.#codeOf(clock)}`);
    if (this.#last.size === 0) for (const clock of this.#clocks) lines.push(`0${this.#codeOf(clock)}`);
    for (const [key, type, value] of values) {
      if (this.#last.get(key) === value) continue;
      this.#last.set(key, value);
      const bits = BigInt.asUintN(type.width, value).toString(2);
      lines.push(type.width === 1 ? `${bits}${this.#codeOf(key)}` : `b${bits} ${this.#codeOf(key)}`);
    }
    lines.push(`#${since + Math.max(1, Math.floor((until - since) / 2))}`);
    for (const clock of risen) lines.push(`0${this.#codeOf(clock)}`);
    this.#write(`${lines.join("\n")}\n`);
  }

  /** Short identifiers of printable characters, `!` to `~`. */
  #codeOf(key: unknown): string {
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = "";
      for (let rest = this.#codes.size; ; rest = Math.floor(rest / 94) - 1) {
        code += String.fromCharCode(33 + (rest % 94));
        if (rest < 94) break;
      }
      this.#codes.set(key, code);
    }
    return code;
  }
}

function byPath(a: VcdSignal, b: VcdSignal): number {
  const depth = (path: string): string => path.split(".").slice(0, -1).join(".");
  const [left, right] = [depth(a.path), depth(b.path)];
  if (left !== right) return left < right ? -1 : 1;
  return 0;
}
