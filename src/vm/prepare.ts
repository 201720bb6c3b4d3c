import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { runProgram } from "../base/process.ts";
import { sweepTemporary, temporaryDirectory } from "../base/temporary.ts";
import { printable, quote } from "../base/text.ts";
import { decompress } from "./decompress.ts";
import { needsInterpreter } from "./elf.ts";
import { readKernelImage } from "./kernel-image.ts";
import { lockFile } from "./lock.ts";
import { copyModules } from "./module-index.ts";
import type { KernelChoice, MachineOptions } from "./options.ts";
import { openPackages, ownSuite, type Packages } from "./packages.ts";

/** A kernel ready to boot: a directory of the cache with vmlinux, busybox and, unless all is built in, modules/. */
export type Kernel = {
  readonly directory: string;
  /** `uname -r`. */
  readonly release: string;
  /** The .deb or the file it was made from. */
  readonly from: string;
  readonly modules: boolean;
  /** sha256 of vmlinux, busybox and the modules' index. */
  readonly hash: string;
};

/**
 * The prepared kernel for a choice, made now if it is not there: a package is fetched (see `openPackages`) and unpacked, its kernel decompressed,
 * so that QEMU need not emulate that, and the modules a machine can use are indexed. `renew` asks apt whether there is a newer one.
 * Idempotent; of two processes at once one works and the other waits; what appears in the cache is whole. Errors: "vm.prepare", "vm.no-kernel".
 */
export async function prepareKernel(options: MachineOptions & { readonly renew?: boolean }): Promise<Kernel> {
  const { cache, kernel: choice, renew = false } = options;
  const known = renew ? undefined : knownKernel(cache, choice);
  if (known !== undefined) return known;
  await using _lock = await lockFile(join(cache, "lock"), options);
  const meanwhile = renew ? undefined : knownKernel(cache, choice);
  if (meanwhile !== undefined) return meanwhile;
  options.onNote?.(
    `preparing the kernel ${choice.kind === "file" ? choice.path : `${choice.name} of ${choice.suite}`} once`,
  );
  sweepTemporary(cache);
  return choice.kind === "file"
    ? await prepareFile(choice.path, options)
    : await preparePackage(choice, options);
}

/** The kernel of a choice if it has been prepared. A file counts as prepared while neither its size nor its time change. */
export function knownKernel(cache: string, choice: KernelChoice): Kernel | undefined {
  const record = choice.kind === "package" ? readJson(choiceFile(cache, choice)) : undefined;
  const name =
    choice.kind === "file" ? fileKey(choice.path) : (record as { kernel?: string } | undefined)?.kernel;
  return name === undefined ? undefined : readKernel(join(cache, "kernels", name));
}

async function preparePackage(
  choice: KernelChoice & { readonly kind: "package" },
  options: MachineOptions,
): Promise<Kernel> {
  const { cache, signal } = options;
  const packages = await openPackages(choice.suite, { cache, signal });
  const name = await packages.resolve(choice.name, /^linux-image-\d/);
  const key = `${name}_${await packages.version(name)}`;
  const kernel =
    readKernel(join(cache, "kernels", key)) ?? (await unpackKernel(name, { key, packages, options }));
  mkdirSync(dirname(choiceFile(cache, choice)), { recursive: true });
  writeWhole(choiceFile(cache, choice), JSON.stringify({ kernel: key }));
  return kernel;
}

type Unpacking = { readonly key: string; readonly packages: Packages; readonly options: MachineOptions };

async function unpackKernel(name: string, { key, packages, options }: Unpacking): Promise<Kernel> {
  // Since Linux 7 Debian ships the image and its modules in packages of their own, which this one depends on.
  const names = [name, ...(await packages.parts(name, /^linux-(binary|modules)-\d/))];
  const debs: string[] = [];
  for (const one of names) debs.push(await packages.fetch(one));
  await using work = temporaryDirectory(options.cache);
  const tree = join(work.path, "tree");
  for (const deb of debs) await unpackDeb(deb, tree, options);
  const busybox = () => packages.fetch("busybox-static");
  const parts = { work: work.path, key, from: key, busybox, options };
  const kernel = await assemble(imageIn(tree, name), parts);
  // What was fetched is unpacked now; only a download that was cut is worth keeping.
  for (const deb of debs) rmSync(deb);
  return kernel;
}

/** The kernel in an unpacked package: in /boot, or beside its modules. */
function imageIn(tree: string, name: string): string {
  const folders = ["boot", "usr/lib/modules", "lib/modules"]
    .map((path) => join(tree, path))
    .filter((path) => existsSync(path));
  const files = folders.flatMap((path) =>
    readdirSync(path, { recursive: true, encoding: "utf8" }).map((one) => join(path, one)),
  );
  const image = files.find((path) => /^vmlinuz/.test(basename(path)));
  if (image !== undefined) return image;
  throw new OcilabError("vm.prepare", {
    doing: `unpack ${quote(name)}`,
    got: "it holds no file named vmlinuz",
  });
}

async function prepareFile(given: string, options: MachineOptions): Promise<Kernel> {
  const path = resolve(given);
  if (!existsSync(path)) throw noKernel(path, "there is no such file");
  await using work = temporaryDirectory(options.cache);
  const busybox = async () => await (await openPackages(ownSuite(), options)).fetch("busybox-static");
  return await assemble(path, { work: work.path, key: fileKey(path) ?? "", from: path, busybox, options });
}

type Parts = Pick<Unpacking, "key" | "options"> & {
  readonly work: string;
  readonly from: string;
  readonly busybox: () => Promise<string>;
};

/** Put a kernel's parts into WORK/kernel and move that to its place in one step. */
async function assemble(path: string, { work, key, from, busybox, options }: Parts): Promise<Kernel> {
  const file = readFileSync(path);
  const image = readKernelImage(file);
  if (image === undefined)
    throw noKernel(path, "it is no Linux kernel: neither a bzImage, an ELF file nor an arm64 Image");
  const made = join(work, "kernel");
  mkdirSync(made);
  writeFileSync(join(made, "vmlinux"), image.kind === "bzImage" ? await decompress(image.payload) : file);
  const modules = modulesBeside(path, image.release);
  if (modules !== undefined) await copyModules(modules, join(made, "modules"));
  copyFileSync(hostBusybox() ?? (await busyboxOf(await busybox(), work, options)), join(made, "busybox"));
  const hash = hashOf(["vmlinux", "busybox", "modules/modules.dep"].map((name) => join(made, name)));
  const record = { hash, release: image.release ?? "unknown", from, modules: modules !== undefined };
  writeFileSync(join(made, "kernel.json"), JSON.stringify(record));
  options.signal?.throwIfAborted();
  const directory = join(options.cache, "kernels", key);
  mkdirSync(dirname(directory), { recursive: true });
  renameSync(made, directory);
  return { directory, ...record };
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths.filter((one) => existsSync(one))) hash.update(readFileSync(path));
  return hash.digest("hex");
}

/** Where a kernel's modules lie: in the package it was unpacked from, else where this host has them. */
function modulesBeside(path: string, release: string | undefined): string | undefined {
  if (release === undefined) return undefined;
  if (existsSync(join(dirname(path), "kernel"))) return dirname(path);
  const roots = [join(dirname(path), ".."), join(dirname(path), "../usr"), "/", "/usr"];
  return roots
    .map((root) => join(root, "lib/modules", release))
    .find((one) => existsSync(join(one, "kernel")));
}

function hostBusybox(): string | undefined {
  return ["/bin/busybox", "/usr/bin/busybox"].find(
    (path) => existsSync(path) && !needsInterpreter(readFileSync(path)),
  );
}

async function busyboxOf(deb: string, work: string, cancel: Cancel): Promise<string> {
  const tree = join(work, "busybox");
  await unpackDeb(deb, tree, cancel);
  return (
    ["bin/busybox", "usr/bin/busybox"].map((path) => join(tree, path)).find((path) => existsSync(path)) ??
    tree
  );
}

async function unpackDeb(deb: string, tree: string, { signal }: Cancel): Promise<void> {
  const { exitCode, stderr } = await runProgram("dpkg-deb", ["-x", deb, tree], { signal, package: "dpkg" });
  if (exitCode !== 0)
    throw new OcilabError("vm.prepare", {
      doing: `unpack ${quote(basename(deb))}`,
      got: printable(stderr.trim()),
    });
}

function readKernel(directory: string): Kernel | undefined {
  const record = readJson(join(directory, "kernel.json"));
  return record === undefined ? undefined : { directory, ...(record as Omit<Kernel, "directory">) };
}

function fileKey(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { size, mtimeMs } = statSync(path);
  return `file-${createHash("sha256")
    .update(`${resolve(path)}\0${size}\0${mtimeMs}`)
    .digest("hex")
    .slice(0, 16)}`;
}

function choiceFile(cache: string, { name, suite }: KernelChoice & { readonly kind: "package" }): string {
  return join(cache, "choices", `${name}@${suite}.json`);
}

function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

function noKernel(path: string, got: string): OcilabError {
  return new OcilabError("vm.no-kernel", {
    doing: `use ${quote(path)} as the machine's kernel`,
    got,
    hint: "ocilab vm prepare fetches one",
  });
}
