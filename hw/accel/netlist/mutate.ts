/** A netlist with one fault in it, for tests that must be able to fail. */
import { Random } from "../../../gen/index.ts";

/** A changed netlist and what was changed. */
export interface Mutation {
  readonly netlist: string;
  readonly description: string;
}

/** Flips one bit of one LUT's truth table, both drawn by the seed. Throws a RangeError where there is no LUT. */
export function flippedLut(netlist: string, seed: number): Mutation {
  const luts = [...netlist.matchAll(/ {2}LUT4 #\(\n {4}\.INIT\(16'h([0-9a-f]{1,4})\)\n {2}\) (\S+)/g)];
  const random = new Random(seed);
  const lut = luts[random.below(luts.length)];
  const [text, table = "", instance = ""] = lut ?? [];
  if (lut === undefined || text === undefined) throw new RangeError("the netlist has no LUT4");
  const bit = random.below(16);
  const flipped = (Number.parseInt(table, 16) ^ (1 << bit)).toString(16).padStart(4, "0");
  const start = lut.index + text.indexOf(`16'h${table}`);
  return {
    netlist: `${netlist.slice(0, start)}16'h${flipped}${netlist.slice(start + 4 + table.length)}`,
    description: `bit ${bit} of LUT4 ${instance}: 16'h${table} became 16'h${flipped}`,
  };
}
