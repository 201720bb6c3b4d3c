import { elfSection } from "./elf.ts";

/** What a kernel module says of itself: the modules it needs first, and the names under which the kernel asks for it. */
export type ModuleFacts = { readonly depends: readonly string[]; readonly aliases: readonly string[] };

/** Modules by their name (underscores, never dashes), each with the path of its file below the modules directory. */
export type ModuleTable = ReadonlyMap<string, ModuleFacts & { readonly path: string }>;

/** A module's name from its file's: "drivers/net/virtio-net.ko.xz" is virtio_net. Undefined for a file that is no module. */
export function moduleName(path: string): string | undefined {
  const [, base] = /([^/]+)\.ko(?:\.(?:xz|zst|gz))?$/.exec(path) ?? [];
  return base?.replaceAll("-", "_");
}

/** Read the .modinfo section of an uncompressed module: NAME=VALUE texts, each ended by a zero byte. A file without one says nothing. */
export function readModuleFacts(file: Uint8Array): ModuleFacts {
  const section = elfSection(file, ".modinfo");
  const lines = section === undefined ? [] : Buffer.from(section).toString("latin1").split("\0");
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const depends = values("depends")
    .flatMap((value) => value.split(","))
    .filter(Boolean);
  return { depends: depends.map((name) => name.replaceAll("-", "_")), aliases: values("alias") };
}

/**
 * The order in which to load `wanted` so that every module comes after those it needs, each once. Names that the table lacks are left out:
 * they are built into the kernel (or the kernel will say what it misses).
 */
export function loadOrder(
  wanted: readonly string[],
  table: ReadonlyMap<string, ModuleFacts>,
): readonly string[] {
  const order = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const module = table.get(name);
    if (module === undefined || seen.has(name)) return;
    seen.add(name);
    for (const one of module.depends) visit(one);
    order.add(name);
  };
  for (const name of wanted) visit(name);
  return [...order];
}

/** The text of modules.dep: `PATH: PATH...`, what a module needs, nearest first, as depmod(8) writes it and modprobe reads it. */
export function dependencyText(table: ModuleTable): string {
  const pathOf = (name: string) => table.get(name)?.path ?? name;
  const line = (name: string, path: string) => {
    const needed = loadOrder([name], table)
      .filter((one) => one !== name)
      .reverse();
    return `${path}:${needed.map((one) => ` ${pathOf(one)}`).join("")}\n`;
  };
  return [...table].map(([name, { path }]) => line(name, path)).join("");
}

/** The text of modules.alias without the aliases of hardware, which no virtual machine has ("pci:…", "usb:…"). */
export function aliasText(table: ModuleTable): string {
  const lines = [...table].flatMap(([name, { aliases }]) =>
    aliases.filter((alias) => !isHardware(alias)).map((alias) => `alias ${alias} ${name}\n`),
  );
  return lines.join("");
}

function isHardware(alias: string): boolean {
  return /^[a-z0-9_]+:/i.test(alias) && !/^(virtio|devname|cpu):/.test(alias);
}

/**
 * The module without its signature, which is appended after its last section (kernel: Documentation/admin-guide/module-signing.rst).
 * Checking an RSA signature costs an emulated machine more than all else about loading a module.
 */
export function withoutSignature(file: Uint8Array): Uint8Array {
  const magic = Buffer.from("~Module signature appended~\n");
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!bytes.subarray(-magic.length).equals(magic)) return file;
  const descriptor = bytes.length - magic.length - 12;
  return file.subarray(0, descriptor - bytes.readUInt32BE(descriptor + 8));
}
