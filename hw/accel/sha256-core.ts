/** SHA-256 (FIPS 180-4), one round a cycle, 65 cycles a block as long as the message comes in time. */
import { bit, concatenate, input, module, mux, output, uint, vector, type Bit, type UInt } from "../../gen/index.ts";
import { parameterWidths } from "./registers.ts";
import { initialState, roundConstants } from "./sha256-constants.ts";

/** x rotated right by n bits. */
function rotate(x: UInt, n: number): UInt {
  return concatenate(x.bits(n - 1, 0), x.bits(31, n));
}

const xor3 = (a: UInt, b: UInt, c: UInt): UInt => a.xor(b).xor(c);
const upperSigma0 = (x: UInt): UInt => xor3(rotate(x, 2), rotate(x, 13), rotate(x, 22));
const upperSigma1 = (x: UInt): UInt => xor3(rotate(x, 6), rotate(x, 11), rotate(x, 25));
const lowerSigma0 = (x: UInt): UInt => xor3(rotate(x, 7), rotate(x, 18), x.shiftRight(3).zeroExtend(32));
const lowerSigma1 = (x: UInt): UInt => xor3(rotate(x, 17), rotate(x, 19), x.shiftRight(10).zeroExtend(32));
const choose = (x: UInt, y: UInt, z: UInt): UInt => x.and(y).xor(x.not().and(z));
const majority = (x: UInt, y: UInt, z: UInt): UInt => xor3(x.and(y), x.and(z), y.and(z));

/** Three numbers to two with the same sum modulo 2^32: no carry runs. */
function carrySave(a: UInt, b: UInt, c: UInt): [UInt, UInt] {
  return [xor3(a, b, c), concatenate(majority(a, b, c).bits(30, 0), bit.constant(0))];
}

/** The sum modulo 2^32: carry-save adders down to two numbers, then one adder. */
function sum32(numbers: readonly UInt[]): UInt {
  let left = [...numbers];
  while (left.length > 2) {
    const next: UInt[] = [];
    for (let i = 0; i < left.length; i += 3) {
      const [a, b, c] = left.slice(i, i + 3);
      if (a === undefined) break;
      if (b === undefined) next.push(a);
      else if (c === undefined) next.push(a, b);
      else next.push(...carrySave(a, b, c));
    }
    left = next;
  }
  const [a, b] = left;
  if (a === undefined || b === undefined) throw new RangeError("sum of fewer than two numbers");
  return a.add(b).wrap(32);
}

/**
 * Three stages, each with a valid bit: the message schedule (`w`), its sum with the round's constant (`kw`), and the round. The
 * schedule of the next block starts while the last rounds of this one run; the cycle that adds the block to the state makes it 65.
 *
 * `start` with `blocks` >= 1 takes that many times 16 words from `word`; with `initialise` from the initial state, else from the state of
 * the last command that ended. `clear` stops it; the state is then good for nothing but `initialise`.
 */
export function sha256Core() {
  const ports = {
    start: input(bit),
    initialise: input(bit),
    blocks: input(uint(parameterWidths.blocks)),
    clear: input(bit),
    wordValid: input(bit),
    word: input(uint(32), "the message's bytes, the first one most significant"),
    wordTaken: output(bit),
    busy: output(bit),
    state: output(vector(uint(32), 8)),
  };
  return module(
    "Sha256",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const working = Array.from({ length: 8 }, (_, i) => m.register(`working_${"abcdefgh"[i] ?? ""}`, uint(32), data));
      const hash = Array.from({ length: 8 }, (_, i) => m.register(`hash_${i}`, uint(32), data));
      const window = Array.from({ length: 16 }, (_, i) => m.register(`window_${i}`, uint(32), data));
      const busy = m.register("is_busy", bit, { init: 0 });
      const blocksToSchedule = m.register("blocks_to_schedule", uint(parameterWidths.blocks), { init: 0 });
      const blocksToHash = m.register("blocks_to_hash", uint(parameterWidths.blocks), { init: 0 });
      const scheduling = m.register("scheduling", bit, { init: 0 });
      const scheduleIndex = m.register("schedule_index", uint(6), { init: 0 });
      const scheduled = m.register("w_valid", bit, { init: 0 });
      const summed = m.register("kw_valid", bit, { init: 0 });
      const kw = m.register("kw", uint(32), data);
      const round = m.register("round", uint(6), { init: 0 });
      const adding = m.register("adding_block", bit, { init: 0 });

      const runRound = m.node("run_round", summed.and(adding.not()));
      const sumNow = m.node("sum_now", scheduled.and(summed.not().or(runRound)));
      const fromMessage = m.node("from_message", scheduleIndex.lt(16));
      const canSchedule: Bit = scheduling.and(fromMessage.not().or(io.wordValid));
      const scheduleNow = m.node("schedule_now", canSchedule.and(scheduled.not().or(sumNow)));
      io.wordTaken.set(scheduleNow.and(fromMessage));

      // Message schedule: window_15 is the newest word, the one `kw` takes next.
      const constants = m.memory("round_constants", { type: uint(32), depth: 64, init: roundConstants });
      const constant = constants.read("of_w", scheduleIndex, { enable: scheduleNow });
      const [w0, w1, w9, w14, newest] = [window[0], window[1], window[9], window[14], window[15]];
      const [a, b, c, d, e, f, g, h] = working;
      if (w0 === undefined || w1 === undefined || w9 === undefined || w14 === undefined || newest === undefined)
        throw new RangeError("window");
      if (!(a && b && c && d && e && f && g && h)) throw new RangeError("state");
      m.when(scheduleNow, () => {
        newest.set(mux(fromMessage, io.word, sum32([lowerSigma1(w14), w9, lowerSigma0(w1), w0])));
        for (const [i, word] of window.entries()) {
          const newer = window[i + 1];
          if (newer !== undefined) word.set(newer);
        }
        scheduleIndex.set(scheduleIndex.add(1).wrap(6));
        m.when(scheduleIndex.eq(63), () => {
          blocksToSchedule.set(blocksToSchedule.sub(1).asUInt().wrap(parameterWidths.blocks));
          scheduling.set(blocksToSchedule.ne(1));
        });
      });
      scheduled.set(scheduleNow.or(scheduled.and(sumNow.not())));
      m.when(sumNow, () => {
        kw.set(newest.add(constant).wrap(32));
      });
      summed.set(sumNow.or(summed.and(runRound.not())));

      m.when(runRound, () => {
        const temporary = [h, upperSigma1(e), choose(e, f, g), kw];
        h.set(g);
        g.set(f);
        f.set(e);
        e.set(sum32([d, ...temporary]));
        d.set(c);
        c.set(b);
        b.set(a);
        a.set(sum32([...temporary, upperSigma0(a), majority(a, b, c)]));
        round.set(round.add(1).wrap(6));
        m.when(round.eq(63), () => {
          adding.set(1);
        });
      });
      const added = working.map((register, i) => m.node(`hash_after_${i}`, register.add(hash[i] ?? register).wrap(32)));
      m.when(adding, () => {
        adding.set(0);
        for (const [i, after] of added.entries()) {
          working[i]?.set(after);
          hash[i]?.set(after);
        }
        blocksToHash.set(blocksToHash.sub(1).asUInt().wrap(parameterWidths.blocks));
        m.when(blocksToHash.eq(1), () => {
          busy.set(0);
        });
      });

      m.when(io.start, () => {
        busy.set(1);
        blocksToSchedule.set(io.blocks);
        scheduling.set(1);
        blocksToHash.set(io.blocks);
        scheduleIndex.set(0);
        round.set(0);
        m.when(io.initialise, () => {
          for (const [i, value] of initialState.entries()) {
            working[i]?.set(value);
            hash[i]?.set(value);
          }
        });
      });
      m.when(io.clear, () => {
        busy.set(0);
        adding.set(0);
        scheduled.set(0);
        summed.set(0);
        scheduling.set(0);
      });
      io.busy.set(busy);
      io.state.set(hash);
    },
    { documentation: "SHA-256: one round a cycle, 65 cycles a block." },
  );
}
