/** The rule of streams that can be seen without running them: what is offered does not depend on whether it is taken. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Module, SignalId } from "../ir/nodes.ts";
import { pathBetween, type Dependencies } from "./combinational.ts";

export function checkStreams(module: Module, dependencies: Dependencies): Diagnostic[] {
  const paths = new Map(module.signals.map((signal) => [signal.id, signal.path]));
  const name = (id: SignalId): string => paths.get(id) ?? id;
  const found: Diagnostic[] = [];
  for (const stream of module.streams) {
    if (stream.direction !== "output") continue;
    for (const [code, offered] of [
      ["S601", [stream.valid]],
      ["S602", [...(stream.last === null ? [] : [stream.last]), ...stream.payload]],
    ] as const) {
      const [path] = offered.flatMap((id) => {
        const between = pathBetween(id, stream.ready, dependencies.direct);
        return between === null ? [] : [between];
      });
      if (path === undefined) continue;
      found.push({
        code,
        subject: `${module.name}: ${path.map(name).join(" <- ")}`,
        location: stream.location,
        declared: [{ name: `${module.name}.${stream.path}`, location: stream.location }],
        fix: "offer the payload whether or not it is taken, and use fire() to decide what comes next",
      });
    }
  }
  return found;
}
