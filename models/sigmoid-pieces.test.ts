import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluatePiece, pieceNumber, roundingBias, sigmoidPieces } from "./sigmoid-pieces.ts";
import { sigmoidTable } from "./tables.ts";

test("the pieces give every entry of the sigmoid's table, and the one behind it", () => {
  const pieces = sigmoidPieces(sigmoidTable);
  assert.equal(pieces.length, 32);
  for (let k = 0; k < 960; k++) {
    const piece = pieces[pieceNumber(k + 64)];
    assert.ok(piece !== undefined);
    assert.equal(evaluatePiece(piece, k + 64) - roundingBias, sigmoidTable[k], `T[${k}]`);
    assert.equal(evaluatePiece(piece, k + 65) - roundingBias, sigmoidTable[k + 1], `T[${k + 1}] behind T[${k}]`);
  }
  for (const coefficient of pieces.flat()) assert.equal(coefficient, Math.fround(coefficient));
  // Behind the last piece the table does not change.
  assert.ok(sigmoidTable.subarray(959).every((entry) => entry === 32768));
});
