// Damaged inputs where people meet them: one clear error with its code from the command line and on the SoC's console, never a hang,
// never text. That every kind of damage is found is shown beside the readers (models/, firmware/engine).
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { configurations } from "../boards/configuration.ts";
import { stage1Header } from "../boards/stage-header.ts";
import { defaultModel } from "../cli/options.ts";
import type { BuiltFlash } from "../cli/flash-image.ts";
import { sealContainer } from "../models/container.ts";
import { headerFields } from "../models/container/format.ts";
import { rawSafetensors } from "../models/testing/safetensors-file.ts";
import { writeRandomModel } from "../models/testing/random-model.ts";
import { bootFrom, buildFlash } from "./damaged-flash.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ternel } from "./ternel.ts";
import { skipWithout, socTools } from "./tools.ts";

const minutes = 60_000;

/** Runs the command; its one error, the same for programs and for people. */
async function errorOf(args: readonly string[]): Promise<string> {
  const { status, json, complaints, output } = await ternel([...args, "--json"], { limit: 60 });
  const error = json["error"] as { code: string; message: string };
  assert.equal(status, 1, output);
  assert.ok(complaints.includes(`${error.code} ${error.message}\n`), complaints);
  assert.equal(output.trim().split("\n").length, 1);
  return error.code;
}

/** A header and data of a safetensors file, to be changed. */
function safetensorsParts(bytes: Uint8Array): {
  header: Record<string, { data_offsets: number[]; dtype: string; shape: number[] }>;
  data: Uint8Array;
} {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString("utf8")) as ReturnType<
    typeof safetensorsParts
  >["header"];
  return { header, data: bytes.subarray(8 + length) };
}

test("pack: damaged safetensors, tokenizer and config", { timeout: 5 * minutes }, async () => {
  const folder = temporaryFolder();
  const model = folder.path("model");
  try {
    writeRandomModel(model, { dimension: 10, intermediate: 15, layers: 1, vocabulary: 260, tokenCount: 260, seed: 1n });
    const files = {
      safetensors: join(model, "model.safetensors"),
      tokenizer: join(model, "tokenizer.json"),
      config: join(model, "config.json"),
    };
    const good = readFileSync(files.safetensors);
    const changed = (change: (parts: ReturnType<typeof safetensorsParts>) => void): Uint8Array => {
      const parts = safetensorsParts(Uint8Array.from(good));
      change(parts);
      return rawSafetensors(JSON.stringify(parts.header), parts.data);
    };
    const name = "model.layers.0.attn.i_proj.weight";
    const entry = (parts: ReturnType<typeof safetensorsParts>) => parts.header[name] ?? assert.fail(name);
    const absurd = Uint8Array.from(good);
    new DataView(absurd.buffer).setBigUint64(0, 2n ** 62n, true);

    const cases: readonly (readonly [keyof typeof files, Uint8Array | string, string])[] = [
      ["safetensors", good.subarray(0, 5), "E2001"],
      ["safetensors", absurd, "E2002"],
      ["safetensors", good.subarray(0, good.length - 7), "E2007"],
      [
        "safetensors",
        changed((parts) => {
          entry(parts).dtype = "I64";
        }),
        "E2006",
      ],
      [
        "safetensors",
        changed((parts) => {
          entry(parts).shape = [5, 10];
        }),
        "E2008",
      ],
      // f_proj claims the bytes of i_proj, which lies before it and has the same shape.
      [
        "safetensors",
        changed((parts) => {
          const other = parts.header["model.layers.0.attn.f_proj.weight"] ?? assert.fail("f_proj");
          other.data_offsets = entry(parts).data_offsets;
        }),
        "E2009",
      ],
      [
        "safetensors",
        changed((parts) => {
          parts.header[`${name}.renamed`] = entry(parts);
          Reflect.deleteProperty(parts.header, name);
        }),
        "E2012",
      ],
      [
        "safetensors",
        changed((parts) => {
          new DataView(parts.data.buffer, parts.data.byteOffset).setFloat32(0, NaN, true);
        }),
        "E2014",
      ],
      ["tokenizer", "{", "E2201"],
      ["tokenizer", '{"model":{"type":"Unigram"}}', "E2202"],
      ["config", '{"model_type":"llama"}', "E2102"],
    ];
    for (const [file, content, code] of cases) {
      const original = readFileSync(files[file]);
      writeFileSync(files[file], content);
      assert.equal(await errorOf(["pack", model, "-o", folder.path("out.tern")]), code);
      writeFileSync(files[file], original);
    }
    assert.equal(await errorOf(["pack", folder.path("nowhere"), "-o", folder.path("out.tern")]), "E4001");
    assert.equal((await ternel(["pack", model, "-o", folder.path("out.tern")])).status, 0);
  } finally {
    folder.remove();
  }
});

test("a damaged container has one code, whoever reads it", { timeout: 3 * minutes }, async () => {
  const folder = temporaryFolder();
  try {
    const good = readFileSync(defaultModel());
    const damaged = (offset: number) => {
      const copy = Uint8Array.from(good);
      copy[offset] = (copy[offset] ?? 0) ^ 0x10;
      return copy;
    };
    for (const [bytes, code] of [
      [damaged(0), "E1002"],
      [damaged(good.length >> 1), "E1203"],
      [good.subarray(0, good.length - 1), "E1204"],
      [new Uint8Array(10), "E1001"],
    ] as const) {
      const file = folder.path("damaged.tern");
      writeFileSync(file, bytes);
      assert.equal(await errorOf(["info", file]), code);
      for (const target of ["reference", "native"]) {
        assert.equal(await errorOf(["run", "--target", target, "--model", file, "--prompt", "a"]), code, target);
      }
    }
  } finally {
    folder.remove();
  }
});

const soc = { skip: skipWithout(...socTools), timeout: 30 * minutes };
let built: BuiltFlash;
before(async () => {
  if (soc.skip === false) built = await buildFlash("arty", defaultModel());
}, soc);

test("a damaged flash has its code on the SoC's console", soc, async () => {
  const { map } = configurations.arty.flash;
  const changed = (change: (model: Uint8Array, stage1: Uint8Array) => void) => {
    const image = Uint8Array.from(built.image);
    change(image.subarray(map.model.offset), image.subarray(map.slotA.offset, map.slotA.offset + map.slotA.bytes));
    return image;
  };
  const flip = (bytes: Uint8Array, offset: number) => {
    bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
  };
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ["no model", built.image.subarray(0, map.model.offset), "E1002"],
    [
      "model: magic",
      changed((model) => {
        flip(model, headerFields.magic.offset);
      }),
      "E1002",
    ],
    [
      "model: size",
      changed((model) => {
        flip(model, headerFields.totalBytes.offset);
      }),
      "E1202",
    ],
    [
      "model: a weight",
      changed((model) => {
        flip(model, model.length - 1000);
      }),
      "E1203",
    ],
    [
      "model: a table, with a hash that is right",
      changed((model) => {
        model.fill(0xff, 128, 132);
        sealContainer(model);
      }),
      "E1301",
    ],
    [
      "stage 1: magic",
      changed((_, stage1) => {
        flip(stage1, stage1Header.magic.offset);
      }),
      "E1501",
    ],
    [
      "stage 1: length",
      changed((_, stage1) => {
        stage1.fill(0xff, stage1Header.length.offset, stage1Header.length.offset + 4);
      }),
      "E1503",
    ],
    [
      "stage 1: of another build",
      changed((_, stage1) => {
        flip(stage1, stage1Header.buildId.offset);
      }),
      "E1504",
    ],
    [
      "stage 1: entry",
      changed((_, stage1) => {
        flip(stage1, stage1Header.entry.offset + 3);
      }),
      "E1505",
    ],
    [
      "stage 1: code",
      changed((_, stage1) => {
        flip(stage1, 2000);
      }),
      "E1506",
    ],
  ];
  for (const [name, image, code] of cases) {
    const { result, text } = await bootFrom("arty", image);
    assert.equal(result, code, `${name}:\n${text}`);
    // A bad model leaves a console without a model; a bad stage 1 leaves none.
    if (name.startsWith("stage 1")) assert.doesNotMatch(text, />>> /, name);
  }
});
