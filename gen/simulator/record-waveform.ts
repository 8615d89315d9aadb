/** Writes what the compiled simulator does to a waveform. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { CompiledEngine } from "./compiled-engine.ts";
import { origin } from "./flatten.ts";
import type { Recording } from "./simulation.ts";
import { VcdWriter } from "./vcd.ts";

/** Restarts the engine at power-on; from there on every state goes to the VCD file at `path`, until `finish`. */
export function recordWaveform(top: string, engine: CompiledEngine, path: string): Recording {
  engine.reset();
  const file = openSync(path, "w");
  const signals = [...engine.signals].map(([name, net]) => ({ path: name, type: net.type, key: origin(net) }));
  const clocks = engine.clocks;
  const writer = new VcdWriter((text) => writeSync(file, text), top, signals, [...clocks.values()]);
  const distinct = [...new Map(signals.map((signal) => [signal.key, signal])).values()];
  let risen: readonly string[] = [];
  let since = 0;
  const sample = (until: number): void => {
    const values = distinct.map((signal) => [signal.key, signal.type, engine.get(signal.path)] as const);
    writer.sample(since, until, risen, values);
    risen = engine.upcoming().map((domain) => clocks.get(domain) ?? domain);
    since = until;
  };
  engine.observe(sample);
  return {
    engine,
    details: [],
    finish: () => {
      // The state in which the testbench failed has no edge after it.
      sample(since + 10);
      engine.observe(null);
      closeSync(file);
    },
  };
}
