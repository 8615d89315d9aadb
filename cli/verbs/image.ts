// ternel image: the contents of a board's SPI flash.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import { buildFlashImage } from "../flash-image.ts";
import { existing, jsonOption, modelOption, socConfigOption, type SocOptions } from "../options.ts";
import { printObject } from "../output.ts";

interface ImageOptions extends SocOptions {
  readonly board: string;
  readonly model: string;
  readonly output: string;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addImage(program: Command): void {
  program
    .command("image")
    .description("write a flash image: stage 0, stage 1 and the model")
    .addOption(new Option("--board <name>", "the machine").choices(["sim"]).default("sim"))
    .addOption(modelOption())
    .addOption(new Option("-o, --output <file>", "the image to write").makeOptionMandatory())
    .addOption(socConfigOption())
    .addOption(jsonOption())
    .action(async (options: ImageOptions) => {
      const { image, buildId } = await buildFlashImage(options.config, existing(options.model));
      try {
        writeFileSync(options.output, image);
      } catch (error) {
        throw new TernelError("fileUnwritable", error instanceof Error ? error.message : options.output);
      }
      const sha256 = createHash("sha256").update(image).digest("hex");
      if (options.json === true)
        printObject({ config: options.config, file: options.output, bytes: image.length, buildId, sha256 });
      else process.stdout.write(`${options.output}: ${image.length} bytes, build ${buildId}\n`);
    });
}
