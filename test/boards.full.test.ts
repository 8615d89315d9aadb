// Every board, simulated with its memory, its flash part as from the factory, and the whole file that one would write to the flash: it
// boots, over one line first, and tells the story of the reference. Only an Artix PHY is not simulated: see simulated_board in hw/soc/build.py.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { boards, type BoardName } from "../boards/configuration.ts";
import { builtId } from "../cli/flash-image.ts";
import { bitstreamBuildId, builtBitstream } from "../cli/flash/board-bitstream.ts";
import { buildBoardImage } from "../cli/flash/board-image.ts";
import { standInBitstream } from "../cli/flash/testing/stand-in-bitstream.ts";
import { makeTargets } from "../cli/make.ts";
import { defaultModel } from "../cli/options.ts";
import { buildPaths } from "../cli/paths.ts";
import { numberIn, objectIn } from "../cli/reply.ts";
import { openSession } from "../cli/session.ts";
import { runOnConsole } from "../cli/targets/console-target.ts";
import { openReference } from "../cli/targets/reference.ts";
import { conformanceRuns } from "./conformance.ts";
import { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;

/**
 * The board's bitstream where `ternel build` has made it from these sources, otherwise one that fills its region and only begins like one:
 * no FPGA is simulated that would load it.
 */
function bitstream(board: BoardName, folder: TemporaryFolder): string {
  const built = builtBitstream(board, false);
  if (existsSync(built) && bitstreamBuildId(board, readFileSync(built)) === builtId(board)) return built;
  const file = folder.path("any.bit");
  writeFileSync(file, standInBitstream(board, builtId(board), boards[board].flash.map.bitstream.bytes));
  return file;
}

for (const board of Object.keys(boards) as BoardName[]) {
  test(
    `${board} boots from its cold flash and tells the story`,
    { skip: skipWithout(...socTools), timeout: 60 * minutes },
    async (context) => {
      await makeTargets(["sim", "firmware"], board);
      const paths = buildPaths(board);
      const isArtix = boards[board].fpga.family === "7series";
      const [request] = conformanceRuns;
      assert.ok(request);
      const run = { ...request, tokens: 24 };
      const folder = temporaryFolder();
      let text = "";
      try {
        const { image } = await buildBoardImage({ board, model: defaultModel(), bitstream: bitstream(board, folder) });
        writeFileSync(folder.path("flash.bin"), image);
        const session = await openSession({
          program: paths.simulator,
          // What is left out where the PHY has no registers to train.
          arguments: ["--flash", folder.path("flash.bin"), "--uart", "stdio", ...(isArtix ? ["--boot-mode", "3"] : [])],
          folder: paths.verilog,
          bootLimit: 1800,
          silenceLimit: 1800,
          onText: (piece) => (text += piece),
        });
        try {
          const phases = objectIn(await session.send("/stats"), "boot");
          const cycles = Object.keys(phases).reduce((sum, phase) => sum + numberIn(phases, phase), 0);
          context.diagnostic(`boot ${cycles} cycles, by phase ${JSON.stringify(phases)}`);
          const story = await runOnConsole(session, "soc", run);
          const reference = await openReference(defaultModel());
          const expected = await reference.run(run);
          assert.deepEqual([story.tokens, story.logitsHash], [expected.tokens, expected.logitsHash]);
          // Over one line the copy alone would take twice as many cycles as bits.
          const copied = readFileSync(defaultModel()).length + readFileSync(paths.stage1).length;
          assert.ok(
            numberIn(phases, "copy") < 8 * copied,
            `${numberIn(phases, "copy")} cycles to copy ${copied} bytes: over one line?`,
          );
        } finally {
          await session.close();
        }
        assert.doesNotMatch(text, /Flash [0-9a-f]{8}:/, "every board's part is known");
      } finally {
        folder.remove();
      }
    },
  );
}
