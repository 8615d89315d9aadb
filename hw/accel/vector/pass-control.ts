/** The passes of a command: when a group enters the lanes, column after column, and when the scalar unit is asked. */
import { bit, input, module, mux, output, uint } from "../../../gen/index.ts";
import { alignment, indexBits } from "../parameters.ts";
import { columnIndexWidth } from "../result-stream.ts";
import { groupWidth, type VectorParameters } from "./vector-command.ts";

/**
 * `start` begins a command whose steps and last group hold still from the next cycle on. For each column from columnFirst to columnLast:
 *
 *     prepare   addresses and stream are set up (`load`, `open`), the root is asked for where the command needs it
 *     root      NORM waits for it
 *     pass      a group a cycle enters the lanes (`issue`), unless its part of the stream is not there
 *     gap       a cycle between two columns, in which the sum of squares changes columns
 *     maximum   QUANTISE waits for the largest product and for the root, then asks for the factor
 *     factor    and waits for it; the second pass follows
 *     drain     until everything is written; where columns need not be apart the next one follows before
 */
export function passControl(parameters: VectorParameters) {
  const columns = uint(columnIndexWidth(parameters.columns));
  const groups = uint(groupWidth(parameters));
  const ports = {
    start: input(bit),
    clear: input(bit),
    columnFirst: input(columns),
    columnLast: input(columns),
    lastGroup: input(groups),
    streams: input(bit),
    streamsEachColumn: input(bit),
    needsRoot: input(bit),
    needsMaximum: input(bit),
    columnsApart: input(bit),
    once: input(bit, "whatever the columns"),
    pads: input(bit, "the pass goes on to the last group of a multiple of 64 elements"),
    squaresPending: input(bit, "the squares of the command before are not there yet"),
    groupValid: input(bit, "the stream's next group is there"),
    hold: input(bit, "the stores' gearbox is full"),
    lanesEmpty: input(bit, "nothing is on its way in the lanes or the stores"),
    rootDone: input(bit),
    maximumDone: input(bit),
    factorDone: input(bit),
    scaleDone: input(bit),
    load: output(bit, "addresses begin with the column's first group"),
    open: output(bit, "the stream of the command or of the column begins"),
    startRoot: output(bit),
    startScale: output(bit),
    issue: output(bit),
    issuePartial: output(bit, "with issue: the group with the column's last element"),
    issuePadding: output(bit, "with issue: a group behind it"),
    issueLast: output(bit, "with issue: the column's last group"),
    streaming: output(bit, "groups come with one of the stream"),
    pull: output(bit, "issue of such a group"),
    group: output(groups, "index of the group"),
    secondPass: output(bit),
    column: output(columns),
    finished: output(bit, "pulse: a column that was apart from the others is done"),
    busy: output(bit),
    waitsForStream: output(bit),
  };
  return module(
    "PassControl",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const state = m.fsm("state", ["idle", "prepare", "root", "pass", "gap", "maximum", "factor", "drain"]);
      const column = m.register("column_now", columns, data);
      const columnLast = m.register("column_last", columns, data);
      const group = m.register("group_now", groups, data);
      const secondPass = m.register("is_second_pass", bit, data);
      const streaming = m.register("is_streaming", bit, { init: 0 });
      const streamed = m.register("has_streamed", bit, data);

      const load = m.wire("load_now", bit, { default: 0 });
      const open = m.wire("open_now", bit, { default: 0 });
      const startRoot = m.wire("start_root", bit, { default: 0 });
      const startScale = m.wire("start_scale", bit, { default: 0 });
      const finished = m.wire("finished_now", bit, { default: 0 });

      const inPass = m.node("in_pass", state.is("pass"));
      // While it streams, which is in passes only, nothing is stored: the gearbox's path is short.
      const pull = m.node("pull_now", streaming.and(io.groupValid));
      const issue = m.node("issue_now", mux(streaming, pull, inPass.and(io.hold.not())));
      const streams = m.node("streams_now", io.streams.and(io.streamsEachColumn.or(streamed.not())));
      const padding = m.register("is_padding", bit, data);
      const partial = m.node("is_partial", group.eq(io.lastGroup));
      const paddedGroups = alignment / parameters.vectorLanes - 1;
      const isEnd = group.bits(indexBits(paddedGroups + 1) - 1, 0).eq(paddedGroups);
      const last = m.node("is_last_group", partial.or(padding).and(io.pads.not().or(isEnd)));
      const isLastColumn = m.node("is_last_column", column.eq(columnLast).or(io.once));
      const searches = m.node("searches_maximum", io.needsMaximum.and(secondPass.not()));

      m.when(load, () => {
        padding.set(0);
      });
      state.in("idle", () => {
        m.when(io.start, () => {
          column.set(io.columnFirst);
          columnLast.set(io.columnLast);
          streamed.set(0);
          state.goto("prepare");
        });
      });
      state.in("prepare", () => {
        m.when(io.needsRoot.not().or(io.squaresPending.not()), () => {
          load.set(1);
          open.set(streams);
          startRoot.set(io.needsRoot);
          secondPass.set(0);
          group.set(0);
          m.when(io.needsRoot.and(io.needsMaximum.not()), () => {
            state.goto("root");
          }).otherwise(() => {
            streaming.set(streams);
            state.goto("pass");
          });
        });
      });
      state.in("root", () => {
        m.when(io.rootDone, () => {
          streaming.set(streams);
          state.goto("pass");
        });
      });
      state.in("pass", () => {
        m.when(issue, () => {
          group.set(group.add(1).wrap(group.width));
          m.when(partial, () => {
            streaming.set(0);
            streamed.set(1);
            padding.set(last.not());
          });
          m.when(last, () => {
            group.set(0);
            m.when(searches, () => {
              state.goto("maximum");
            })
              .elseWhen(io.columnsApart.or(isLastColumn), () => {
                state.goto("drain");
              })
              .otherwise(() => {
                column.set(column.add(1).wrap(column.width));
                state.goto("gap");
              });
          });
        });
      });
      state.in("gap", () => {
        state.goto("pass");
      });
      state.in("maximum", () => {
        m.when(io.maximumDone.and(io.rootDone), () => {
          startScale.set(1);
          state.goto("factor");
        });
      });
      state.in("factor", () => {
        m.when(io.factorDone.and(io.lanesEmpty), () => {
          load.set(1);
          secondPass.set(1);
          state.goto("pass");
        });
      });
      state.in("drain", () => {
        m.when(io.lanesEmpty.and(io.needsMaximum.not().or(io.scaleDone)), () => {
          finished.set(1);
          m.when(isLastColumn, () => {
            state.goto("idle");
          }).otherwise(() => {
            column.set(column.add(1).wrap(column.width));
            state.goto("prepare");
          });
        });
      });
      m.when(io.clear, () => {
        streaming.set(0);
        state.goto("idle");
      });
      m.assert(streaming.not().or(inPass.and(io.hold.not())), "it streams in passes, and never while it stores");

      io.load.set(load);
      io.open.set(open);
      io.startRoot.set(startRoot);
      io.startScale.set(startScale);
      io.issue.set(issue);
      io.issuePartial.set(partial);
      io.issuePadding.set(padding);
      io.issueLast.set(last);
      io.streaming.set(streaming);
      io.pull.set(pull);
      io.group.set(group);
      io.secondPass.set(secondPass);
      io.column.set(column);
      io.finished.set(finished);
      io.busy.set(state.is("idle").not());
      io.waitsForStream.set(streaming.and(io.groupValid.not()));
    },
    { documentation: "The passes of a vector command, column after column." },
  );
}
