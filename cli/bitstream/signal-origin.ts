// From a net of the routed design back to the signal of our sources, by the names.json that is printed beside the accelerator.

/** The part of names.json that is needed here. */
export interface DesignNames {
  readonly top: string;
  readonly modules: readonly {
    readonly name: string;
    readonly signals: readonly { readonly path: string; readonly name: string; readonly location: string }[];
    readonly memories: readonly { readonly name: string; readonly location: string }[];
    readonly instances: readonly { readonly name: string; readonly module: string }[];
  }[];
}

/** A signal as people know it. */
export interface SignalOrigin {
  /** Instances and path, such as `accelerator.vector_unit.sum`; for a net outside the accelerator, the net's own name. */
  readonly signal: string;
  /** Where it is declared: file, line and column. */
  readonly location?: string;
}

/** Whether a net is the signal, a bit of it, or something that synthesis made on its way to it. */
const belongs = (net: string, name: string): boolean => net.startsWith(name) && /^($|[_[.])/.test(net.slice(name.length));

/** Synthesis marks what it makes by the cell's name behind the signal's: `sum_LUT4_Z_A_PFUMX_Z`. */
const withoutMarks = (net: string): string => net.replace(/_(LUT4|PFUMX|L6MUX21|CCU2C|TRELLIS|MULT18X18D|DP16KD|DPR16X4)_.*$/, "");

/** The signal behind a net of nextpnr's report. */
export function signalOrigin(net: string, names: DesignNames | undefined): SignalOrigin {
  const plain = net.replace(/^\$glbnet\$/, "").replaceAll("\\", "");
  if (names === undefined || !plain.startsWith(`${names.top}.`)) return { signal: withoutMarks(plain) };
  const modules = new Map(names.modules.map((module) => [module.name, module]));
  let module = modules.get(names.top);
  let rest = plain.slice(names.top.length + 1);
  const path = ["accelerator"];
  for (;;) {
    const instance = module?.instances.find(({ name }) => rest.startsWith(`${name}.`));
    const inner = instance === undefined ? undefined : modules.get(instance.module);
    if (instance === undefined || inner === undefined) break;
    path.push(instance.name);
    rest = rest.slice(instance.name.length + 1);
    module = inner;
  }
  const declared = [...(module?.signals ?? []), ...(module?.memories ?? []).map((memory) => ({ path: memory.name, ...memory }))];
  const known = declared
    .filter(({ name }) => belongs(rest, name))
    .toSorted((a, b) => b.name.length - a.name.length)
    .at(0);
  if (known === undefined) return { signal: [...path, withoutMarks(rest)].join(".") };
  return { signal: [...path, known.path].join("."), location: known.location };
}
