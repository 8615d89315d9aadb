// What nextpnr-ecp5 reports of a routed design (--report, JSON), as what people ask: how full, how fast, what is slowest.
import { TernelError } from "../../models/errors.ts";
import { signalOrigin, type DesignNames, type SignalOrigin } from "./signal-origin.ts";

/** How much of a kind of cell is used. */
export interface Usage {
  readonly used: number;
  readonly available: number;
}

/** A clock of the design, in MHz; slack in ns is what a cycle of the wanted clock leaves, negative where it is missed. */
export interface ClockResult {
  readonly name: string;
  readonly wantedMHz: number;
  readonly achievedMHz: number;
  readonly slackNs: number;
  readonly met: boolean;
}

/** One step of a path: through logic or along a wire. */
export interface PathStep extends SignalOrigin {
  readonly kind: "logic" | "wire";
  readonly delayNs: number;
}

export interface RouteReport {
  readonly lut4: Usage;
  readonly ff: Usage;
  readonly ebr: Usage;
  readonly dsp: Usage;
  readonly clocks: readonly ClockResult[];
  /** The slowest path from register to register of the clock with the least slack. */
  readonly criticalPath: readonly PathStep[];
}

/** nextpnr's names of the cells. */
const cells = { lut4: "TRELLIS_COMB", ff: "TRELLIS_FF", ebr: "DP16KD", dsp: "MULT18X18D" } as const;

interface NextpnrReport {
  readonly utilization: Readonly<Record<string, Usage>>;
  readonly fmax: Readonly<Record<string, { readonly achieved: number; readonly constraint: number }>>;
  readonly critical_paths: readonly {
    readonly from: string;
    readonly to: string;
    readonly path: readonly {
      readonly delay: number;
      readonly type: string;
      readonly net?: string;
      readonly from: { readonly cell: string };
    }[];
  }[];
}

function isReport(value: unknown): value is NextpnrReport {
  if (typeof value !== "object" || value === null) return false;
  const report = value as Partial<Record<keyof NextpnrReport, unknown>>;
  return typeof report.utilization === "object" && typeof report.fmax === "object" && Array.isArray(report.critical_paths);
}

const round = (value: number, places: number): number => Number(value.toFixed(places));

/** Reads the report; `names` says where the accelerator's signals come from. */
export function readRouteReport(text: string, names: DesignNames | undefined): RouteReport {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (!isReport(parsed)) throw new TernelError("toolAnswer", "nextpnr-ecp5: the report is not what it should be");
  const report = parsed;
  const usage = (name: string): Usage => {
    const { used, available } = report.utilization[name] ?? { used: 0, available: 0 };
    return { used, available };
  };
  const clocks = Object.entries(report.fmax)
    .map(([net, { achieved, constraint }]): ClockResult & { readonly net: string } => ({
      net,
      name: signalOrigin(net, names).signal,
      wantedMHz: round(constraint, 2),
      achievedMHz: round(achieved, 2),
      slackNs: round(1000 / constraint - 1000 / achieved, 3),
      met: achieved >= constraint,
    }))
    .toSorted((a, b) => a.slackNs - b.slackNs);
  const [worst] = clocks;
  const path = report.critical_paths.find(
    ({ from, to }) => from.endsWith(` ${worst?.net ?? ""}`) && to.endsWith(` ${worst?.net ?? ""}`),
  );
  return {
    lut4: usage(cells.lut4),
    ff: usage(cells.ff),
    ebr: usage(cells.ebr),
    dsp: usage(cells.dsp),
    clocks: clocks.map(({ name, wantedMHz, achievedMHz, slackNs, met }) => ({ name, wantedMHz, achievedMHz, slackNs, met })),
    criticalPath: (path?.path ?? []).map(({ delay, type, net, from }) => ({
      kind: type === "routing" ? "wire" : "logic",
      delayNs: round(delay, 3),
      ...signalOrigin(net ?? from.cell, names),
    })),
  };
}

/** A path by signals: each with the time that passes until the next one is reached. */
export function pathBySignal(path: readonly PathStep[]): readonly (SignalOrigin & { readonly delayNs: number })[] {
  const signals: (SignalOrigin & { delayNs: number })[] = [];
  for (const { signal, location, delayNs } of path) {
    const last = signals.at(-1);
    if (last?.signal === signal) last.delayNs = round(last.delayNs + delayNs, 3);
    else signals.push({ signal, ...(location === undefined ? {} : { location }), delayNs });
  }
  return signals;
}
