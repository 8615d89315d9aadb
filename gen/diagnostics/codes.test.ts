/** Every code of the table has a design here that triggers it, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bit,
  bundle,
  check,
  checkCircuit,
  clockDomain,
  codes,
  DesignError,
  elaborate,
  input,
  module,
  output,
  pack,
  sint,
  stream,
  uint,
  vector,
  type Builder,
  type Circuit,
  type Code,
  type Definition,
  type Diagnostic,
  type InsideOf,
  type Module,
  type ModuleDefinition,
} from "../index.ts";

const ports = { a: input(uint(8)), b: input(uint(4)), s: input(sint(8)), c: input(bit), y: output(uint(8)) };
type Io = InsideOf<typeof ports>;

/** A module with these ports whose body is complete but for what `body` does wrong. */
function design(body: (io: Io, m: Builder) => void): ModuleDefinition {
  return module("Design", ports, (io, m) => {
    io.y.set(io.a);
    body(io, m);
  });
}

/** A module of the given body alone. */
function bare(body: (io: Io, m: Builder) => void): ModuleDefinition {
  return module("Design", ports, body);
}

/** What is reported for a design, whether it is thrown or returned. */
function diagnosticsOf(definition: Definition): readonly Diagnostic[] {
  try {
    const result = check(definition);
    return "diagnostics" in result ? result.diagnostics : [];
  } catch (error) {
    if (error instanceof DesignError) return error.diagnostics;
    throw error;
  }
}

/** A value that TypeScript would refuse: the elaboration must refuse it, too. */
const unchecked = (value: unknown): never => value as never;

/** The module of a circuit, changed by hand as no program in the language can. */
function altered(definition: Definition, change: (top: Module) => Module): Circuit {
  const { top, modules } = elaborate(definition);
  return { top, modules: modules.map((inner) => (inner.name === top ? change(inner) : inner)) };
}

const location = { file: "codes.test.ts", line: 1, column: 1 };
const fast = clockDomain("fast");

const triggers: Readonly<Record<Code, () => Definition | Circuit>> = {
  W101: () =>
    bare((io) => {
      io.y.set(unchecked(io.a.add(1)));
    }),
  W102: () =>
    bare((io) => {
      io.y.set(unchecked(io.s));
    }),
  W103: () =>
    bare((io) => {
      io.y.set(io.a.and(unchecked(io.b)));
    }),
  W104: () =>
    bare((io) => {
      io.y.set(io.a.add(unchecked(io.s)).wrap(8));
    }),
  W105: () =>
    bare((io) => {
      io.y.set(256);
    }),
  W106: () =>
    bare((io) => {
      io.y.set(io.b.truncate(8));
    }),
  W107: () =>
    bare((io) => {
      io.y.set(io.a.bits(8, 1).extend(8));
    }),
  W108: () =>
    design((io, m) => {
      m.when(unchecked(io.a), () => {
        io.y.set(1);
      });
    }),
  W109: () => design((_io, m) => m.node("n", uint(0).constant(0))),
  W110: () =>
    bare((io, m) => {
      const memory = m.memory("memory", { width: 8, depth: 16 });
      io.y.set(memory.read("data", io.a));
    }),
  W111: () =>
    altered(
      design(() => undefined),
      (top) => ({
        ...top,
        statements: top.statements.map((statement) =>
          statement.kind === "assign"
            ? {
                ...statement,
                value: { kind: "slice", type: { signed: false, width: 8 }, operand: statement.value, high: 8, low: 0, location },
              }
            : statement,
        ),
      }),
    ),
  D201: () => bare(() => undefined),
  D202: () =>
    bare((io, m) => {
      m.when(io.c, () => {
        io.y.set(1);
      });
    }),
  D203: () =>
    design((io) => {
      io.y.set(1);
    }),
  D204: () => design((io, m) => m.node("sum", io.a.add(io.b))),
  D205: () =>
    design((io, m) => {
      const target: Io["y"] = unchecked(io.a);
      m.connect(target, 1);
    }),
  D206: () => {
    const leaked: Io["a"][] = [];
    const child = module("Child", { x: input(uint(8)), z: output(uint(8)) }, (io) => {
      leaked.push(io.x);
      io.z.set(io.x);
    });
    return bare((io, m) => {
      const inner = m.instance("inner", child);
      inner.x.set(io.a);
      for (const value of leaked) io.y.set(value.and(inner.z));
    });
  },
  D207: () => {
    const kept: Builder[] = [];
    const child = module("Child", {}, (_io, m) => {
      kept.push(m);
    });
    return design((_io, m) => {
      m.instance("inner", child);
      for (const late of kept) late.wire("late", bit);
    });
  },
  D208: () =>
    altered(
      design(() => undefined),
      (top) => ({ ...top, signals: top.signals.filter((signal) => signal.id !== "a") }),
    ),
  D209: () =>
    bare((io, m) => {
      io.y.set(m.register("r", uint(8)));
    }),
  L301: () =>
    bare((io, m) => {
      const w = m.wire("w", uint(8));
      w.set(io.y.not());
      io.y.set(w);
    }),
  L302: () => {
    const again: ModuleDefinition = module("Again", {}, (_io, m) => {
      m.instance("inner", again);
    });
    return again;
  },
  C401: () =>
    bare((io, m) => {
      const slow = m.register("slow", uint(8));
      const quick = m.register("quick", uint(8), { domain: fast });
      slow.set(io.a);
      quick.set(slow);
      io.y.set(quick);
    }),
  C402: () => {
    const child = module("Child", {}, () => undefined);
    return design((_io, m) => {
      m.instance("inner", child, { domains: { sis: fast } });
    });
  },
  C403: () =>
    bare((io, m) => {
      const one = m.register("one", uint(8), { domain: fast });
      const two = m.register("two", uint(8), { domain: clockDomain("fast", { reset: false }) });
      one.set(io.a);
      two.set(one);
      io.y.set(two);
    }),
  N501: () =>
    design((io, m) => {
      m.cover(m.node("x", io.c), "one");
      m.cover(m.node("x", io.c), "other");
    }),
  N502: () =>
    design((io, m) => {
      m.cover(m.node("sum", io.c), "one");
      m.cover(m.node("Sum", io.c), "other");
    }),
  N503: () =>
    design((io, m) => {
      m.cover(m.node("reg", io.c), "one");
    }),
  N504: () =>
    design((io, m) => {
      m.cover(m.node("next-state", io.c), "one");
    }),
  N505: () => {
    const child = (width: number) =>
      module("Child", { x: input(uint(width)), z: output(uint(width)) }, (io) => {
        io.z.set(io.x);
      });
    return bare((io, m) => {
      const one = m.instance("one", child(8));
      const other = m.instance("other", child(4));
      one.x.set(io.a);
      other.x.set(io.b);
      io.y.set(one.z.xor(other.z.extend(8)));
    });
  },
  N506: () => {
    const child = module("Child", { x: input(bit) }, () => undefined);
    return design((io, m) => {
      m.instance("x", child).x.set(io.c);
    });
  },
  S601: () =>
    module("Design", { out: output(stream(uint(8))) }, (io) => {
      io.out.valid.set(io.out.ready);
      io.out.payload.set(0);
    }),
  S602: () =>
    module("Design", { out: output(stream(bit)) }, (io) => {
      io.out.valid.set(1);
      io.out.payload.set(io.out.ready);
    }),
  P701: () => design((_io, m) => m.wire("v", vector(bit, 0), { default: [0] })),
  P702: () =>
    bare((io, m) => {
      const r = m.register("r", uint(8), { init: unchecked(io.a) });
      r.set(io.a);
      io.y.set(r);
    }),
  P703: () =>
    bare((io) => {
      const value: number = unchecked(io.a);
      io.y.set(value + 1);
    }),
  P704: () =>
    bare((io, m) => {
      const point = m.wire("point", bundle({ x: uint(4), z: uint(4) }), { default: { x: 0, z: 0 } });
      point.set(unchecked({ x: 1 }));
      io.y.set(pack(point));
    }),
  P705: () =>
    design((io, m) => {
      m.switch(io.b, {
        cases: [
          [0, () => undefined],
          [[1, 0], () => undefined],
        ],
      });
    }),
  P706: () =>
    design((io, m) => {
      const fsm = m.fsm("state", ["idle", "run"]);
      fsm.in("idle", () => {
        fsm.goto(unchecked("runn"));
      });
      m.cover(fsm.is("run").and(io.c), "running");
    }),
};

for (const [code, trigger] of Object.entries(triggers)) {
  test(`${code} is reported: ${codes[code as Code].title}`, () => {
    const made = trigger();
    const result = "modules" in made ? checkCircuit(made) : null;
    const diagnostics = result === null ? diagnosticsOf(made as Definition) : "diagnostics" in result ? result.diagnostics : [];
    const found = diagnostics.map((diagnostic) => diagnostic.code);
    assert.ok(found.includes(code as Code), `reported: ${found.join(", ") || "nothing"}`);
    for (const diagnostic of diagnostics) {
      assert.notEqual(diagnostic.fix, "");
      assert.ok(diagnostic.location.line >= 1);
    }
  });
}

test("every code of the table is triggered", () => {
  assert.deepEqual(Object.keys(triggers).sort(), Object.keys(codes).sort());
});

test("every code has a title, a cause, a fix and an example", () => {
  for (const [code, entry] of Object.entries(codes)) {
    assert.match(code, /^[WDLCNSP]\d{3}$/);
    for (const text of [entry.title, entry.cause, entry.fix, entry.example]) assert.ok(text.length > 0, code);
    assert.ok(!entry.title.endsWith("."), code);
  }
});
