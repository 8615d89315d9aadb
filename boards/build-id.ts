/** The number that holds a build together: gateware, firmware and flash image of different builds refuse each other by it. */
import { createHash } from "node:crypto";
import type { Configuration } from "./machine.ts";

/** Something that went into a build: the accelerator's Verilog (elaborated with build id 0), a generated header. */
export interface BuildInput {
  readonly name: string;
  readonly content: string;
}

/**
 * First 32 bits of SHA-256 over the configuration and the inputs, in the order of their names. Every piece is preceded by its length,
 * so that no two different builds hash the same bytes.
 */
export function buildId(configuration: Configuration, inputs: readonly BuildInput[]): number {
  const hash = createHash("sha256");
  const add = (text: string): void => {
    const bytes = Buffer.from(text, "utf8");
    hash.update(`${bytes.length}:`).update(bytes);
  };
  add(JSON.stringify(configuration));
  for (const input of inputs.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    add(input.name);
    add(input.content);
  }
  return hash.digest().readUInt32BE(0);
}

/** A build id as people see it: eight hexadecimal digits. */
export function formatBuildId(id: number): string {
  return id.toString(16).padStart(8, "0");
}
