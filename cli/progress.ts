// A progress bar on a terminal for what may take longer than two seconds. Nothing when standard error is not a terminal.
import { SingleBar } from "cli-progress";

export interface Progress {
  readonly update: (value: number) => void;
  readonly stop: () => void;
}

/** Begins a bar; it shows itself after two seconds. Always stop it. */
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
  let latest = 0;
  let shown = false;
  const timer = setTimeout(() => {
    bar.start(total, latest);
    shown = true;
  }, 2000);
  return {
    update: (value) => {
      latest = value;
      if (shown) bar.update(value);
    },
    stop: () => {
      clearTimeout(timer);
      if (shown) bar.stop();
    },
  };
}
