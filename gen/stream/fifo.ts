/** First in, first out buffers. */
import type { StreamInput } from "../language/aggregates.ts";
import type { Builder } from "../language/builder.ts";
import { mux, pack, unpack } from "../language/combine.ts";
import { checkedCount } from "../language/literal.ts";
import { here } from "../diagnostics/location.ts";
import { addressWidth } from "../ir/nodes.ts";
import { input, module, output, type ModuleDefinition, type Port } from "../language/module.ts";
import { bit, stream, uint, type AssignableOf, type DataType, type StreamType, type UIntType } from "../language/types.ts";
import { beatOf, beatType, offer } from "./beat.ts";

export interface FifoOptions {
  /**
   * Where the words are: "block" RAM (synchronous reads, two cycles from in to out, one word more than `depth`) or "distributed" RAM
   * (asynchronous reads, one cycle). Default: block from 64 words on.
   */
  readonly memory?: "block" | "distributed";
}

export interface FifoPorts<T extends DataType, Last extends boolean> extends Readonly<Record<string, Port>> {
  readonly in: Port<StreamType<T, Last>, "input">;
  readonly out: Port<StreamType<T, Last>, "output">;
  /** The number of words inside. */
  readonly level: Port<UIntType, "output">;
}

/** A FIFO as a module with the ports `in`, `out` and `level`. */
export function fifoModule<T extends DataType, Last extends boolean>(
  name: string,
  type: StreamType<T, Last>,
  depth: number,
  options: FifoOptions = {},
): ModuleDefinition<FifoPorts<T, Last>> {
  const words = checkedCount(depth, 2, `depth ${depth} of FIFO ${name}`, here());
  const block = (options.memory ?? (words >= 64 ? "block" : "distributed")) === "block";
  const capacity = block ? words + 1 : words;
  const levelType = uint(capacity.toString(2).length);
  const ports: FifoPorts<T, Last> = { in: input(type), out: output(type), level: output(levelType) };
  return module(
    name,
    ports,
    (io, m) => {
      const beat = beatType(io.in);
      const memory = m.memory("words", { width: beat.width, depth: words, collisions: "undefined" });
      const writeAt = m.register("write_at", uint(addressWidth(words)));
      const readAt = m.register("read_at", uint(addressWidth(words)));
      const stored = m.register("stored", uint(words.toString(2).length));
      const put = m.node("put", io.in.fire());
      io.in.ready.set(stored.ne(words));
      m.when(put, () => {
        memory.write(writeAt, pack(beatOf(io.in)));
        advance(m, writeAt, words);
      });
      // A word leaves the memory: to the output register of block RAM, or directly to the consumer.
      const take = m.wire("take", bit);
      m.when(take, () => {
        advance(m, readAt, words);
      });
      m.when(put.and(take.not()), () => {
        stored.set(stored.add(1).wrap(stored.width));
      }).elseWhen(take.and(put.not()), () => {
        stored.set(stored.sub(1).asUInt().wrap(stored.width));
      });
      // What an induction must know: the counter and the two addresses agree.
      const end = readAt.add(stored);
      m.assert(
        writeAt.eq(mux(end.ge(words), end.sub(words).asUInt().truncate(end.width), end)),
        "the addresses are as far apart as the words stored",
      );
      m.assert(readAt.lt(words).and(stored.le(words)), "the addresses and the counter are in range");
      if (block) {
        const full = m.register("full", bit);
        take.set(stored.ne(0).and(full.not().or(io.out.ready)));
        m.when(full.not().or(io.out.ready), () => {
          full.set(stored.ne(0));
        });
        io.out.valid.set(full);
        offer(io.out, unpack(beat, memory.read("next", readAt, { enable: take })));
        io.level.set(stored.add(full).wrap(levelType.width));
      } else {
        io.out.valid.set(stored.ne(0));
        take.set(io.out.fire());
        offer(io.out, unpack(beat, memory.readNow("next", readAt)));
        io.level.set(stored);
      }
    },
    { documentation: `A FIFO of ${capacity} words in ${block ? "block" : "distributed"} RAM.` },
  );
}

/** The next address of a ring of `words` words. */
function advance(m: Builder, address: AssignableOf<UIntType>, words: number): void {
  if (Number.isInteger(Math.log2(words))) {
    address.set(address.add(1).wrap(address.width));
    return;
  }
  m.when(address.eq(words - 1), () => {
    address.set(0);
  }).otherwise(() => {
    address.set(address.add(1).wrap(address.width));
  });
}

/** Buffers at least `depth` words of `source`. The FIFO is an instance called `name`; `level` counts the words inside. */
export function fifo<T extends DataType, Last extends boolean>(
  m: Builder,
  name: string,
  source: StreamInput<T, Last>,
  depth: number,
  options: FifoOptions = {},
): StreamInput<T, Last> {
  const inner = m.instance(name, fifoModule(`${m.moduleName}_${name}`, source.type, depth, options));
  m.connect(inner.in, source);
  return inner.out;
}

/** The type of a stream, for modules that are built for it: `streamLike(io.in)`. */
export function streamLike<T extends DataType, Last extends boolean>(source: StreamInput<T, Last>): StreamType<T, Last> {
  return stream(source.type.payload, { last: source.type.last });
}
