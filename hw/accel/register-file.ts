/** The Wishbone slave: registers, activation and block windows, and the read side of the result FIFO (see registers.ts). */
import { bit, input, module, output, uint, vector, type AssignableUInt, type UInt } from "../../gen/index.ts";
import { parameterWidths, registerNamed, registers, windowBytes, windows } from "./registers.ts";

/** Bits of a word address in the window. */
export const busAddressWidth = Math.log2(windowBytes / 4);

/** The counters, in the order of the port `counters`. */
export const counterNames = [
  "CYCLES",
  "BEATS",
  "STALL_WEIGHTS",
  "STALL_OUTPUT",
  "DMA_STALL_COMMAND",
  "DMA_STALL_ROOM",
  "DMA_STALL_DATA",
] as const;

/** Registers whose value elaboration fixes. */
export type FixedRegisters = Readonly<Record<"ID" | "BUILD_ID" | "CONFIG" | "ACTIVATION_BYTES", number>>;

/** A window is chosen by the two highest bits of the address. */
function windowIndex(name: string): number {
  const window = windows.find((candidate) => candidate.name === name);
  if (window === undefined || window.offset % (windowBytes / 4) !== 0)
    throw new RangeError(`window ${name} is not a quarter of the whole`);
  return (window.offset * 4) / windowBytes;
}

/**
 * A request is held in registers and acts one cycle later, so the bus's long paths end here; writes are acknowledged in the second cycle,
 * reads in the third. A read of RESULT waits for a result while `mayWait`; where there is nothing to wait for it reads 0.
 */
export function registerFile(fixed: FixedRegisters) {
  const word = uint(32);
  const ports = {
    address: input(uint(busAddressWidth), "word address in the window"),
    dataIn: input(word),
    dataOut: output(word),
    select: input(uint(4)),
    cycle: input(bit),
    strobe: input(bit),
    write: input(bit),
    acknowledge: output(bit),
    status: input(word),
    interruptEnable: input(bit),
    digest: input(vector(word, 8)),
    counters: input(vector(word, counterNames.length)),
    weightAddress: output(word),
    rows: output(uint(parameterWidths.rows)),
    columns: output(uint(parameterWidths.columns)),
    mantissa: output(uint(parameterWidths.mantissa)),
    shift: output(uint(parameterWidths.shift)),
    shaAddress: output(word),
    shaBlocks: output(uint(parameterWidths.blocks)),
    writesControl: output(bit, "CONTROL is written with `written`"),
    writesActivation: output(bit),
    writesBlock: output(bit),
    writtenAddress: output(uint(busAddressWidth - 2), "word address in the window's quarter"),
    written: output(word),
    writtenBytes: output(uint(4)),
    takeResult: output(bit),
    resultsEmpty: input(bit),
    result: input(word, "one cycle after takeResult"),
    mayWait: input(bit),
  };
  return module(
    "RegisterFile",
    ports,
    (io, m) => {
      const bus = m.fsm("bus", ["idle", "act", "result", "acknowledge"] as const, { initial: "idle" });
      const address = m.register("held_address", uint(busAddressWidth), { resettable: false });
      const data = m.register("held_data", word, { resettable: false });
      const select = m.register("held_select", uint(4), { resettable: false });
      const write = m.register("held_write", bit, { init: 0 });
      const dataOut = m.register("data_out", word, { resettable: false });

      const settings: readonly (readonly [string, AssignableUInt])[] = [
        ["WEIGHT_ADDRESS", io.weightAddress],
        ["ROWS", io.rows],
        ["COLUMNS", io.columns],
        ["MANTISSA", io.mantissa],
        ["SHIFT", io.shift],
        ["SHA_ADDRESS", io.shaAddress],
        ["SHA_BLOCKS", io.shaBlocks],
      ];
      const readable = new Map<string, UInt>([
        ["STATUS", io.status],
        ["CONTROL", io.interruptEnable.zeroExtend(32).shiftLeft(8).truncate(32)],
      ]);
      for (const [name, value] of Object.entries(fixed)) readable.set(name, word.constant(value));
      for (const [i, value] of [...io.digest].entries()) readable.set(`DIGEST${i}`, value);
      for (const [i, name] of counterNames.entries()) readable.set(name, io.counters.at(i));

      const requested = m.node("requested", io.cycle.and(io.strobe));
      const quarter = address.bits(busAddressWidth - 1, busAddressWidth - 2);
      const readsResult = io.write.not().and(io.address.bits(busAddressWidth - 1, busAddressWidth - 2).eq(windowIndex("RESULT")));
      const takes = m.node("takes_result", bus.is("idle").and(requested).and(readsResult).and(io.resultsEmpty.not()));
      bus.in("idle", () => {
        m.when(requested, () => {
          address.set(io.address);
          data.set(io.dataIn);
          select.set(io.select);
          write.set(io.write);
          m.when(readsResult, () => {
            m.when(io.resultsEmpty.not(), () => {
              bus.goto("result");
            }).elseWhen(io.mayWait.not(), () => {
              bus.goto("act");
            });
          }).otherwise(() => {
            bus.goto("act");
          });
        });
      });

      const writes = m.node("writes", bus.is("act").and(write));
      const writesRegister = writes.and(quarter.eq(0));
      const selected = (name: string): UInt<1> => address.bits(busAddressWidth - 3, 0).eq(registerNamed(name).offset / 4);
      for (const [name, port] of settings) {
        const register = m.register(`setting_${name.toLowerCase()}`, uint(port.width), { init: 0 });
        m.when(writesRegister.and(selected(name)), () => {
          register.set(data.truncate(port.width));
        });
        port.set(register);
        readable.set(name, register.zeroExtend(32));
      }
      const readValue = m.wire("read_value", word, { default: 0 });
      m.switch(address, {
        cases: registers.map((register) => {
          const value = readable.get(register.name);
          if (value === undefined) throw new RangeError(`register ${register.name} has no value to read`);
          return [
            register.offset / 4,
            () => {
              readValue.set(value);
            },
          ] as const;
        }),
      });
      bus.in("act", () => {
        dataOut.set(readValue);
        m.when(write, () => {
          bus.goto("idle");
        }).otherwise(() => {
          bus.goto("acknowledge");
        });
      });
      bus.in("result", () => {
        dataOut.set(io.result);
        bus.goto("acknowledge");
      });
      bus.in("acknowledge", () => {
        bus.goto("idle");
      });

      io.acknowledge.set(bus.is("acknowledge").or(writes));
      io.dataOut.set(dataOut);
      io.takeResult.set(takes);
      io.writesControl.set(writesRegister.and(selected("CONTROL")));
      io.writesActivation.set(writes.and(quarter.eq(windowIndex("ACTIVATION"))));
      io.writesBlock.set(writes.and(quarter.eq(windowIndex("SHA_BLOCK"))));
      io.writtenAddress.set(address.bits(busAddressWidth - 3, 0));
      io.written.set(data);
      io.writtenBytes.set(select);
    },
    { documentation: "Wishbone slave: the register map of hw/accel/registers.ts." },
  );
}
