import { test } from "node:test";
import { elaborate, simulate } from "../../../gen/index.ts";
import { randomCommand, vectorOperations } from "./testing/random-command.ts";
import { VectorScenario } from "./testing/vector-scenario.ts";
import { vectorUnit } from "./vector-unit.ts";

const shapes: readonly (readonly [portBytes: number, vectorLanes: number, columns: number])[] = [
  [16, 4, 1],
  [8, 4, 1],
  [8, 2, 4],
  [16, 8, 4],
  [32, 8, 1],
  [32, 2, 1],
  [32, 4, 8],
  [64, 16, 2],
];

for (const [portBytes, vectorLanes, columns] of shapes) {
  const vectorElements = columns > 1 ? 192 : 256;
  const parameters = { portBytes, vectorLanes, columns, vectorElements, activationBytes: 128, stateElements: 128 };
  const simulation = simulate(elaborate(vectorUnit(parameters)));

  for (const [stall, seed] of [
    [0, 1],
    [0.4, 2],
  ] as const) {
    test(`${portBytes} bytes, ${vectorLanes} lanes, ${columns} columns: random commands, stalls ${stall}`, async () => {
      await simulation.run(async (tb) => {
        const scenario = new VectorScenario(tb, parameters, { stall, seed });
        const { random } = scenario;
        await scenario.fillBanks();
        for (let round = 0; round < 4 * vectorOperations.length; round++) {
          const name = vectorOperations[round % vectorOperations.length] ?? "SQUARES";
          const command = randomCommand(random, parameters, name, vectorElements / 2);
          if (name === "UPDATE" || random.chance(0.7)) await scenario.fill(command);
          await scenario.run(command);
        }
      });
    });
  }
}
