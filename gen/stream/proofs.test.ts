/** Proofs of the stream library: the rules for all inputs and all time, and that FIFOs give what they were given. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arbiter,
  bit,
  elaborate,
  fifo,
  fifoModule,
  filter,
  fork,
  input,
  module,
  output,
  pipe,
  skid,
  stream,
  uint,
  type Builder,
  type Definition,
  type StreamInput,
  type UIntType,
} from "../index.ts";
import { missingProofTools, prove, type ProveOptions } from "../verify/prove.ts";

const missing = missingProofTools();
const skip = missing.length > 0 && process.env["CI"] === undefined ? `not installed: ${missing.join(", ")}` : false;
const bytes = stream(uint(8));
type Bytes = StreamInput<UIntType<8>, false>;
const packets = stream(uint(8), { last: true });

async function proved(design: Definition, options: ProveOptions): Promise<void> {
  const result = await prove(elaborate(design), options);
  assert.equal(result.status, "pass", JSON.stringify(result));
}

/** Each part alone: the solver takes the parts one by one in seconds, and all in one design not at all. */
const parts: Readonly<Record<string, (m: Builder, source: Bytes) => Bytes>> = {
  pipe: (m, source) => pipe(m, "stage", source),
  skid: (m, source) => skid(m, "stage", source),
  filter: (m, source) => filter(m, "stage", source, (payload) => payload.bit(0)),
  distributed_fifo: (m, source) => fifo(m, "stage", source, 3),
  block_fifo: (m, source) => fifo(m, "stage", source, 4, { memory: "block" }),
};

for (const [name, part] of Object.entries(parts)) {
  test(`${name} keeps the rules of streams, by induction`, { skip, timeout: 300_000 }, async () => {
    const design = module(`Proof_${name}`, { in: input(bytes), out: output(bytes) }, (io, m) => {
      m.checkStream("in", io.in, { as: "assume" });
      m.connect(io.out, part(m, io.in));
      m.checkStream("out", io.out);
    });
    await proved(design, { depth: 3 });
  });
}

test("fork keeps the rules of streams, by induction", { skip, timeout: 300_000 }, async () => {
  const design = module("Proof_fork", { in: input(bytes), a: output(bytes), b: output(bytes) }, (io, m) => {
    m.checkStream("in", io.in, { as: "assume" });
    const [first, second] = fork(m, "copy", io.in, 2);
    if (first === undefined || second === undefined) throw new RangeError("two copies");
    m.connect(io.a, first);
    m.connect(io.b, second);
    m.checkStream("a", io.a);
    m.checkStream("b", io.b);
  });
  await proved(design, { depth: 3 });
});

test("arbiter keeps the rules of streams, by induction", { skip, timeout: 300_000 }, async () => {
  const design = module("Proof_arbiter", { a: input(packets), b: input(packets), out: output(packets) }, (io, m) => {
    m.checkStream("a", io.a, { as: "assume" });
    m.checkStream("b", io.b, { as: "assume" });
    m.connect(io.out, arbiter(m, "arbiter", [io.a, io.b]));
    m.checkStream("out", io.out);
  });
  await proved(design, { depth: 3 });
});

for (const memory of ["distributed", "block"] as const) {
  // An arbitrary word of the sequence, chosen by an input that stays, is followed from one end to the other.
  test(
    `a FIFO in ${memory} RAM gives what it was given, in order, for all inputs of 7 cycles`,
    { skip, timeout: 300_000 },
    async () => {
      const name = `FifoProof_${memory}`;
      const design = module(name, { in: input(bytes), out: output(bytes), chosen: input(uint(3)) }, (io, m) => {
        const buffer = m.instance("buffer", fifoModule(`${name}_buffer`, bytes, 2, { memory }));
        m.connect(buffer.in, io.in);
        m.connect(io.out, buffer.out);
        const started = m.register("started", bit);
        const before = m.register("chosen_before", uint(3));
        started.set(1);
        before.set(io.chosen);
        m.when(started, () => {
          m.assume(io.chosen.eq(before), "the chosen number stays");
        });
        const sent = m.register("sent", uint(3));
        const received = m.register("received", uint(3));
        const word = m.register("word", uint(8));
        m.when(io.in.fire(), () => {
          sent.set(sent.add(1).wrap(3));
          m.when(sent.eq(io.chosen), () => {
            word.set(io.in.payload);
          });
        });
        m.when(io.out.fire(), () => {
          received.set(received.add(1).wrap(3));
          m.when(received.eq(io.chosen), () => {
            m.assert(io.out.payload.eq(word), "the chosen word comes out as it went in");
          });
        });
        m.assert(sent.sub(received).asUInt().truncate(3).eq(buffer.level), "the level is what is inside");
      });
      const result = await prove(elaborate(design), { mode: "bmc", depth: 8 });
      assert.deepEqual(result.status === "pass" ? "pass" : result, "pass");
    },
  );
}
