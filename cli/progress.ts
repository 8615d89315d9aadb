// A progress bar on a terminal for what may take longer than two seconds. Nothing when standard error is not a terminal.
import { SingleBar } from "cli-progress";

export interface Progress {
  readonly update: (value: number) => void;
  readonly stop: () => void;
}

/** Begins a bar; it shows itself at the first update after two seconds. Always stop it. */
export function startProgress(title: string, total: number, unit: string): Progress {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: `${title} {bar} {value}/{total} ${unit}, {eta_formatted} left`,
    barCompleteChar: "#",
    barIncompleteChar: "-",
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  const start = performance.now();
  let shown = false;
  return {
    update: (value) => {
      if (shown) bar.update(value);
      else if (performance.now() - start > 2000) {
        bar.start(total, value);
        shown = true;
      }
    },
    stop: () => {
      if (shown) bar.stop();
    },
  };
}
