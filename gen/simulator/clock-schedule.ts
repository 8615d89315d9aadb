/** The order of the edges of several clocks. */

/** Edges at `phase`, `phase + period`, ...; whole numbers of any unit, the same for all clocks. */
export interface ClockTiming {
  readonly period: number;
  readonly phase?: number;
}

export interface ClockEdge {
  readonly time: number;
  /** Indices of the clocks that rise together. */
  readonly clocks: readonly number[];
}

/** Clocks without a timing of their own have this one, so that they all rise together. */
export const defaultTiming = { period: 10, phase: 10 };

export class ClockSchedule {
  readonly #timings: readonly Required<ClockTiming>[];
  #next: number[] = [];
  #upcoming: ClockEdge = { time: 0, clocks: [] };

  /** A circuit without clocks has one imagined clock, so that time passes. */
  constructor(names: readonly string[], timings: Readonly<Record<string, ClockTiming>>) {
    for (const name of Object.keys(timings)) {
      if (!names.includes(name)) throw new RangeError(`no clock domain ${name}; there are ${names.join(", ")}`);
    }
    this.#timings = names.map((name) => {
      const { period, phase } = { ...defaultTiming, ...timings[name] };
      if (!Number.isSafeInteger(period) || period < 1 || !Number.isSafeInteger(phase) || phase < 0) {
        throw new RangeError(`clock ${name}: period and phase are whole numbers, at least 1 and 0`);
      }
      return { period, phase };
    });
    this.restart();
  }

  restart(): void {
    this.#next = this.#timings.map(({ phase }) => phase);
    this.#upcoming = this.#find(0);
  }

  /** The period of the first clock. */
  get period(): number {
    return this.#timings[0]?.period ?? defaultTiming.period;
  }

  get upcoming(): ClockEdge {
    return this.#upcoming;
  }

  /** The upcoming edge, which is then past. */
  take(): ClockEdge {
    const edge = this.#upcoming;
    for (const clock of edge.clocks) this.#next[clock] = edge.time + (this.#timings[clock]?.period ?? defaultTiming.period);
    this.#upcoming = this.#find(edge.time);
    return edge;
  }

  #find(now: number): ClockEdge {
    if (this.#next.length === 0) return { time: now + defaultTiming.period, clocks: [] };
    const time = Math.min(...this.#next);
    return { time, clocks: this.#next.flatMap((next, clock) => (next === time ? [clock] : [])) };
  }
}
