// The flash image of a configuration with a model, from the firmware that make builds.
import { readFileSync } from "node:fs";
import { configurations, type ConfigurationName } from "../boards/configuration.ts";
import { flashImage } from "../boards/flash-image.ts";
import { TernelError } from "../models/errors.ts";
import { makeTargets } from "./make.ts";
import { buildPaths } from "./paths.ts";

/** The build id of what lies in build/<config>, as eight hexadecimal digits. */
export function builtId(config: ConfigurationName): string {
  const value: unknown = JSON.parse(readFileSync(buildPaths(config).description, "utf8"));
  const id = typeof value === "object" && value !== null && "buildId" in value ? value.buildId : undefined;
  if (typeof id !== "string" || !/^[0-9a-f]{8}$/.test(id))
    throw new TernelError("toolAnswer", `buildId in ${buildPaths(config).description}`);
  return id;
}

/** Builds the firmware and puts it and the model into an image. */
export async function buildFlashImage(
  config: ConfigurationName,
  modelFile: string,
): Promise<{ image: Uint8Array; buildId: string }> {
  await makeTargets(["firmware"], config);
  const paths = buildPaths(config);
  const buildId = builtId(config);
  const image = flashImage(configurations[config], Number.parseInt(buildId, 16), {
    stage0: readFileSync(paths.stage0),
    stage1: readFileSync(paths.stage1),
    model: readFileSync(modelFile),
  });
  return { image, buildId };
}
