/** The accelerator's parameters of a configuration of boards/configuration.ts. */
import type { Configuration } from "../../boards/configuration.ts";
import { ParameterError, type AcceleratorParameters } from "./parameters.ts";

/** Throws a ParameterError where the configuration contradicts itself. */
export function configuredParameters(configuration: Configuration, buildId: number): AcceleratorParameters {
  const { accelerator, dram } = configuration;
  // A narrower DRAM takes several cycles for a word of the port; a wider one would be wasted.
  if (accelerator.portBytes % dram.portBytes !== 0)
    throw new ParameterError([`portBytes is ${accelerator.portBytes}, but DRAM gives ${dram.portBytes} bytes a cycle`]);
  return { ...accelerator, dramBytes: dram.bytes, buildId };
}
