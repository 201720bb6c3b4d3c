import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startProgram } from "../base/process.ts";
import { decompress } from "./decompress.ts";
import { aliasText, dependencyText, type ModuleFacts, moduleName, readModuleFacts } from "./modules.ts";

/** Modules that the machine needs before it can see the host's root; those built into a kernel are passed over. */
export const bootModules = ["virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay", "vmgenid"];

/**
 * Copy from a kernel's modules what a virtual machine can use, with whatever that needs, and write modules.dep and modules.alias beside it,
 * in the text form that busybox's modprobe reads. Drivers of real hardware, nine tenths of a kernel package, stay behind.
 */
export async function copyModules(from: string, to: string): Promise<void> {
  const files = moduleFiles(from);
  const table = new Map<string, ModuleFacts & { readonly path: string }>();
  let wanted = [...files.keys()].filter(
    (name) => bootModules.includes(name) || isUseful(files.get(name) ?? ""),
  );
  while (wanted.length > 0) {
    const paths = wanted.flatMap((name) => files.get(name) ?? []);
    const facts = await readFacts(from, paths);
    for (const [path, one] of facts) table.set(moduleName(path) ?? path, { path, ...one });
    const needed = new Set([...facts.values()].flatMap(({ depends }) => depends));
    wanted = [...needed].filter((name) => files.has(name) && !table.has(name));
  }
  for (const { path } of table.values()) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(from, path), join(to, path));
  }
  writeFileSync(join(to, "modules.dep"), dependencyText(table));
  writeFileSync(join(to, "modules.alias"), aliasText(table));
  if (existsSync(join(from, "modules.builtin")))
    copyFileSync(join(from, "modules.builtin"), join(to, "modules.builtin"));
}

/** The uncompressed content of some modules of a directory, by path. Those packed with xz go through one program together. */
export async function readModules(
  directory: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const packed = paths.filter((path) => path.endsWith(".xz"));
  const read = new Map(packed.length > 0 ? await unpackTogether(directory, packed) : []);
  for (const path of paths.filter((one) => !one.endsWith(".xz")))
    read.set(path, await decompress(readFileSync(join(directory, path))));
  return read;
}

async function readFacts(
  directory: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, ModuleFacts>> {
  const facts = new Map<string, ModuleFacts>();
  const most = 200;
  for (let start = 0; start < paths.length; start += most) {
    const batch = await readModules(directory, paths.slice(start, start + most));
    for (const [path, content] of batch) facts.set(path, readModuleFacts(content));
  }
  return facts;
}

async function unpackTogether(
  directory: string,
  paths: readonly string[],
): Promise<readonly (readonly [string, Uint8Array])[]> {
  const options = { cwd: directory, maxBuffer: 1 << 30 };
  const listing = await (await startProgram("xz", ["--robot", "--list", "--", ...paths], options)).child;
  const sizes = [...String(listing.stdout).matchAll(/^file\t\d+\t\d+\t\d+\t(\d+)/gm)].map(([, size]) =>
    Number(size),
  );
  const unpacked = await (
    await startProgram("xz", ["-dcq", "-T0", "--", ...paths], { ...options, encoding: "buffer" })
  ).child;
  const content = unpacked.stdout instanceof Uint8Array ? unpacked.stdout : new Uint8Array();
  let start = 0;
  return paths.map((path, index) => {
    const end = start + (sizes[index] ?? 0);
    const one = content.subarray(start, end);
    start = end;
    return [path, one] as const;
  });
}

function moduleFiles(directory: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(directory, "kernel"), { recursive: true, encoding: "utf8" });
  const rows = names.flatMap((path) => {
    const name = moduleName(path);
    return name === undefined ? [] : [[name, `kernel/${path}`] as const];
  });
  return new Map(rows);
}

function isUseful(path: string): boolean {
  return /^kernel\/(arch|block|crypto|fs|ipc|kernel|lib|mm|net|security|drivers\/(block|char|dax|md|vhost|virt|virtio))\/|^kernel\/drivers\/net\/(ipvlan\/|vxlan\/|wireguard\/|bonding\/|team\/|[^/]+$)/.test(
    path,
  );
}
