// What `ternel build` says of a board whose project Vivado has to build.
import { boards } from "../../boards/configuration.ts";
import { printObject, table } from "../output.ts";
import { startProgress } from "../progress.ts";
import type { Resources } from "./resource-report.ts";
import { writeVivadoProject, type VivadoOptions, type VivadoResult } from "./vivado-project.ts";

/** The names of the device's data sheet. */
const kinds: Readonly<Record<keyof Resources, string>> = { lut6: "LUT", ff: "FF", ramb36: "RAMB36", dsp48: "DSP48" };

/** Writes the project and says what it takes of the device; the exit status is 1 where it does not fit. */
export async function buildForVivado(options: VivadoOptions, json: boolean): Promise<void> {
  const { board, resources } = options;
  const progress = startProgress(`project for ${board}`, resources ? 2 : 1, "steps");
  const onStep = (name: string, index: number): void => {
    progress.update(index);
    if (!process.stderr.isTTY) process.stderr.write(`${board}: ${name}\n`);
  };
  const result = await writeVivadoProject({ ...options, onStep }).finally(progress.stop);
  if (result.resources?.fits === false) process.exitCode = 1;
  if (json) printObject(result);
  else printSummary(result);
}

function printSummary({ board, blink, device, project, next, resources }: VivadoResult): void {
  process.stdout.write(`${boards[board].title}${blink ? " (self-test)" : ""}: ${device}, project in ${project}\n\n`);
  if (resources !== undefined) {
    const { used, available, yosys, fits } = resources;
    table(
      ["cells", "used", "available", "%"],
      Object.entries(kinds).map(([kind, name]) => {
        const [count, all] = [used[kind as keyof Resources], available[kind as keyof Resources]];
        return [name, count, all, Math.round((100 * count) / all)];
      }),
    );
    process.stdout.write(
      `\n${fits ? "fits" : "DOES NOT FIT"}, by the synthesis of ${yosys} alone: Vivado places, routes and times it\n`,
    );
  }
  process.stdout.write(`Vivado has to be run where it is installed: cd ${project} && ${next}\n`);
}
