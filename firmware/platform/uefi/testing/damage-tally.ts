// What a campaign of damages has run: how many of each kind.

/** Counts damages by group and kind. */
export class DamageTally {
  readonly #groups = new Map<string, Map<string, number>>();

  /** Notes damages that the machine has come through. */
  note(group: string, kinds: readonly string[]): void {
    const counts = this.#groups.get(group) ?? new Map<string, number>();
    this.#groups.set(group, counts);
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#groups.keys()].reduce((sum, group) => sum + this.#in(group), 0);
  }

  /** A line for each group: "441 models in files: one bit 30, truncated 29, ..." */
  lines(): string[] {
    return [...this.#groups].map(([group, counts]) => {
      const kinds = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([kind, count]) => `${kind} ${count}`);
      return `${this.#in(group)} ${group}: ${kinds.join(", ")}`;
    });
  }

  #in(group: string): number {
    return [...(this.#groups.get(group)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }
}
