// Options that several verbs share, each parsed and checked in one place. A bad value is a wrong command line (exit status 2).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { configurations, isConfigurationName, type ConfigurationName } from "../boards/configuration.ts";
import { TernelError } from "../models/errors.ts";
import { projectRoot } from "./paths.ts";
import type { RunRequest } from "../models/reference/run.ts";

/** A whole number in a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed.`);
    return value;
  };
}

/** A decimal with at most three places, as thousandths. */
export function thousandths(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Math.round(Number(text) * 1000);
    if (!/^\d+(\.\d{1,3})?$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`a decimal from ${least / 1000} to ${most / 1000} with at most three places is needed.`);
    }
    return value;
  };
}

function seed(text: string): bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) >= 1n << 64n) throw new InvalidArgumentError("a whole number below 2^64 is needed.");
  return BigInt(text);
}

export const jsonOption = () => new Option("--json", "print one JSON object on standard output");
export const modelOption = () =>
  new Option("--model <file>", "the model, a .tern container").default(defaultModel(), "the model that ships");
/** The same, any number of them, each with its own --model. */
export function modelsOption(): Option {
  const given: string[] = [];
  return new Option("--model <file>", "the model, a .tern container; with --uefi any number of them")
    .argParser((file: string) => {
      given.push(file);
      return given;
    })
    .default([defaultModel()], "the model that ships");
}
function configurationName(text: string): ConfigurationName {
  if (isConfigurationName(text)) return text;
  throw new InvalidArgumentError(
    `one of ${Object.keys(configurations).join(", ")} is needed, or one with other parameters, such as arty-c8-v8.`,
  );
}

export const socConfigOption = () =>
  new Option("--config <name>", `configuration of the simulated SoC: ${Object.keys(configurations).join(", ")}`)
    .argParser(configurationName)
    .default("arty");
export const anyConfigOption = () =>
  new Option("--config <name>", `configuration: ${Object.keys(configurations).join(", ")}, or with parameters, such as arty-c8-v8`)
    .argParser(configurationName)
    .default("arty");
export const promptOption = () => new Option("--prompt <text>", "the text to continue").makeOptionMandatory();
export const flashOption = () => new Option("--flash", "boot the SoC through its bit-level SPI flash, not by the fast path");

/** The options of the sampler and of the length, with the console's defaults. */
export function settingsOptions(tokens: number): Option[] {
  return [
    new Option("--tokens <n>", "most tokens to generate").argParser(wholeNumber(1, 4096)).default(tokens),
    new Option("--temperature <t>", "0 is greedy").argParser(thousandths(0, 10_000)).default(700, "0.7"),
    new Option("--top-p <p>", "sample from the likeliest tokens whose probabilities sum to this")
      .argParser(thousandths(1, 1000))
      .default(900, "0.9"),
    new Option("--seed <n>", "seed of the random numbers").argParser(seed).default(1n, "1"),
  ];
}

/** What commander leaves of {@link settingsOptions} and {@link promptOption}: the settings of a run. */
export type SettingsOptions = RunRequest;

export interface SocOptions {
  readonly config: ConfigurationName;
  readonly flash?: boolean;
}

/** Where the model that ships lies. */
export function defaultModel(): string {
  return join(projectRoot, "models/zoo/stories-1m.tern");
}

/** The file or folder, which must exist. */
export function existing(path: string): string {
  if (!existsSync(path)) throw new TernelError("fileMissing", path);
  return path;
}
