// What verbs print on standard output: one JSON object for programs, tables for people.
import Table from "cli-table3";

/** The one object of --json. */
export function printObject(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A table with a head, without colours or borders, so that it can be read in a log and cut by programs. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const lines = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: Object.fromEntries(
      [
        "top",
        "top-mid",
        "top-left",
        "top-right",
        "bottom",
        "bottom-mid",
        "bottom-left",
        "bottom-right",
        "left",
        "left-mid",
        "mid",
        "mid-mid",
        "right",
        "right-mid",
        "middle",
      ].map((name) => [name, ""]),
    ),
    colAligns: head.map((_, i) => (typeof rows[0]?.[i] === "number" ? "right" : "left")),
  });
  for (const row of rows) lines.push([...row]);
  process.stdout.write(`${lines.toString().replace(/ +$/gm, "")}\n`);
}
