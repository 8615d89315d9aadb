/** The address of a vector's groups in a bank, going from group to group and from column to column. */
import { bit, input, module, mux, output, uint, type UInt } from "../../../gen/index.ts";
import { bankAddressWidth, columnGroups, type VectorParameters } from "./vector-command.ts";

/**
 * `load` sets the address of the first group; every `step` goes on by one group, and with `last`, at the last group of a column, to the
 * first one of the next column.
 */
export function addressWalker(parameters: VectorParameters) {
  const width = bankAddressWidth(parameters);
  const ports = {
    load: input(bit),
    first: input(uint(width), "address with `load`"),
    step: input(bit),
    last: input(bit),
    toNextColumn: input(uint(width), "groups from the last one of a column to the first one of the next; holds while it walks"),
    address: output(uint(width)),
  };
  return module(
    "AddressWalker",
    ports,
    (io, m) => {
      const address = m.register("address_now", uint(width), { resettable: false });
      m.when(io.load, () => {
        address.set(io.first);
      }).elseWhen(io.step, () => {
        address.set(address.add(mux(io.last, io.toNextColumn, 1)).wrap(width));
      });
      io.address.set(address);
    },
    { documentation: "The address of a vector's groups, column after column." },
  );
}

/** What `toNextColumn` is in a command whose columns have lastGroup + 1 groups. */
export function toNextColumn(parameters: VectorParameters, lastGroup: UInt): UInt {
  const width = bankAddressWidth(parameters);
  if (parameters.columns === 1) return uint(width).constant(1);
  const stride = uint(width).constant(columnGroups(parameters) % 2 ** width);
  return stride.sub(lastGroup).asUInt().truncate(width);
}
