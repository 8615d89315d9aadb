/** The Wishbone slave: the register map of registers.ts. */
import {
  bit,
  bundle,
  concatenate,
  input,
  module,
  mux,
  output,
  sint,
  uint,
  vector,
  type AssignableUInt,
  type UInt,
} from "../../gen/index.ts";
import { resultWidth } from "./rounding-shift.ts";
import { selected } from "./select.ts";
import type { AcceleratorParameters } from "./parameters.ts";
import { counters, identification, parameterWidths, registerNamed, windowBytes, windows, type Field } from "./registers.ts";

/** Bits of a word address in the window. */
export const busAddressWidth = Math.log2(windowBytes / 4);

/** Bits of a number of 64-byte units of DRAM: where regions, lists and messages lie. */
export const unitBits = 26;

/** A token's factor for its embedding row. */
export const tokenScale = bundle({ mantissa: uint(parameterWidths.mantissa), shift: uint(parameterWidths.shift) });

/** A byte address or size as units of 64 bytes. */
const place = bundle({ units: uint(unitBits), misaligned: bit });

/** Where lists and regions lie. */
export const runPlaces = bundle({
  listOffset: place,
  listBytes: place,
  modelBase: place,
  modelBytes: place,
  bufferBase: place,
  bufferBytes: place,
});
export const placeNames = ["listOffset", "listBytes", "modelBase", "modelBytes", "bufferBase", "bufferBytes"] as const;

/** What the CPU has set for lists. */
export function runSettings(columns: number) {
  return bundle({
    logits: bit,
    listInBuffer: bit,
    active: uint(4),
    places: runPlaces,
    tokens: vector(uint(parameterWidths.rows), columns),
    scales: vector(tokenScale, columns),
  });
}

/** What the CPU has set for hashes. */
export const shaSettings = bundle({ address: place, blocks: uint(parameterWidths.blocks) });

/** A window's quarter of the address space: it is chosen by the two highest bits of the address. */
function windowIndex(name: string): number {
  const window = windows.find((candidate) => candidate.name === name);
  if (window === undefined || window.offset % (windowBytes / 4) !== 0)
    throw new RangeError(`window ${name} does not begin a quarter of the whole`);
  return (window.offset * 4) / windowBytes;
}

function fieldOf(register: string, name: string): Field {
  const field = registerNamed(register).fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new RangeError(`${register} has no field ${name}`);
  return field;
}

/** The bits of a field in a register's value. */
export function fieldBits(value: UInt, register: string, name: string): UInt {
  const { bit: low, width } = fieldOf(register, name);
  return value.bits(low + width - 1, low);
}

/** A register's value from its fields; bits outside them are 0. */
function registerValue(register: string, values: Readonly<Record<string, number>>): number {
  return Object.entries(values).reduce((sum, [name, value]) => {
    const { bit: low, width } = fieldOf(register, name);
    if (value >= 2 ** width) throw new RangeError(`${register}.${name} cannot hold ${value}`);
    return sum + value * 2 ** low;
  }, 0);
}

/** The registers that elaboration fixes. */
function fixedRegisters(parameters: AcceleratorParameters): Readonly<Record<string, number>> {
  return {
    ID: identification,
    BUILD_ID: parameters.buildId,
    CONFIG: registerValue("CONFIG", {
      PORT_BYTES: parameters.portBytes,
      VECTOR_LANES: parameters.vectorLanes,
      COLUMNS: parameters.columns,
      DRAM_PORTS: parameters.dramPorts,
    }),
    CONFIG2: registerValue("CONFIG2", { FIFO_DEPTH: parameters.fifoDepth, ROW_BYTES: parameters.rowBytes }),
    CONFIG3: registerValue("CONFIG3", {
      VECTOR_ELEMENTS: parameters.vectorElements,
      STATE_ELEMENTS: parameters.stateElements,
    }),
    CONFIG4: registerValue("CONFIG4", { ACTIVATION_BYTES: parameters.activationBytes, TOP_K: parameters.topK }),
  };
}

/**
 * A request is held in registers and acts one cycle later, so the bus's long paths end here. It is acknowledged in the sixth cycle: what is read
 * from memories (counters, the window TOP) comes up to three cycles after `readAddress`, and what RUN starts has begun, or was refused, before the
 * CPU can write anything else.
 */
export function registerFile(parameters: AcceleratorParameters) {
  const { columns } = parameters;
  const word = uint(32);
  const settings = runSettings(columns);
  const ports = {
    address: input(uint(busAddressWidth), "word address in the window"),
    dataIn: input(word),
    dataOut: output(word),
    cycle: input(bit),
    strobe: input(bit),
    write: input(bit),
    acknowledge: output(bit),
    locked: input(bit, "a list runs: its settings cannot be written"),
    run: output(settings),
    sha: output(shaSettings),
    writesRun: output(bit, "RUN was written one cycle ago, with START_LIST"),
    writesControl: output(bit, "CONTROL is written with `written`"),
    writesBlock: output(bit),
    writtenAddress: output(uint(4), "word in the block"),
    written: output(word),
    status: input(word),
    interruptEnable: input(bit),
    faultCommand: input(uint(15)),
    digest: input(vector(word, 8)),
    reads: output(bit, "readAddress is that of a read"),
    readAddress: output(uint(7), "counter, column or half an entry of TOP"),
    counter: input(word, "three cycles after readAddress"),
    readsTop: output(bit, "readAddress is that of an entry of TOP, not of BEST"),
    entry: input(
      bundle({ row: uint(parameterWidths.rows), logit: sint(resultWidth) }),
      "of BEST or TOP, one cycle after readAddress",
    ),
    topCount: input(uint(7)),
  };
  return module(
    "RegisterFile",
    ports,
    (io, m) => {
      const bus = m.fsm("bus", ["idle", "act", "wait", "gather", "read", "acknowledge"] as const, { initial: "idle" });
      const address = m.register("bus_address", uint(busAddressWidth), { resettable: false });
      const data = m.register("bus_data", word, { resettable: false });
      const write = m.register("bus_write", bit, { init: 0 });
      const dataOut = m.register("data_out", word, { resettable: false });
      const index = m.node("index", address.bits(busAddressWidth - 3, 0));
      const quarter = address.bits(busAddressWidth - 1, busAddressWidth - 2);
      const inRegisters = m.node("in_registers", quarter.eq(0));

      bus.in("idle", () => {
        m.when(io.cycle.and(io.strobe), () => {
          address.set(io.address);
          data.set(io.dataIn);
          write.set(io.write);
          bus.goto("act");
        });
      });
      bus.in("act", () => {
        bus.goto("wait");
      });
      bus.in("wait", () => {
        bus.goto("gather");
      });
      bus.in("gather", () => {
        bus.goto("read");
      });
      bus.in("acknowledge", () => {
        bus.goto("idle");
      });

      // Writes.
      const writes = m.node("writes", bus.is("act").and(write));
      const writesRegister = m.node("writes_register", writes.and(inRegisters));
      // All registers lie in the first 512 bytes.
      const isLow = m.node("is_low", index.bits(index.width - 1, 7).eq(0));
      const isAt = (name: string): UInt<1> => isLow.and(index.bits(6, 0).eq(registerNamed(name).offset / 4));
      const sets = (name: string): UInt<1> => writesRegister.and(isAt(name)).and(io.locked.not());
      const keep = (name: string, enable: UInt<1>, port: AssignableUInt, value: UInt): void => {
        const register = m.register(`held_${name}`, uint(port.width), { init: 0 });
        m.when(enable, () => {
          register.set(value);
        });
        port.set(register);
      };
      const unaligned = data.bits(5, 0).ne(0);
      const units = data.bits(31, 6);
      for (const name of placeNames) {
        const register = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
        const target = io.run.places[name];
        keep(`${register.toLowerCase()}_units`, sets(register), target.units, units);
        keep(`${register.toLowerCase()}_misaligned`, sets(register), target.misaligned, unaligned);
      }
      keep("run_logits", sets("RUN"), io.run.logits, fieldBits(data, "RUN", "LOGITS"));
      keep("run_list_in_buffer", sets("RUN"), io.run.listInBuffer, fieldBits(data, "RUN", "LIST_IN_BUFFER"));
      keep("run_active", sets("RUN"), io.run.active, fieldBits(data, "RUN", "ACTIVE"));
      for (let column = 0; column < columns; column++) {
        const [token, scale] = [`TOKEN${column}`, `TOKEN_SCALE${column}`];
        keep(`token_${column}`, sets(token), io.run.tokens.at(column), fieldBits(data, token, "VALUE"));
        keep(`mantissa_${column}`, sets(scale), io.run.scales.at(column).mantissa, fieldBits(data, scale, "MANTISSA"));
        keep(`shift_${column}`, sets(scale), io.run.scales.at(column).shift, fieldBits(data, scale, "SHIFT"));
      }
      const always = (name: string): UInt<1> => writesRegister.and(isAt(name));
      keep("sha_address_units", always("SHA_ADDRESS"), io.sha.address.units, units);
      keep("sha_address_misaligned", always("SHA_ADDRESS"), io.sha.address.misaligned, unaligned);
      keep("sha_blocks", always("SHA_BLOCKS"), io.sha.blocks, data.truncate(parameterWidths.blocks));
      const startsRun = m.register("starts_run", bit, { init: 0 });
      startsRun.set(always("RUN").and(fieldBits(data, "RUN", "START_LIST")));

      // Reads: a block of 16 registers each, and one of them by the address's high bits.
      const block = (name: string): number => Math.floor(registerNamed(name).offset / 64);
      const lowIndex = index.bits(3, 0);
      const single = m.wire("single", word, { default: 0 });
      m.switch(lowIndex, {
        cases: [
          ...Object.entries(fixedRegisters(parameters)).map(([name, fixed]) => {
            return [
              registerNamed(name).offset / 4,
              () => {
                single.set(word.constant(fixed));
              },
            ] as const;
          }),
          [
            registerNamed("CONTROL").offset / 4,
            () => {
              single.set(controlValue(io.interruptEnable));
            },
          ],
          [
            registerNamed("STATUS").offset / 4,
            () => {
              single.set(io.status);
            },
          ],
          [
            registerNamed("FAULT_COMMAND").offset / 4,
            () => {
              single.set(io.faultCommand.zeroExtend(32));
            },
          ],
        ],
      });
      const topCount = lowIndex.eq((registerNamed("TOP_COUNT").offset / 4) % 16);
      const counted = mux(topCount, io.topCount.zeroExtend(32), word.constant(0));
      const digest = mux(index.bit(3), counted, io.digest.select(index.bits(2, 0)));
      // Of BEST one address bit chooses row or logit, of TOP another.
      const inTop = quarter.eq(windowIndex("TOP"));
      const wantsLogit = mux(inTop, index.bit(0).not(), index.bit(3));
      const entry = mux(wantsLogit, io.entry.logit.signExtend(32).asUInt(), io.entry.row.zeroExtend(32));
      const blocks: UInt[] = Array.from({ length: 8 }, () => word.constant(0));
      blocks[block("ID")] = single;
      blocks[block("DIGEST0")] = digest;
      blocks[block(counters[0][0])] = io.counter;
      blocks[block("BEST_TOKEN0")] = entry;
      const chosen = mux(inTop, uint(3).constant(block("BEST_TOKEN0")), index.bits(6, 4));
      const value = m.node("register_value", selected(blocks, chosen));
      bus.in("read", () => {
        dataOut.set(mux(inTop.or(inRegisters.and(isLow)), value, word.constant(0)));
        bus.goto("acknowledge");
      });

      io.acknowledge.set(bus.is("acknowledge"));
      io.dataOut.set(dataOut);
      io.reads.set(bus.is("act").and(write.not()));
      io.readAddress.set(index.truncate(7));
      io.readsTop.set(inTop);
      io.writesRun.set(startsRun);
      io.writesControl.set(always("CONTROL"));
      io.writesBlock.set(writes.and(quarter.eq(windowIndex("SHA_BLOCK"))));
      io.writtenAddress.set(index.truncate(4));
      io.written.set(data);
    },
    { documentation: "Wishbone slave: the register map of hw/accel/registers.ts." },
  );
}

/** What CONTROL reads: its one bit that is kept. */
function controlValue(interruptEnable: UInt<1>): UInt {
  const { bit: low } = fieldOf("CONTROL", "IRQ_ENABLE");
  return concatenate(uint(31 - low).constant(0), interruptEnable, uint(low).constant(0));
}
