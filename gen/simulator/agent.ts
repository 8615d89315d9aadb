/** Something that acts in every cycle of a domain without being a process: see stream-agents.ts. */
export interface Agent {
  /** Sets inputs, just after an edge. */
  drive(): void;
  /** Looks at the settled state, just before the next edge. */
  sample(): void;
}
