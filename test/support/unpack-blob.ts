/** Unpacks one gzipped layer: `node unpack-blob.ts FILE TARGET`. For tests that kill the process that unpacks. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { unpackLayers } from "../../src/image/layer/unpack.ts";
import { layerIn } from "./layers.ts";

const [file = "", target = ""] = process.argv.slice(2);
const stored = readFileSync(file);
await unpackLayers([layerIn(file, gunzipSync(stored), { stored })], target);
