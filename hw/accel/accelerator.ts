/** The accelerator's top: command control around the register file, the DMA reader, the matrix unit and the SHA-256 core. */
import { bit, concatenate, input, module, mux, output, uint, type Bit, type UInt } from "../../gen/index.ts";
import { activationBuffer } from "./activation-buffer.ts";
import { blockFifo } from "./block-fifo.ts";
import { dramReader, groupWidth, itemWidth } from "./dram-reader.ts";
import { beatWidth, matrixUnit, rowsInGroup } from "./matrix-unit.ts";
import { bitsFor, checkParameters, dramWords, type AcceleratorParameters } from "./parameters.ts";
import { busAddressWidth, counterNames, registerFile } from "./register-file.ts";
import { identification, parameterWidths, registerNamed, statusError, type StatusErrorName } from "./registers.ts";
import { sha256Core } from "./sha256-core.ts";
import { sha256Feed } from "./sha256-feed.ts";

const errorWidth = 4;

/** The module `ternel_accelerator`; throws a ParameterError for parameters that cannot be built. */
export function accelerator(given: AcceleratorParameters) {
  const parameters = checkParameters(given);
  const { portBytes, activationBytes, resultDepth, fifoDepth, buildId } = parameters;
  const portBits = 8 * portBytes;
  const byteBits = bitsFor(portBytes);
  const addressWidth = bitsFor(dramWords(parameters));

  const ports = {
    wb_adr: input(uint(busAddressWidth), "word address"),
    wb_dat_w: input(uint(32)),
    wb_dat_r: output(uint(32)),
    wb_sel: input(uint(4)),
    wb_cyc: input(bit),
    wb_stb: input(bit),
    wb_we: input(bit),
    wb_ack: output(bit),
    dram_cmd_valid: output(bit),
    dram_cmd_ready: input(bit),
    dram_cmd_addr: output(uint(addressWidth), "port word"),
    dram_rdata_valid: input(bit),
    dram_rdata_ready: output(bit, "always 1: room was reserved"),
    dram_rdata_data: input(uint(portBits)),
    irq: output(bit, "while STATUS.DONE, where enabled"),
  };
  return module(
    "ternel_accelerator",
    ports,
    (io, m) => {
      const bus = m.instance(
        "registers",
        registerFile({
          ID: identification,
          BUILD_ID: buildId,
          CONFIG: portBytes + resultDepth * 2 ** 16,
          ACTIVATION_BYTES: activationBytes,
        }),
      );
      bus.address.set(io.wb_adr);
      bus.dataIn.set(io.wb_dat_w);
      bus.select.set(io.wb_sel);
      bus.cycle.set(io.wb_cyc);
      bus.strobe.set(io.wb_stb);
      bus.write.set(io.wb_we);
      io.wb_dat_r.set(bus.dataOut);
      io.wb_ack.set(bus.acknowledge);

      const reader = m.instance("reader", dramReader(parameters));
      const fifo = m.instance("weight_fifo", blockFifo("WeightFifo", portBits, fifoDepth));
      const activations = m.instance("activations", activationBuffer(activationBytes, portBytes));
      const matrix = m.instance("matrix", matrixUnit(parameters));
      const feed = m.instance("sha_feed", sha256Feed(portBytes));
      const sha = m.instance("sha", sha256Core());

      // Control: one command at a time.
      const command = m.fsm("command", ["idle", "matrix", "sha", "drain"] as const, { initial: "idle" });
      const done = m.register("done", bit, { init: 0 });
      const error = m.register("error", uint(errorWidth), { init: 0 });
      const interruptEnable = m.register("interrupt_enable", bit, { init: 0 });
      const isIdle = m.node("is_idle", command.is("idle"));

      const controlBit = (name: string): Bit => {
        const field = registerNamed("CONTROL").fields.find((candidate) => candidate.name === name);
        if (field === undefined) throw new RangeError(`CONTROL has no field ${name}`);
        return bus.written.bit(field.bit);
      };
      const startMatrix = controlBit("START_MATVEC");
      const startSha = controlBit("START_SHA");
      const startBlock = controlBit("START_SHA_BLOCK");
      const several = startMatrix.and(startSha).or(startMatrix.and(startBlock)).or(startSha.and(startBlock));
      const any = startMatrix.or(startSha).or(startBlock);
      const abort = m.node("abort", bus.writesControl.and(controlBit("ABORT")));
      const request = m.node("request", bus.writesControl.and(any).and(abort.not()));

      // What is wrong with the parameters, from registers that were written long before the start.
      const errorCode = (name: StatusErrorName): UInt => uint(errorWidth).constant(statusError(name));
      const badAddress = (address: UInt): Bit => {
        const misaligned = address.bits(byteBits - 1, 0).ne(0);
        const beyond = addressWidth + byteBits < 32 ? address.bits(31, addressWidth + byteBits).ne(0) : bit.constant(0);
        return misaligned.or(beyond);
      };
      const badColumns = bus.columns
        .eq(0)
        .or(bus.columns.bits(byteBits - 1, 0).ne(0))
        .or(bus.columns.gt(activationBytes));
      const matrixProblem = m.register("matrix_problem", uint(errorWidth), { init: 0 });
      matrixProblem.set(
        mux(
          bus.rows.eq(0),
          errorCode("ROWS"),
          mux(badColumns, errorCode("COLUMNS"), mux(badAddress(bus.weightAddress), errorCode("ADDRESS"), errorCode("NONE"))),
        ),
      );
      const shaProblem = m.register("sha_problem", uint(errorWidth), { init: 0 });
      shaProblem.set(
        mux(bus.shaBlocks.eq(0), errorCode("BLOCKS"), mux(badAddress(bus.shaAddress), errorCode("ADDRESS"), errorCode("NONE"))),
      );
      const problem = m.node(
        "problem",
        mux(several, errorCode("COMMAND"), mux(startMatrix, matrixProblem, mux(startSha, shaProblem, errorCode("NONE")))),
      );
      const accepted = m.node("accepted", request.and(isIdle).and(problem.eq(0)));
      const startsMatrix = m.node("starts_matrix", accepted.and(startMatrix));
      const startsSha = m.node("starts_sha", accepted.and(startMatrix.not()));
      const startsReader = m.node("starts_reader", accepted.and(startBlock.not()));

      // Every unit copies its parameters when its command starts.
      const words = groupWidth(parameters);
      const columnWords = m.node(
        "column_words",
        bus.columns.bits(Math.min(parameterWidths.columns, byteBits + words) - 1, byteBits).zeroExtend(words),
      );
      const fromBlock = m.register("from_block", bit, { init: 0 });
      m.when(accepted, () => {
        fromBlock.set(startBlock);
      });

      const clear = m.wire("clear", bit, { default: 0 });
      const stop = m.wire("stop", bit, { default: 0 });
      const ended = m.wire("ended", bit, { default: 0 });
      m.when(bus.writesControl, () => {
        interruptEnable.set(controlBit("IRQ_ENABLE"));
        m.when(controlBit("CLEAR_DONE"), () => {
          done.set(0);
        });
      });
      command.in("idle", () => {
        m.when(request, () => {
          error.set(problem);
          done.set(problem.ne(0));
        });
        m.when(startsMatrix, () => {
          command.goto("matrix");
        });
        m.when(startsSha, () => {
          command.goto("sha");
        });
      });
      command.in("matrix", () => {
        ended.set(matrix.busy.not());
      });
      command.in("sha", () => {
        ended.set(sha.busy.not());
      });
      m.when(ended, () => {
        command.goto("idle");
        done.set(1);
      });
      m.when(request.and(isIdle.not()), () => {
        error.set(errorCode("BUSY"));
      });
      command.in("drain", () => {
        stop.set(1);
        m.when(reader.idle, () => {
          clear.set(1);
          command.goto("idle");
          done.set(1);
        });
      });
      m.when(reader.ranOut, () => {
        command.goto("drain");
        error.set(errorCode("RANGE"));
      });
      m.when(abort, () => {
        command.goto("drain");
        done.set(0);
        error.set(errorCode("ABORTED"));
      });

      // The weight stream: DRAM, FIFO, then whichever unit the command is for.
      reader.start.set(startsReader);
      reader.address.set(mux(startMatrix, bus.weightAddress, bus.shaAddress).bits(addressWidth + byteBits - 1, byteBits));
      reader.items.set(mux(startMatrix, bus.rows.zeroExtend(itemWidth), bus.shaBlocks.zeroExtend(itemWidth)));
      reader.step.set(mux(startMatrix, uint(3).constant(rowsInGroup), uint(3).constant(1)));
      reader.groupWords.set(mux(startMatrix, columnWords, uint(words).constant(64 / portBytes)));
      reader.stop.set(stop);
      reader.forget.set(clear);
      io.dram_cmd_valid.set(reader.commandValid);
      reader.commandReady.set(io.dram_cmd_ready);
      io.dram_cmd_addr.set(reader.commandAddress);
      reader.dataValid.set(io.dram_rdata_valid);
      reader.data.set(io.dram_rdata_data);
      io.dram_rdata_ready.set(1);
      const take = m.node("take", matrix.take.or(feed.take));
      reader.taken.set(take);
      fifo.push.set(reader.push);
      fifo.pushData.set(reader.pushData);
      fifo.take.set(take);
      fifo.clear.set(clear);

      activations.write.set(bus.writesActivation);
      activations.writeAddress.set(bus.writtenAddress.truncate(bitsFor(activationBytes / 4)));
      activations.writeData.set(bus.written);
      activations.writeSelect.set(bus.writtenBytes);
      activations.read.set(matrix.take);
      activations.readAddress.set(matrix.beat);

      matrix.start.set(startsMatrix);
      matrix.clear.set(clear);
      matrix.rows.set(bus.rows);
      matrix.lastBeat.set(columnWords.sub(1).asUInt().truncate(beatWidth(parameters)));
      matrix.mantissa.set(bus.mantissa);
      matrix.shift.set(bus.shift);
      matrix.weightsEmpty.set(fifo.empty.or(command.is("matrix").not()));
      matrix.weights.set(fifo.data);
      matrix.activations.set(activations.data);
      matrix.takeResult.set(bus.takeResult);
      bus.result.set(matrix.result.signExtend(32).asUInt());
      bus.resultsEmpty.set(matrix.resultsEmpty);
      bus.mayWait.set(command.is("matrix"));

      feed.start.set(startsSha);
      feed.fromBlock.set(fromBlock);
      feed.run.set(command.is("sha"));
      feed.fifoEmpty.set(fifo.empty);
      feed.fifoData.set(fifo.data);
      feed.write.set(bus.writesBlock);
      feed.writeIndex.set(bus.writtenAddress.truncate(4));
      feed.writeData.set(bus.written);
      feed.wordTaken.set(sha.wordTaken);
      sha.start.set(startsSha);
      sha.initialise.set(controlBit("SHA_INIT"));
      sha.blocks.set(mux(startBlock, uint(parameterWidths.blocks).constant(1), bus.shaBlocks));
      sha.clear.set(clear);
      sha.wordValid.set(feed.wordValid);
      sha.word.set(feed.word);

      const events: Readonly<Record<(typeof counterNames)[number], Bit>> = {
        CYCLES: isIdle.not(),
        BEATS: take,
        STALL_WEIGHTS: matrix.stalledByWeights,
        STALL_OUTPUT: matrix.stalledByOutput,
        DMA_STALL_COMMAND: reader.commandValid.and(io.dram_cmd_ready.not()),
        DMA_STALL_ROOM: reader.stalledByRoom,
        DMA_STALL_DATA: reader.stalledByData,
      };
      for (const [i, name] of counterNames.entries()) {
        const counter = m.register(`counter_${name.toLowerCase()}`, uint(32), { init: 0 });
        m.when(accepted, () => {
          counter.set(0);
        }).elseWhen(events[name], () => {
          counter.set(counter.add(1).wrap(32));
        });
        bus.counters.at(i).set(counter);
      }
      bus.status.set(
        concatenate(
          matrix.resultsWaiting.zeroExtend(16),
          uint(8 - errorWidth).constant(0),
          error,
          uint(6).constant(0),
          done,
          isIdle.not(),
        ),
      );
      bus.interruptEnable.set(interruptEnable);
      bus.digest.set(sha.state);
      io.irq.set(done.and(interruptEnable));
    },
    { documentation: "The ternary matrix engine and SHA-256 core of Ternel. Registers: hw/accel/registers.ts." },
  );
}
