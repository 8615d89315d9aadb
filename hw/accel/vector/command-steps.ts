/** What each operation of the vector unit reads, writes and waits for: signals that follow from its opcode. */
import { bit, input, module, mux, output, uint, type AssignableUInt, type Bit, type UInt } from "../../../gen/index.ts";
import type { OperationName } from "../commands.ts";
import { elementSizes } from "./stream-gearbox.ts";
import { opcodeWidth, vectorOpcode } from "./vector-command.ts";

/** 1 where the opcode is that of one of the operations. */
export function isOneOf(opcode: UInt, ...names: readonly OperationName[]): Bit {
  return names.reduce<Bit>((any, name) => any.or(opcode.eq(vectorOpcode(name))), bit.constant(0));
}

/** Operations whose one operand may lie in either bank. */
export const oneOperand = ["NORM", "QUANTISE", "SQUARES", "GATE", "STORE"] as const;
/** Operations whose elements come out of the stream. */
export const fromStream = ["EMBED", "LOAD_STATE", "LOAD_ACTIVATIONS"] as const;
/** Operations with a second operand, in bank 1; UPDATE's second operand is the first one to be read. */
export const withSecondOperand = ["GLU", "RESIDUAL"] as const;
/** Operations that begin with the sigmoid. */
export const withSigmoid = ["GATE", "UPDATE", "GLU"] as const;

const steps = {
  streams: output(bit),
  streamsEachColumn: output(bit, "not only once"),
  elementSize: output(uint(2), "logarithm of the bytes of the stream's elements"),
  usesGain: output(bit, "the stream's elements go to the gain buffer"),

  earlyBank0: output(bit),
  earlyBank1: output(bit),
  earlyState: output(bit),
  earlyGain: output(bit),
  lateBank0: output(bit),
  lateBank1: output(bit),
  lateState: output(bit),
  lateGain: output(bit),
  bInBank1: output(bit, "bank 1 is read at b"),

  writesBank: output(bit),
  writesA: output(bit, "at a, not at the destination"),
  writesState: output(bit),
  writesActivations: output(bit),
  writesSquares: output(bit),
  stores: output(bit),

  usesSigmoid: output(bit),
  needsRoot: output(bit),
  needsMaximum: output(bit, "and a second pass"),
  once: output(bit, "whatever the columns"),
  columnsApart: output(bit, "a column begins when the one before has left the lanes: its settings differ, or it needs the state"),
};

/**
 * `start` copies what follows from the inputs, so that nothing behind has to wait for an opcode to be decoded. `early` memories are read when a
 * group is issued, `late` ones behind the first multiplier.
 */
export function commandSteps() {
  const ports = {
    start: input(bit),
    opcode: input(uint(opcodeWidth)),
    bound: input(bit),
    aInBank1: input(bit),
    ...steps,
  };
  return module(
    "CommandSteps",
    ports,
    (io, m) => {
      const step = (name: keyof typeof steps, value: UInt): void => {
        const output: AssignableUInt = io[name];
        const register = m.register(`step_${name}`, uint(output.width), { resettable: false });
        m.when(io.start, () => {
          register.set(value);
        });
        output.set(register);
      };
      const is = (...names: readonly OperationName[]): Bit => isOneOf(io.opcode, ...names);
      const isAlone = is(...oneOperand);
      const hasBound = is("GATE").and(io.bound);
      const size = (bytes: keyof typeof elementSizes): UInt<2> => uint(2).constant(elementSizes[bytes]);

      step("streams", is("NORM", "QUANTISE", ...fromStream).or(hasBound));
      step("streamsEachColumn", is("EMBED"));
      step("elementSize", mux(is("LOAD_STATE"), size("word"), mux(is("EMBED", "LOAD_ACTIVATIONS"), size("byte"), size("half"))));
      step("usesGain", is("NORM", "QUANTISE").or(hasBound));

      step("earlyBank0", isAlone.and(io.aInBank1.not()).or(is(...withSecondOperand)));
      step("earlyBank1", isAlone.and(io.aInBank1).or(is("UPDATE")));
      step("earlyState", is("STORE_STATE"));
      step("earlyGain", is("QUANTISE"));
      step("lateBank0", is("UPDATE"));
      step("lateBank1", is(...withSecondOperand));
      step("lateState", is("UPDATE"));
      step("lateGain", is("NORM").or(hasBound));
      step("bInBank1", is("UPDATE", ...withSecondOperand));

      step("writesBank", is("EMBED", "NORM", "GATE", "UPDATE", "GLU", "RESIDUAL"));
      step("writesA", is("GATE", "RESIDUAL"));
      step("writesState", is("LOAD_STATE", "UPDATE"));
      step("writesActivations", is("QUANTISE", "LOAD_ACTIVATIONS"));
      step("writesSquares", is("EMBED", "NORM", "SQUARES", "GLU", "RESIDUAL"));
      step("stores", is("STORE", "STORE_STATE"));

      step("usesSigmoid", is(...withSigmoid));
      step("needsRoot", is("NORM", "QUANTISE"));
      step("needsMaximum", is("QUANTISE"));
      step("once", is("LOAD_STATE", "STORE_STATE"));
      step("columnsApart", is("EMBED", "NORM", "QUANTISE", "UPDATE"));
    },
    { documentation: "What each operation of the vector unit reads, writes and waits for." },
  );
}
