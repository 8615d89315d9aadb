/** What the checks find through instances, and what they leave alone. Each code has its simplest trigger in diagnostics/codes.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bit,
  bundle,
  check,
  clockDomain,
  elaborate,
  input,
  module,
  output,
  pipe,
  skid,
  stream,
  uint,
  vector,
  type Definition,
} from "../index.ts";

function reported(definition: Definition): { readonly code: string; readonly subject: string }[] {
  const result = check(definition);
  return "diagnostics" in result ? result.diagnostics.map(({ code, subject }) => ({ code, subject })) : [];
}

const fast = clockDomain("fast");

test("a loop through two instances is told signal by signal", () => {
  const inverter = module("Inverter", { x: input(bit), z: output(bit) }, (io) => {
    io.z.set(io.x.not());
  });
  const ring = module("Ring", { y: output(bit) }, (io, m) => {
    const a = m.instance("a", inverter);
    const b = m.instance("b", inverter);
    a.x.set(b.z);
    b.x.set(a.z);
    io.y.set(a.z);
  });
  assert.deepEqual(reported(ring), [{ code: "L301", subject: "Ring: a.x <- b.z <- b.x <- a.z <- a.x" }]);
});

test("independent paths through one instance are no loop", () => {
  const crossed = module("Crossed", { a: input(bit), b: input(bit), x: output(bit), y: output(bit) }, (io) => {
    io.x.set(io.a);
    io.y.set(io.b);
  });
  const design = module("Design", { in: input(bit), out: output(bit) }, (io, m) => {
    const inner = m.instance("inner", crossed);
    inner.a.set(io.in);
    inner.b.set(inner.x);
    io.out.set(inner.y);
  });
  assert.deepEqual(reported(design), []);
});

test("a skid buffer and a pipe cut the paths of a stream", () => {
  const design = module("Cut", { in: input(stream(bit)), out: output(stream(bit)) }, (io, m) => {
    m.connect(io.out, pipe(m, "pipe", skid(m, "skid", io.in)));
  });
  assert.deepEqual(reported(design), []);
});

test("valid that depends on ready is found through an instance", () => {
  const eager = module("Eager", { go: input(bit), out: output(stream(bit)) }, (io) => {
    io.out.valid.set(io.go);
    io.out.payload.set(0);
  });
  const design = module("Design", { out: output(stream(bit)) }, (io, m) => {
    const inner = m.instance("inner", eager);
    inner.go.set(io.out.ready);
    m.connect(io.out, inner.out);
  });
  assert.deepEqual(
    reported(design).map(({ code }) => code),
    ["S601"],
  );
});

test("a crossing is found through instances, and a synchroniser allows it", () => {
  const source = module("Source", { x: input(bit), z: output(bit) }, (io, m) => {
    const r = m.register("r", bit);
    r.set(io.x);
    io.z.set(r);
  });
  const make = (name: string, synchronised: boolean) =>
    module(name, { x: input(bit), y: output(bit) }, (io, m) => {
      const slow = m.instance("slow", source);
      const quick = m.instance("quick", source, { domains: { sys: fast } });
      slow.x.set(io.x);
      quick.x.set(synchronised ? m.synchronizer("over", slow.z, { domain: fast }) : slow.z);
      io.y.set(quick.z);
    });
  assert.deepEqual(reported(make("Synchronised", true)), []);
  assert.deepEqual(reported(make("Direct", false)), [
    { code: "C401", subject: "input x of Direct.quick (fast) <- Direct.quick.x (sys)" },
  ]);
});

test("a switch over every value drives in every case; one that misses a value does not", () => {
  const make = (name: string, values: number) =>
    module(name, { x: input(uint(2)), y: output(uint(2)) }, (io, m) => {
      m.switch(io.x, {
        cases: Array.from({ length: values }, (_, value) => [
          value,
          () => {
            io.y.set(3 - value);
          },
        ]),
      });
    });
  assert.deepEqual(reported(make("Full", 4)), []);
  assert.deepEqual(
    reported(make("Partial", 3)).map(({ code }) => code),
    ["D202"],
  );
});

test("bits that no case drives are named", () => {
  const design = module("Design", { c: input(bit), y: output(uint(8)) }, (io, m) => {
    io.y.bits(3, 0).set(0);
    io.y.bit(7).set(1);
    m.when(io.c, () => {
      io.y.bits(5, 4).set(1);
    });
  });
  assert.deepEqual(reported(design), [{ code: "D202", subject: "Design.y (bits 6:4)" }]);
});

test("a default under a condition, a loop over a vector and one field of a bundle are in order", () => {
  const design = module("Design", { c: input(bit), v: input(vector(uint(4), 3)), y: output(uint(4)) }, (io, m) => {
    io.y.set(0);
    for (const element of io.v) {
      m.when(element.ne(0), () => {
        io.y.set(element);
      });
    }
    const pair = m.register("pair", bundle({ used: bit, unused: bit }));
    pair.set({ used: io.c, unused: io.c });
    m.when(pair.used, () => {
      io.y.set(15);
    });
  });
  assert.deepEqual(reported(design), []);
});

test("equal modules that were built twice are one", () => {
  const child = (width: number) =>
    module(`Child${width}`, { x: input(uint(width)), z: output(uint(width)) }, (io) => {
      io.z.set(io.x.not());
    });
  const design = module("Design", { a: input(uint(4)), y: output(uint(4)) }, (io, m) => {
    const one = m.instance("one", child(4));
    const other = m.instance("other", child(4));
    one.x.set(io.a);
    other.x.set(one.z);
    io.y.set(other.z);
  });
  assert.deepEqual(
    elaborate(design).modules.map(({ name }) => name),
    ["Child4", "Design"],
  );
});

test("elaboration takes time in proportion to the operations, not to their square", () => {
  /** The least processor time of a few elaborations, in microseconds: what else the machine does does not count. */
  const elaborationTime = (operations: number): number => {
    const design = module("Large", { a: input(uint(16)), y: output(uint(16)) }, (io, m) => {
      let value = io.a.add(1).wrap(16);
      for (let index = 0; index < operations; index += 3) {
        value = value.xor(io.a).add(index).wrap(16);
        if (index % 30 === 0) value = m.node(`step_${index}`, value);
      }
      io.y.set(value);
    });
    const times = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      elaborate(design);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.min(...times);
  };
  elaborationTime(3_000); // the compiler of the language warms up
  const [few, many] = [elaborationTime(3_000), elaborationTime(24_000)];
  // Eight times as many: 8 in proportion, 64 by the square.
  assert.ok(many < 24 * few, `${few} us for 3000, ${many} us for 24000`);
});
