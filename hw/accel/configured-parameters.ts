/** The accelerator's parameters of a configuration of boards/configuration.ts. */
import type { Configuration } from "../../boards/configuration.ts";
import { ParameterError, type AcceleratorParameters } from "./parameters.ts";

/** Throws a ParameterError where the configuration contradicts itself. */
export function configuredParameters(configuration: Configuration, buildId: number): AcceleratorParameters {
  const { columnsMax, ...sizes } = configuration.accelerator;
  if (columnsMax !== sizes.activationBytes) {
    throw new ParameterError([`columnsMax is ${columnsMax} and activationBytes ${sizes.activationBytes}: a column is one byte`]);
  }
  return { ...sizes, dramBytes: configuration.dram.bytes, buildId };
}
