/** How deep a program's stack can get: frame sizes from GCC, calls from the disassembly of the linked program. */

/** Bytes of each function's frame. Functions of the same name (static ones) count as the largest of them. */
export type Frames = ReadonlyMap<string, number>;

/** What each function of the program calls. Calls through a pointer are the name `indirect`. */
export type Calls = ReadonlyMap<string, ReadonlySet<string>>;

/** GCC's .su files: "file.c:10:5:function<TAB>48<TAB>static". */
export function parseFrames(text: string): Frames {
  const frames = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /:([\w.]+)\t(\d+)\t(.*)$/.exec(line);
    if (match === null) continue;
    const [, name = "", bytes = "", kind = ""] = match;
    // A frame whose size is only known at run time cannot be budgeted.
    if (kind.startsWith("dynamic") && !kind.includes("bounded")) throw new Error(`unbounded stack frame: ${line}`);
    frames.set(plainName(name), Math.max(frames.get(plainName(name)) ?? 0, Number(bytes)));
  }
  return frames;
}

/**
 * Frames of the functions that came without a .su file (the C library): what they take off the stack pointer, and what GCC's save
 * routines for small code (`__riscv_save_N`: registers ra and s0 to s(N-1), in steps of 16 bytes) take for them.
 */
export function parseLibraryFrames(disassembly: string): Frames {
  const frames = new Map<string, number>();
  let name = "";
  for (const line of disassembly.split("\n")) {
    const header = /^[0-9a-f]+ <([^>]+)>:$/.exec(line);
    const taken = /\taddi?\tsp,sp,-(\d+)/.exec(line);
    const saved = /\tjal\tt0,[0-9a-f]+ <__riscv_save_(\d+)>/.exec(line);
    if (header !== null) name = plainName(header[1] ?? "");
    else if (taken !== null) frames.set(name, (frames.get(name) ?? 0) + Number(taken[1]));
    else if (saved !== null) frames.set(name, (frames.get(name) ?? 0) + 16 * (Math.floor(Number(saved[1]) / 4) + 1));
  }
  return frames;
}

/** Clones that GCC makes of a function (`name.constprop.0`, `name.isra.0`, `name.part.0`) belong to it. */
function plainName(name: string): string {
  return name.replace(/\..*$/, "");
}

/** `objdump -d`: the calls (and tail calls) of each function. */
export function parseCalls(disassembly: string): Calls {
  const calls = new Map<string, Set<string>>();
  let current = new Set<string>();
  let name = "";
  for (const line of disassembly.split("\n")) {
    const header = /^[0-9a-f]+ <([^>]+)>:$/.exec(line);
    if (header !== null) {
      name = plainName(header[1] ?? "");
      current = calls.get(name) ?? new Set();
      calls.set(name, current);
      continue;
    }
    const direct = /\t(?:jal|j|call|tail)\t(?:\w+,)?[0-9a-f]+ <([^>+]+)>/.exec(line);
    if (direct !== null) {
      const callee = plainName(direct[1] ?? "");
      if (callee !== name) current.add(callee);
    } else if (/\tjalr?\t/.test(line) || /\tjr\t(?!ra|t0)/.test(line)) current.add("indirect");
  }
  return calls;
}

/**
 * The largest sum of frames on a path from one of the roots. A call through a pointer may reach any function whose address the program can
 * take; those are the ones nobody calls directly (`boundaries`), each of which counts at most once on a path. Recursion is an error.
 */
export function deepestChain(
  roots: readonly string[],
  frames: Frames,
  calls: Calls,
): { readonly bytes: number; readonly chain: readonly string[] } {
  const called = new Set([...calls.values()].flatMap((callees) => [...callees]));
  const targets = [...calls.keys()].filter((name) => !called.has(name) && !roots.includes(name) && frames.has(name));
  let deepest: { bytes: number; chain: readonly string[] } = { bytes: 0, chain: [] };
  const onPath = new Set<string>();
  const best = new Map<string, number>();

  const visit = (name: string, above: number, chain: readonly string[]): void => {
    if (onPath.has(name)) {
      if (targets.includes(name) || chain.some((step) => targets.includes(step))) return;
      throw new Error(`recursion: ${[...chain, name].join(" > ")}`);
    }
    const bytes = above + (frames.get(name) ?? 0);
    // Reached before with at least as much stack above: nothing new below.
    if (bytes <= (best.get(name) ?? -1)) return;
    best.set(name, bytes);
    const path = [...chain, name];
    if (bytes > deepest.bytes) deepest = { bytes, chain: path };
    onPath.add(name);
    for (const callee of calls.get(name) ?? []) {
      for (const target of callee === "indirect" ? targets : [callee]) visit(target, bytes, path);
    }
    onPath.delete(name);
  };
  for (const root of roots) visit(root, 0, []);
  return deepest;
}
