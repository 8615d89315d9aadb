/** What is wrong with the registers when the CPU starts something. */
import { bit, input, module, mux, output, uint, type Bit, type UInt } from "../../gen/index.ts";
import { commandBytes, commandLimits } from "./commands.ts";
import { errorBits } from "./command-checker.ts";
import { bitsFor, type AcceleratorParameters } from "./parameters.ts";
import { placeNames, runPlaces, shaSettings } from "./register-file.ts";
import { statusError, type StatusErrorName } from "./registers.ts";

/**
 * Two steps of registers, sums and then their comparisons: all that is said holds for the settings of two cycles ago. With `listError` = 0 the
 * regions lie in DRAM, the list lies in its region and has 1 to 2^14 commands; with `shaError` = 0 there is a message and it lies in DRAM.
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
    first: output(uint(dramBits), "the list's first command in units of 64 bytes, as late as the errors"),
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
      const keep = (name: string, value: UInt): UInt => {
        const register = m.register(name, uint(value.width), { resettable: false });
        register.set(value);
        return register;
      };
      const listBytes = places.listBytes.units;
      const misaligned = placeNames.map((name) => places[name].misaligned).reduce((any, one) => any.or(one));
      const isLong = listBytes.gt(commandLimits.listBytes / commandBytes);
      const badPlaces = keep("bad_places", misaligned.or(listBytes.eq(0)).or(isLong)).truncate(1);
      const badActive = keep("bad_active", io.active.eq(0).or(io.active.gt(parameters.columns))).truncate(1);
      const modelEnd = keep("model_end", places.modelBase.units.add(places.modelBytes.units));
      const bufferEnd = keep("buffer_end", places.bufferBase.units.add(places.bufferBytes.units));
      const listEnd = keep("list_end", places.listOffset.units.add(listBytes));
      const regionSize = keep("region_size", mux(io.listInBuffer, places.bufferBytes.units, places.modelBytes.units));
      const regionBase = keep(
        "region_base",
        mux(io.listInBuffer, places.bufferBase.units, places.modelBase.units).truncate(dramBits),
      );
      const listOffset = keep("list_offset", places.listOffset.units.truncate(dramBits));
      const badRange = badPlaces.or(beyondDram(modelEnd)).or(beyondDram(bufferEnd)).or(listEnd.gt(regionSize));
      const code = (name: StatusErrorName): UInt => uint(errorBits).constant(statusError(name));
      const none = code("NONE");
      const listError = keep("list_error", mux(badActive, code("ACTIVE"), mux(badRange, code("RANGE"), none)));
      const messageEnd = keep("message_end", io.sha.address.units.add(io.sha.blocks));
      const unaligned = keep("message_misaligned", io.sha.address.misaligned).truncate(1);
      const noBlocks = keep("no_blocks", io.sha.blocks.eq(0)).truncate(1);
      const badMessage = unaligned.or(beyondDram(messageEnd));
      const shaError = keep("sha_error", mux(noBlocks, code("BLOCKS"), mux(badMessage, code("RANGE"), none)));
      const first = keep("first_command", regionBase.add(listOffset).truncate(dramBits));
      io.listError.set(listError);
      io.shaError.set(shaError);
      io.first.set(first);
    },
    { documentation: "Says what is wrong with the registers that a start depends on." },
  );
}
