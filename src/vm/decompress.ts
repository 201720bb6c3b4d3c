import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { OcilabError } from "../base/errors.ts";
import { startProgram } from "../base/process.ts";

type Compression = { readonly name: "gzip" | "zstd" | "xz" | "lz4"; readonly magic: readonly number[] };

const compressions: readonly Compression[] = [
  { name: "gzip", magic: [0x1f, 0x8b, 0x08] },
  { name: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: "xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: "lz4", magic: [0x02, 0x21, 0x4c, 0x18] },
];

/**
 * The content of a compressed kernel or module; data in no known format comes back as it is. gzip and zstd by Node, xz and lz4 by their programs (error "host.program-missing").
 */
export async function decompress(data: Uint8Array): Promise<Uint8Array> {
  const found = compressions.find(({ magic }) => magic.every((byte, index) => data[index] === byte));
  switch (found?.name) {
    case undefined:
      return data;
    case "gzip":
      return gunzipSync(data);
    case "zstd":
      return zstdDecompressSync(data);
    case "xz":
    case "lz4":
      return await throughProgram(found.name, data);
  }
}

async function throughProgram(name: "xz" | "lz4", input: Uint8Array): Promise<Uint8Array> {
  const { child } = await startProgram(name, ["-dcq"], { input, encoding: "buffer", maxBuffer: 1 << 30 });
  const { stdout, exitCode, stderr } = await child;
  if (stdout instanceof Uint8Array && stdout.length > 0) return stdout;
  throw new OcilabError("host.program-missing", {
    doing: `decompress with ${name}`,
    got: exitCode === undefined ? "there is no such program in PATH" : String(stderr),
    hint: `install the Debian package ${name === "xz" ? "xz-utils" : "lz4"}`,
  });
}
