// The flash image of a configuration with a model, from the firmware that make builds.
import { readFileSync } from "node:fs";
import { configurationNamed, type ConfigurationName } from "../boards/configuration.ts";
import { flashImage, sealStage1 } from "../boards/flash-image.ts";
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

/** What lies in the flash of one build. */
export interface BuiltFlash {
  readonly image: Uint8Array;
  /** Stage 1 with its header, as the image holds it. */
  readonly stage1: Uint8Array;
  readonly buildId: string;
}

/** Builds the firmware and puts it and, where one is given, the model into an image. */
export async function buildFlashImage(config: ConfigurationName, modelFile?: string): Promise<BuiltFlash> {
  await makeTargets(["firmware"], config);
  const paths = buildPaths(config);
  const configuration = configurationNamed(config);
  const buildId = builtId(config);
  const id = Number.parseInt(buildId, 16);
  const stage1 = sealStage1(configuration, id, readFileSync(paths.stage1));
  const model = modelFile === undefined ? {} : { model: readFileSync(modelFile) };
  const image = flashImage(configuration, id, { stage0: readFileSync(paths.stage0), slotA: stage1, ...model });
  return { image, stage1, buildId };
}
