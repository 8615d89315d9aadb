/** Clock domains: values, so that a misspelt name cannot create one. */
export interface ClockDomain {
  readonly name: string;
  /** The name of the clock's port. */
  readonly clock: string;
  /** The name of the port of the synchronous, active-high reset; null: none. */
  readonly reset: string | null;
}

/** The domain of everything that names no other one: ports `clk` and `rst`. */
export const sys: ClockDomain = { name: "sys", clock: "clk", reset: "rst" };

/** A further domain with the ports `<name>_clk` and, unless `reset` is false, `<name>_rst`. */
export function clockDomain(name: string, options: { readonly reset?: boolean } = {}): ClockDomain {
  return { name, clock: `${name}_clk`, reset: options.reset === false ? null : `${name}_rst` };
}
