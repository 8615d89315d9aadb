/** The accelerator's top: registers, the control of lists and hashes, and the wiring of the units. */
import { bit, concatenate, input, module, mux, output, skid, uint, type Bit, type UInt } from "../../gen/index.ts";
import { commandFifo } from "./command-fifo.ts";
import { errorBits } from "./command-checker.ts";
import { controlPort } from "./control-port.ts";
import { eventCounters } from "./event-counters.ts";
import { executor } from "./executor.ts";
import { fitted, listFetcher, listIndexBits, placeAddress } from "./list-fetcher.ts";
import { logitsUnit } from "./logits-unit.ts";
import { matrixUnit } from "./matrix-unit.ts";
import { descriptorWords, dramAddressWidth, wordAddressWidth } from "./memory-parameters.ts";
import { bitsFor, checkParameters, indexBits, type AcceleratorParameters } from "./parameters.ts";
import { busAddressWidth, fieldBits, registerFile } from "./register-file.ts";
import { counters, parameterWidths, statusError, type CounterName, type StatusErrorName } from "./registers.ts";
import { columnIndexWidth } from "./result-stream.ts";
import { sha256Core } from "./sha256-core.ts";
import { sha256Feed } from "./sha256-feed.ts";
import { startChecks } from "./start-checks.ts";
import { descriptorType, streamReader } from "./stream-reader.ts";
import { vectorUnit } from "./vector/vector-unit.ts";

/** The module `ternel_accelerator`; throws a ParameterError for parameters that cannot be built. */
export function accelerator(given: AcceleratorParameters) {
  const parameters = checkParameters(given);
  const { portBytes, dramWordBytes, dramPorts, dramBytes, topK, columns } = parameters;
  const dramBits = 8 * dramWordBytes;
  const wordBits = wordAddressWidth(parameters);
  const unitBits = bitsFor(dramBytes / 64);

  const ports = {
    wb_adr: input(uint(busAddressWidth), "word address"),
    wb_dat_w: input(uint(32)),
    wb_dat_r: output(uint(32)),
    wb_cyc: input(bit),
    wb_stb: input(bit),
    wb_we: input(bit),
    wb_ack: output(bit),
    dram_cmd_valid: output(uint(dramPorts), "bit p: port p; at most one bit"),
    dram_cmd_ready: input(uint(dramPorts)),
    dram_cmd_addr: output(uint(dramAddressWidth(parameters)), "word of the DRAM controller, for every port"),
    dram_rdata_valid: input(uint(dramPorts), "at most one bit; always taken: room was reserved"),
    dram_rdata_data: input(uint(dramBits)),
    memory_cmd_valid: output(bit),
    memory_cmd_ready: input(bit),
    memory_cmd_we: output(bit),
    memory_cmd_addr: output(uint(dramAddressWidth(parameters))),
    memory_wdata_valid: output(bit),
    memory_wdata_ready: input(bit),
    memory_wdata_data: output(uint(dramBits)),
    memory_wdata_we: output(uint(dramWordBytes), "bit i: byte i is written"),
    memory_rdata_valid: input(bit, "always taken: room was reserved"),
    memory_rdata_data: input(uint(dramBits)),
    irq: output(bit, "while STATUS.DONE, where enabled"),
  };
  return module(
    "ternel_accelerator",
    ports,
    (io, m) => {
      const bus = m.instance("registers", registerFile(parameters));
      const checks = m.instance("checks", startChecks(parameters));
      const fetcher = m.instance("fetcher", listFetcher(parameters));
      const fifo = m.instance("commands", commandFifo());
      const execution = m.instance("executor", executor(parameters));
      const reader = m.instance("reader", streamReader(parameters));
      const memory = m.instance("memory", controlPort(parameters));
      const vector = m.instance("vector_unit", vectorUnit(parameters));
      const matrix = m.instance("matrix", matrixUnit(parameters));
      const logits = m.instance("logits", logitsUnit(parameters));
      const feed = m.instance("sha_feed", sha256Feed(portBytes));
      const sha = m.instance("sha", sha256Core());
      const counting = m.instance("counters", eventCounters());

      bus.address.set(io.wb_adr);
      bus.dataIn.set(io.wb_dat_w);
      bus.cycle.set(io.wb_cyc);
      bus.strobe.set(io.wb_stb);
      bus.write.set(io.wb_we);
      io.wb_dat_r.set(bus.dataOut);
      io.wb_ack.set(bus.acknowledge);

      // Control: a list, or a hash, at a time. Both end in `drain`, in which nothing new is asked of DRAM and what is on its way arrives.
      const state = m.fsm("state", ["idle", "list", "sha", "drain"] as const, { initial: "idle" });
      const done = m.register("done", bit, { init: 0 });
      const error = m.register("error", uint(errorBits), { init: 0 });
      const fault = m.register("fault_command", uint(listIndexBits), { init: 0 });
      const interruptEnable = m.register("interrupt_enable", bit, { init: 0 });
      const isIdle = m.node("is_idle", state.is("idle"));
      const inList = m.node("in_list", state.is("list"));

      const controlBit = (name: string): Bit => fieldBits(bus.written, "CONTROL", name).bit(0);
      // A write acts some cycles later, and before the bus can carry the next one: what it starts goes far. The checks say what was wrong two cycles
      // ago, for RUN as for every setting before it.
      const wroteControl = m.register("wrote_control", bit, { init: 0 });
      wroteControl.set(bus.writesControl);
      const wroteRun = m.register("wrote_run", bit, { init: 0 });
      wroteRun.set(bus.writesRun);
      const judgesRun = m.register("judges_run", bit, { init: 0 });
      judgesRun.set(wroteRun);
      const startSha = controlBit("START_SHA");
      const startBlock = controlBit("START_SHA_BLOCK");
      const abort = m.node("abort", wroteControl.and(controlBit("ABORT")));
      const judgesSha = m.node("judges_sha", wroteControl.and(startSha.or(startBlock)).and(abort.not()));

      checks.places.set(bus.run.places);
      checks.active.set(bus.run.active);
      checks.listInBuffer.set(bus.run.listInBuffer);
      checks.sha.set(bus.sha);
      const code = (name: StatusErrorName): UInt => uint(errorBits).constant(statusError(name));
      const shaProblem = mux(startSha, mux(startBlock, code("STARTS"), checks.shaError), code("NONE"));
      const request = m.register("request", bit, { init: 0 });
      const startsRun = m.register("request_is_run", bit, { resettable: false });
      const problem = m.register("problem", uint(errorBits), { resettable: false });
      request.set(judgesRun.or(judgesSha));
      startsRun.set(judgesRun);
      problem.set(mux(judgesRun, checks.listError, shaProblem));
      const pending = wroteRun.or(judgesRun).or(wroteControl).or(request);
      m.assert(pending.and(bus.writesControl.or(bus.writesRun)).not(), "a write before the last one has acted");
      const accepted = m.node("accepted", request.and(isIdle).and(problem.eq(0)));
      const startsList = m.node("starts_list", accepted.and(startsRun));
      const startsSha = m.node("starts_sha", accepted.and(startsRun.not()));
      const fromBlock = m.register("from_block", bit, { init: 0 });
      // A message's descriptor is offered until the reader takes it.
      const describes = m.register("describes", bit, { init: 0 });
      m.when(startsSha, () => {
        fromBlock.set(startBlock);
        describes.set(startBlock.not());
      }).elseWhen(reader.descriptors.ready, () => {
        describes.set(0);
      });

      m.when(wroteControl, () => {
        interruptEnable.set(controlBit("IRQ_ENABLE"));
        m.when(controlBit("CLEAR_DONE"), () => {
          done.set(0);
        });
      });
      m.when(request.and(isIdle.not()), () => {
        error.set(code("BUSY"));
      });
      // A register, since much waits for it that lies far apart. It says nothing of the cycle before `drain`, in which a unit could still store.
      const drained = m.register("drained", bit, { init: 0 });
      state.in("idle", () => {
        m.when(request, () => {
          error.set(problem);
          done.set(problem.ne(0));
        });
        m.when(startsList, () => {
          fault.set(0);
          state.goto("list");
        });
        m.when(startsSha, () => {
          state.goto("sha");
        });
      });
      state.in("list", () => {
        m.when(execution.ended, () => {
          m.when(execution.error.ne(0), () => {
            error.set(execution.error);
          });
          // DRAM that never answers would keep the end from the CPU.
          m.when(execution.error.eq(code("HUNG")), () => {
            done.set(1);
          });
          fault.set(execution.index);
          state.goto("drain");
        });
      });
      state.in("sha", () => {
        m.when(sha.busy.not(), () => {
          state.goto("drain");
        });
      });
      state.in("drain", () => {
        m.when(drained, () => {
          done.set(1);
          state.goto("idle");
        });
      });
      // What stopped before its end is emptied.
      const broken = m.register("broken", bit, { init: 0 });
      m.when(isIdle, () => {
        broken.set(0);
      });
      m.when(execution.ended.and(execution.error.ne(0)), () => {
        broken.set(1);
      });
      m.when(abort, () => {
        broken.set(1);
        done.set(0);
        error.set(code("ABORTED"));
        m.when(inList, () => {
          fault.set(execution.index);
        });
        state.goto("drain");
      });
      const draining = m.node("draining", state.is("drain"));
      const empties = m.node("empties", draining.and(broken));

      // Reading ahead: the fetcher's commands and descriptors.
      const { places } = bus.run;
      fetcher.start.set(startsList);
      fetcher.stop.set(draining);
      fetcher.first.set(checks.first);
      fetcher.listCommands.set(fitted(places.listBytes.units, listIndexBits));
      fetcher.modelBase.set(places.modelBase.units.truncate(unitBits));
      fetcher.modelSize.set(fitted(places.modelBytes.units, unitBits + 1));
      fetcher.bufferBase.set(places.bufferBase.units.truncate(unitBits));
      fetcher.bufferSize.set(fitted(places.bufferBytes.units, unitBits + 1));
      fetcher.active.set(bus.run.active);
      fetcher.logits.set(bus.run.logits);
      fetcher.tokens.set(bus.run.tokens);
      m.connect(memory.reads, fetcher.reads);
      m.connect(fetcher.readWords, memory.readWords);
      fifo.write.set(fetcher.write);
      fifo.writeIndex.set(fetcher.writeIndex);
      fifo.writeData.set(fetcher.writeData);
      fifo.commit.set(fetcher.commit);
      fetcher.hasRoom.set(fifo.hasRoom);
      fifo.clear.set(draining);
      const message = {
        address: placeAddress(bus.sha.address.units, portBytes, wordBits),
        words: fitted(bus.sha.blocks.shiftLeft(bitsFor(64 / portBytes)), descriptorWords),
      };
      const held = m.register("message", descriptorType(parameters), { resettable: false });
      m.when(startsSha, () => {
        held.set(message);
      });
      reader.descriptors.valid.set(mux(describes, bit.constant(1), fetcher.descriptors.valid));
      const { payload: fetched } = fetcher.descriptors;
      reader.descriptors.payload.set({
        address: mux(describes, held.address, fetched.address),
        words: mux(describes, held.words, fetched.words),
      });
      fetcher.descriptors.ready.set(reader.descriptors.ready.and(describes.not()));
      reader.stop.set(draining);
      reader.clear.set(draining.and(drained));

      // Commands run one after the other.
      execution.run.set(inList);
      execution.clear.set(draining);
      execution.available.set(fifo.available);
      fifo.readIndex.set(execution.readIndex);
      execution.data.set(fifo.data);
      fifo.done.set(execution.taken);
      execution.busy.set(vector.busy.or(matrix.busy).or(logits.busy));
      execution.progress.set(reader.words.fire());
      vector.start.set(execution.startVector);
      vector.command.set(execution.command);
      vector.columnFirst.set(execution.columnFirst);
      vector.columnLast.set(execution.columnLast);
      vector.tokenScales.set(bus.run.scales);
      vector.startResults.set(execution.startResults);
      vector.resultTarget.set(execution.target);
      vector.clear.set(empties);
      matrix.start.set(execution.startMatrix);
      matrix.rows.set(execution.rows);
      matrix.lastBeat.set(execution.lastBeat);
      matrix.columnFirst.set(execution.columnFirst);
      matrix.columnLast.set(execution.columnLast);
      matrix.mantissa.set(vector.mantissa);
      matrix.shift.set(vector.shift);
      matrix.activationWrite.set(vector.activationWrite);
      matrix.clear.set(empties);
      logits.start.set(execution.startLogits);
      logits.rows.set(execution.rows);
      logits.columnFirst.set(execution.columnFirst);
      logits.columnLast.set(execution.columnLast);
      logits.address.set(execution.place);
      logits.clear.set(empties);

      // The stream of words goes to whichever unit takes it; results go where the command wants them.
      // Its ready is a register: the units' would be the longest path. What is on its way when something is given up is dropped.
      const words = skid(m, "stream_words", reader.words);
      for (const taker of [vector.words, matrix.weights, feed.words]) {
        taker.valid.set(words.valid);
        taker.payload.set(words.payload);
      }
      words.ready.set(vector.words.ready.or(matrix.weights.ready).or(feed.words.ready).or(draining));
      const toLogits = m.register("results_are_logits", bit, { init: 0 });
      m.when(execution.startMatrix.or(execution.startVector), () => {
        toLogits.set(execution.startLogits);
      });
      const { results } = matrix;
      for (const [taker, takes] of [
        [vector.results, toLogits.not()],
        [logits.results, toLogits],
      ] as const) {
        taker.valid.set(results.valid.and(takes));
        taker.payload.set(results.payload);
        taker.last.set(results.last);
      }
      results.ready.set(mux(toLogits, logits.results.ready, vector.results.ready));

      // Stores: the vector unit's words follow each other, the logits unit says where its words go.
      const storeAddress = m.register("store_address", uint(wordBits), { resettable: false });
      m.when(execution.startVector, () => {
        storeAddress.set(execution.place);
      }).elseWhen(vector.stores.fire(), () => {
        storeAddress.set(storeAddress.add(1).wrap(wordBits));
      });
      const stores = m.wire("unit_stores", memory.writes.type);
      stores.valid.set(mux(toLogits, logits.writes.valid, vector.stores.valid));
      const { payload } = logits.writes;
      stores.payload.set({
        address: mux(toLogits, payload.address, storeAddress),
        data: mux(toLogits, payload.data, vector.stores.payload.data),
        mask: mux(toLogits, payload.mask, vector.stores.payload.mask),
      });
      // A unit that is not chosen has nothing to store, so both may see the same register.
      logits.writes.ready.set(stores.ready);
      vector.stores.ready.set(stores.ready);
      m.assert(mux(toLogits, vector.stores.valid, logits.writes.valid).not(), "only the unit whose command runs stores");
      const writes = skid(m, "stores", stores);
      m.connect(memory.writes, writes);
      drained.set(draining.and(fetcher.idle).and(reader.idle).and(memory.idle).and(writes.valid.not()));

      // DRAM.
      io.dram_cmd_valid.set(reader.commandValid);
      reader.commandReady.set(io.dram_cmd_ready);
      io.dram_cmd_addr.set(reader.commandAddress);
      reader.dataValid.set(io.dram_rdata_valid);
      reader.data.set(io.dram_rdata_data);
      io.memory_cmd_valid.set(memory.commandValid);
      memory.commandReady.set(io.memory_cmd_ready);
      io.memory_cmd_we.set(memory.commandWrite);
      io.memory_cmd_addr.set(memory.commandAddress);
      io.memory_wdata_valid.set(memory.dataOutValid);
      memory.dataOutReady.set(io.memory_wdata_ready);
      io.memory_wdata_data.set(memory.dataOut);
      io.memory_wdata_we.set(memory.dataOutMask);
      memory.dataInValid.set(io.memory_rdata_valid);
      memory.dataIn.set(io.memory_rdata_data);

      // SHA-256.
      feed.start.set(startsSha);
      feed.fromBlock.set(fromBlock);
      feed.run.set(state.is("sha"));
      feed.write.set(bus.writesBlock);
      feed.writeIndex.set(bus.writtenAddress);
      feed.writeData.set(bus.written);
      feed.wordTaken.set(sha.wordTaken);
      sha.start.set(startsSha);
      sha.initialise.set(controlBit("SHA_INIT"));
      sha.blocks.set(mux(startBlock, uint(parameterWidths.blocks).constant(1), bus.sha.blocks));
      sha.clear.set(empties);
      sha.wordValid.set(feed.wordValid);
      sha.word.set(feed.word);

      // What the CPU reads.
      const events: Readonly<Record<CounterName, Bit>> = {
        CYCLES: isIdle.not(),
        WEIGHT_BEATS: matrix.weights.fire(),
        BEATS: words.fire(),
        WRITE_BEATS: memory.dataOutValid.and(memory.dataOutReady),
        STALL_WEIGHTS: matrix.stalledByWeights,
        STALL_OUTPUT: matrix.stalledByOutput,
        MATRIX_CYCLES: execution.matrixRuns,
        VECTOR_CYCLES: execution.vectorRuns,
        VECTOR_STALL: vector.waitsForStream.and(execution.vectorRuns),
        COMMAND_CYCLES: inList.and(execution.matrixRuns.or(execution.vectorRuns).not()),
        DMA_STALL_COMMAND: reader.stalledByCommand,
        DMA_STALL_ROOM: reader.stalledByRoom,
        DMA_STALL_DATA: reader.stalledByData,
      };
      counting.events.set(concatenate(...counters.map(([name]) => events[name]).toReversed()));
      counting.clear.set(accepted);
      counting.read.set(bus.reads);
      counting.index.set(bus.readAddress.truncate(4));
      bus.counter.set(counting.value);
      logits.bestColumn.set(bus.readAddress.truncate(columnIndexWidth(columns)));
      const topBits = indexBits(topK);
      logits.topIndex.set(bus.readAddress.bits(topBits, 1));
      bus.entry.set({
        row: mux(bus.readsTop, logits.topEntry.row, logits.best.row),
        logit: mux(bus.readsTop, logits.topEntry.value, logits.best.value),
      });
      bus.topCount.set(logits.topCount);
      bus.status.set(concatenate(uint(24 - errorBits).constant(0), error, uint(6).constant(0), done, isIdle.not()).truncate(32));
      bus.interruptEnable.set(interruptEnable);
      bus.faultCommand.set(fault);
      bus.digest.set(sha.state);
      bus.locked.set(inList.or(draining));
      io.irq.set(done.and(interruptEnable));
    },
    { documentation: "The engine of Ternel: command lists, ternary matrices, vectors, SHA-256. Registers: hw/accel/registers.ts." },
  );
}
