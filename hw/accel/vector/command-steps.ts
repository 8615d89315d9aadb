/** What each operation of the vector unit reads, writes and waits for: signals that follow from its opcode. */
import { bit, input, module, mux, output, uint, type Bit, type UInt } from "../../../gen/index.ts";
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

/** `early` memories are read when a group is issued, `late` ones behind the first multiplier. */
export function commandSteps() {
  const ports = {
    opcode: input(uint(opcodeWidth)),
    bound: input(bit),
    aInBank1: input(bit),

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
  return module(
    "CommandSteps",
    ports,
    (io) => {
      const is = (...names: readonly OperationName[]): Bit => isOneOf(io.opcode, ...names);
      const isAlone = is(...oneOperand);
      const hasBound = is("GATE").and(io.bound);
      const size = (bytes: keyof typeof elementSizes): UInt<2> => uint(2).constant(elementSizes[bytes]);

      io.streams.set(is("NORM", "QUANTISE", ...fromStream).or(hasBound));
      io.streamsEachColumn.set(is("EMBED"));
      io.elementSize.set(mux(is("LOAD_STATE"), size("word"), mux(is("EMBED", "LOAD_ACTIVATIONS"), size("byte"), size("half"))));
      io.usesGain.set(is("NORM", "QUANTISE").or(hasBound));

      io.earlyBank0.set(isAlone.and(io.aInBank1.not()).or(is(...withSecondOperand)));
      io.earlyBank1.set(isAlone.and(io.aInBank1).or(is("UPDATE")));
      io.earlyState.set(is("STORE_STATE"));
      io.earlyGain.set(is("QUANTISE"));
      io.lateBank0.set(is("UPDATE"));
      io.lateBank1.set(is(...withSecondOperand));
      io.lateState.set(is("UPDATE"));
      io.lateGain.set(is("NORM").or(hasBound));
      io.bInBank1.set(is("UPDATE", ...withSecondOperand));

      io.writesBank.set(is("EMBED", "NORM", "GATE", "UPDATE", "GLU", "RESIDUAL"));
      io.writesA.set(is("GATE", "RESIDUAL"));
      io.writesState.set(is("LOAD_STATE", "UPDATE"));
      io.writesActivations.set(is("QUANTISE", "LOAD_ACTIVATIONS"));
      io.writesSquares.set(is("EMBED", "NORM", "SQUARES", "GLU", "RESIDUAL"));
      io.stores.set(is("STORE", "STORE_STATE"));

      io.usesSigmoid.set(is(...withSigmoid));
      io.needsRoot.set(is("NORM", "QUANTISE"));
      io.needsMaximum.set(is("QUANTISE"));
      io.once.set(is("LOAD_STATE", "STORE_STATE"));
      io.columnsApart.set(is("EMBED", "NORM", "QUANTISE", "UPDATE"));
    },
    { documentation: "What each operation of the vector unit reads, writes and waits for." },
  );
}
