/** For tests: runs damaged lists on a rig and its golden model, good tokens in between. */
import assert from "node:assert/strict";
import type { Random } from "../../../gen/index.ts";
import type { ListBench } from "./list-bench.ts";
import { isDefined, mutations, oneOf, type MutationName } from "./list-mutations.ts";

/** How often each ending was seen, and how often region B was compared after a damaged list. */
export interface FuzzReport {
  readonly endings: Record<string, number>;
  compared: number;
}

/**
 * Each round: a damaged list ends where and how the golden model says; region B is as it says, too, where the list's results are defined;
 * nothing else was written (the rig watches). Then the good list gives the golden model's token.
 *
 * After a list with undefined results memories differ for good, which later damaged lists may show: from then on only endings are compared,
 * until the caller starts anew. Good tokens depend on nothing but region B.
 */
export async function fuzz(
  bench: ListBench,
  random: Random,
  rounds: number,
  vocabulary: number,
  columns: number,
): Promise<FuzzReport> {
  const report: FuzzReport = { endings: {}, compared: 0 };
  const { golden, rig } = bench;
  const good = golden.container.slice(golden.list.offset, golden.list.offset + golden.list.bytes);
  const tokens = (): number[] => Array.from({ length: 1 + random.below(columns) }, () => random.below(vocabulary));
  let same = true;
  for (let round = 0; round < rounds; round++) {
    const kind = oneOf(random, Object.keys(mutations) as MutationName[]);
    const list = mutations[kind](random, good);
    const logits = random.chance(0.5);
    await bench.setList(list);
    const before = golden.buffers.slice();
    const drawn = random.chance(0.1) ? [vocabulary + random.below(1000)] : tokens();
    const { error, command } = await bench.run(drawn, logits, list.length);
    report.endings[error] = (report.endings[error] ?? 0) + 1;
    same &&= isDefined(list, command, drawn.length);
    if (same) {
      bench.checkBuffers();
      report.compared++;
    } else {
      rig.show(bench.regions.bufferBase, golden.buffers.length);
    }
    await bench.setList(good);
    golden.buffers.set(before);
    await bench.loadBuffers();
    await bench.check(tokens(), true);
  }
  assert.ok(Object.keys(report.endings).length > 1);
  return report;
}
