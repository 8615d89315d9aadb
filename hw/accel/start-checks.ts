/** What is wrong with the registers when the CPU starts something. */
import { bit, input, module, mux, output, uint, type Bit, type UInt } from "../../gen/index.ts";
import { commandBytes, commandLimits } from "./commands.ts";
import { errorBits } from "./command-checker.ts";
import { bitsFor, type AcceleratorParameters } from "./parameters.ts";
import { placeNames, runPlaces, shaSettings } from "./register-file.ts";
import { statusError, type StatusErrorName } from "./registers.ts";

/**
 * The errors are registers: they say what was wrong one cycle ago. With `listError` = 0 the regions lie in DRAM, the list lies in its region and
 * has 1 to 2^14 commands; with `shaError` = 0 there is a message and it lies in DRAM.
 */
export function startChecks(parameters: AcceleratorParameters) {
  const dramBits = bitsFor(parameters.dramBytes / commandBytes);
  const ports = {
    places: input(runPlaces),
    active: input(uint(4)),
    listInBuffer: input(bit),
    sha: input(shaSettings),
    listError: output(uint(errorBits)),
    shaError: output(uint(errorBits)),
    first: output(uint(dramBits), "the list's first command in units of 64 bytes, one cycle late like the errors"),
  };
  return module(
    "StartChecks",
    ports,
    (io, m) => {
      const { places } = io;
      /** Whether a sum of units is more than DRAM has, a power of two. */
      const beyondDram = (sum: UInt): Bit =>
        sum
          .bits(sum.width - 1, dramBits + 1)
          .ne(0)
          .or(sum.bit(dramBits).and(sum.bits(dramBits - 1, 0).ne(0)));
      const regionSize = mux(io.listInBuffer, places.bufferBytes.units, places.modelBytes.units);
      const regionBase = mux(io.listInBuffer, places.bufferBase.units, places.modelBase.units);
      const listBytes = places.listBytes.units;
      const badRange = [
        ...placeNames.map((name) => places[name].misaligned),
        beyondDram(places.modelBase.units.add(places.modelBytes.units)),
        beyondDram(places.bufferBase.units.add(places.bufferBytes.units)),
        places.listOffset.units.add(listBytes).gt(regionSize),
        listBytes.eq(0),
        listBytes.gt(commandLimits.listBytes / commandBytes),
      ].reduce((any, one) => any.or(one));
      const badActive = io.active.eq(0).or(io.active.gt(parameters.columns));
      const code = (name: StatusErrorName): UInt => uint(errorBits).constant(statusError(name));
      const none = code("NONE");
      const listError = m.register("list_error", uint(errorBits), { resettable: false });
      listError.set(mux(badActive, code("ACTIVE"), mux(badRange, code("RANGE"), none)));
      const badMessage = io.sha.address.misaligned.or(beyondDram(io.sha.address.units.add(io.sha.blocks)));
      const shaError = m.register("sha_error", uint(errorBits), { resettable: false });
      shaError.set(mux(io.sha.blocks.eq(0), code("BLOCKS"), mux(badMessage, code("RANGE"), none)));
      const first = m.register("first_command", uint(dramBits), { resettable: false });
      first.set(regionBase.truncate(dramBits).add(places.listOffset.units.truncate(dramBits)).truncate(dramBits));
      io.listError.set(listError);
      io.shaError.set(shaError);
      io.first.set(first);
    },
    { documentation: "Says what is wrong with the registers that a start depends on." },
  );
}
