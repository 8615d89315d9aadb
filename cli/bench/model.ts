// The models that benches run: a file, or one of the public sizes with random weights, which is made once.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readHeader } from "../../models/container.ts";
import { publicContainer, publicShapes, type PublicShapeName } from "../../models/testing/public-shapes.ts";
import { existing } from "../options.ts";
import { projectRoot } from "../paths.ts";

/** A container to measure. */
export interface BenchModel {
  readonly file: string;
  /** "370M", or the file's name. */
  readonly shape: string;
  readonly vocabulary: number;
  readonly layers: number;
  readonly startToken: number;
  /** Bytes of all matrices: what a token reads of weights. */
  readonly weightBytes: number;
  /** Those of them that belong to the head. */
  readonly headBytes: number;
}

/** A model of a public size; its file lies in build/shapes. */
export function shapeModel(name: PublicShapeName): BenchModel {
  return described(publicContainer(name, join(projectRoot, "build/shapes")), name);
}

export function fileModel(path: string): BenchModel {
  return described(existing(path), basename(path, ".tern"));
}

function described(file: string, shape: string): BenchModel {
  const { header, layout } = readHeader(readFileSync(file));
  const bytesOf = (wanted: (name: string) => boolean): number =>
    [...layout.places].filter(([name]) => wanted(name)).reduce((sum, [, place]) => sum + place.bytes, 0);
  return {
    file,
    shape,
    vocabulary: header.vocabulary,
    layers: header.layers,
    startToken: header.startToken,
    weightBytes: bytesOf((name) => name.includes("matrix")),
    headBytes: bytesOf((name) => name === "head.matrix"),
  };
}

export const shapeNames = Object.keys(publicShapes) as PublicShapeName[];
