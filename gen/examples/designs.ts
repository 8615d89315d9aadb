/** Two designs for the tests of the printer: a small one to read, and one with an example of everything that is printed. */
import {
  bit,
  bundle,
  clockDomain,
  elaborate,
  emitVerilog,
  fifo,
  input,
  module,
  output,
  pipe,
  sint,
  stream,
  uint,
  vector,
  type Definition,
} from "../index.ts";

export const counter = module(
  "Counter",
  { enable: input(bit, "1: count"), count: output(uint(8)) },
  (io, m) => {
    const value = m.register("value", uint(8), { init: 3 });
    m.when(io.enable, () => {
      value.set(value.add(1).wrap(8));
    });
    io.count.set(value);
    m.assert(value.ne(255), "the count stays below 255");
  },
  { documentation: "Counts the cycles in which enable is 1." },
);

/** One of everything that is printed. */
export const everything = module(
  "Everything",
  {
    a: input(sint(8)),
    b: input(sint(6)),
    u: input(uint(8)),
    n: input(uint(3)),
    c: input(bit),
    points: input(vector(bundle({ x: sint(4), y: uint(4) }), 3)),
    in: input(stream(uint(8), { last: true })),
    out: output(stream(uint(8), { last: true })),
    sum: output(sint(16)),
    product: output(uint(8)),
    shifted: output(sint(8)),
    chosen: output(uint(4)),
    flags: output(uint(6)),
    data: output(uint(16)),
    now: output(uint(5)),
    parts: output(uint(8)),
    crossed: output(bit),
  },
  (io, m) => {
    const slow = clockDomain("slow");
    const sum = m.register("acc", sint(16), { resettable: false });
    m.when(io.c, () => {
      sum.set(io.a.mul(io.b).add(sum).wrap(16));
    })
      .elseWhen(io.a.lt(-5), () => {
        sum.set(sum.shiftRight(3).extend(16));
      })
      .otherwise(() => {
        sum.set(sum.sub(io.b.negate()).truncate(16));
      });
    io.sum.set(sum);
    // The high half of a product needs a wire of its own, of which the low half is unused.
    io.product.set(io.u.mul(io.u).bits(15, 8));
    io.shifted.set(io.a.shiftRightBy(io.n));
    io.chosen.set(io.points.select(io.n).y);
    const flags = m.wire("flag_bits", uint(6), { default: 0 });
    flags.bit(0).set(io.a.ge(io.b));
    flags.bits(2, 1).set(io.n.bits(1, 0));
    m.when(io.u.eq(7), () => {
      flags.bit(5).set(io.u.reduceXor());
    });
    io.flags.set(flags);
    const state = m.fsm("state", ["idle", "run", "done"]);
    state.in("idle", () => {
      m.when(io.c, () => {
        state.goto("run");
      });
    });
    state.in("run", () => {
      m.switch(io.n, {
        cases: [
          [
            [0, 3],
            () => {
              state.goto("done");
            },
          ],
          [
            5,
            () => {
              state.goto("idle");
            },
          ],
        ],
      });
    });
    m.cover(state.is("done"), "done");
    const memory = m.memory("memory", { width: 16, depth: 8, granularity: 8, init: [1, 0xbeef] });
    m.when(state.is("run"), () => {
      memory.write(io.n, io.u.repeat(2), { mask: io.u.bits(1, 0) });
    });
    io.data.set(memory.read("port", io.n, { enable: io.c }));
    const odd = m.memory("odd", { width: 5, depth: 5, init: [31, 1] });
    odd.write(io.n, io.u.truncate(5), { enable: io.c });
    io.now.set(odd.readNow("port", io.n));
    const whole = m.wire("whole", uint(8));
    whole.bits(3, 0).set(io.chosen);
    whole.bits(7, 4).set(io.points.at(0).x.asUInt());
    io.parts.set(whole);
    const count = m.instance("counter", counter);
    count.enable.set(io.c);
    m.cover(count.count.gt(io.u), "count passes u");
    m.connect(io.out, fifo(m, "buffer", pipe(m, "pipe", io.in), 4));
    m.checkStream("out", io.out);
    const far = m.register("far_bit", bit, { domain: slow });
    far.set(m.synchronizer("sync", state.is("run"), { domain: slow }));
    io.crossed.set(far);
  },
);

/** The Verilog of a design. */
export function textOf(definition: Definition): string {
  const { files } = emitVerilog(elaborate(definition));
  return files.get(`${definition.name}.v`) ?? "";
}
