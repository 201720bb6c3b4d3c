import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bootModules, readModules } from "./module-index.ts";
import { loadOrder, moduleName, withoutSignature } from "./modules.ts";
import { type ArchiveEntry, writeArchive } from "./newc.ts";

/** The applets of busybox that vm/init.sh and vm/job.sh call. */
const applets =
  "cat chmod chown chroot cp date env hostname ifconfig insmod kill ln mkdir mkfifo mount poweroff printf rm route setsid sh sleep stty su switch_root sync tty umount uname".split(
    " ",
  );

/**
 * The initramfs for a prepared kernel: busybox, vm/init.sh as PID 1, vm/job.sh, and the first modules in load order. It is written once for
 * each version of the scripts, under a name that holds their hash; returns its path.
 */
export async function initramfs(kernel: string, scripts: Scripts): Promise<string> {
  const hash = createHash("sha256")
    .update(scripts.init)
    .update("\0")
    .update(scripts.job)
    .digest("hex")
    .slice(0, 16);
  const path = join(kernel, `initramfs-${hash}.cpio`);
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, writeArchive(await entries(kernel, scripts)));
  renameSync(unfinished, path);
  return path;
}

/** The texts of vm/init.sh and vm/job.sh. */
export type Scripts = { readonly init: string; readonly job: string };

/** Read the scripts from the folder vm/ of the package, which lies beside dist/ as beside src/. */
export function readScripts(): Scripts {
  const folder = ["../vm", "../../vm"]
    .map((path) => join(import.meta.dirname, path))
    .find((path) => existsSync(join(path, "init.sh")));
  const text = (name: string) => readFileSync(join(folder ?? import.meta.dirname, name), "utf8");
  return { init: text("init.sh"), job: text("job.sh") };
}

async function entries(kernel: string, scripts: Scripts): Promise<readonly ArchiveEntry[]> {
  const modules = await firstModules(join(kernel, "modules"));
  return [
    ...["bin", "dev", "modules", "proc", "sys"].map((path) => ({ kind: "directory", path }) as const),
    { kind: "device", path: "dev/console", mode: 0o600, major: 5, minor: 1 },
    { kind: "file", path: "bin/busybox", content: readFileSync(join(kernel, "busybox")), mode: 0o755 },
    ...applets.map((name) => ({ kind: "link", path: `bin/${name}`, target: "busybox" }) as const),
    { kind: "file", path: "init", content: Buffer.from(scripts.init), mode: 0o755 },
    { kind: "file", path: "job.sh", content: Buffer.from(scripts.job) },
    ...modules,
  ];
}

/** The boot modules and what they need, numbered so that a shell's `*` lists them in load order. */
async function firstModules(directory: string): Promise<readonly ArchiveEntry[]> {
  if (!existsSync(join(directory, "modules.dep"))) return [];
  const needs = readDependencies(readFileSync(join(directory, "modules.dep"), "utf8"));
  const order = loadOrder(bootModules, needs).flatMap((name) => needs.get(name)?.path ?? []);
  const contents = await readModules(directory, order);
  return order.map((path, index) => ({
    kind: "file",
    path: `modules/${String(index).padStart(2, "0")}-${basename(path).replace(/\.ko.*$/, "")}.ko`,
    content: withoutSignature(contents.get(path) ?? new Uint8Array()),
  }));
}

function readDependencies(text: string) {
  const rows = text.split("\n").flatMap((line) => {
    const [path = "", needed = ""] = line.split(":");
    const name = moduleName(path);
    const depends = needed.split(" ").flatMap((one) => moduleName(one) ?? []);
    return name === undefined ? [] : [[name, { path, depends, aliases: [] }] as const];
  });
  return new Map(rows);
}
