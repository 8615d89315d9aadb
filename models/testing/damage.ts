import type { ErrorName } from "../errors.ts";

/** A change to some bytes of the valid container; the hash is repaired afterwards unless the damage says otherwise. */
export interface Damage {
  readonly name: string;
  readonly error: ErrorName | undefined;
  readonly keepHash?: boolean;
  readonly change: (bytes: Uint8Array, view: DataView) => void;
}
