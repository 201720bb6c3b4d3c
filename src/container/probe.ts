import { closeSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { temporaryDirectory } from "../base/temporary.ts";
import { sysctlPath } from "../kernel/inside.ts";
import type { FileStatus, KernelFiles, Reading } from "../kernel/reading.ts";
import { viewProcess } from "../kernel/view.ts";
import type { ProcessView, Questions } from "../kernel/view-type.ts";
import type { ContainerId, Process } from "../oci/spec.ts";
import type { Runtime } from "../runtime/runtime.ts";

type Wish = Cancel & {
  readonly id: ContainerId;
  /** The container's own: the probe runs as its user, with its rights. */
  readonly process: Process | undefined;
  readonly questions: Questions;
};

/** Milliseconds. */
const patience = 20_000;

/**
 * The view of a container's first process as processes in the container read it: for runtimes whose processes are not this host's. Runs
 * `head`, `stat` and `ls` of the container, one after the other and each on all its files at once: gVisor does not always survive many
 * processes. Nothing is changed. Absent where the container lacks these programs, or does not answer in time.
 */
export async function viewInside(runtime: Runtime, wish: Wish): Promise<Reading<ProcessView>> {
  const { questions } = wish;
  const source = `${runtime.name} exec ${wish.id} head`;
  try {
    const answers = await readAll(runtime, wish);
    if (answers.texts.has("/proc/1/status"))
      return { source, ok: true, value: await viewProcess(1, { files: filesOf(answers), questions }) };
    return { source, ok: false, reason: "absent", detail: "it has no head(1), or no /proc" };
  } catch (error) {
    if (!(error instanceof OcilabError)) throw error;
    wish.signal?.throwIfAborted();
    return { source, ok: false, reason: "absent", detail: error.message };
  }
}

const texts = [
  ..."status stat cmdline environ mountinfo cgroup limits oom_score_adj uid_map gid_map setgroups personality"
    .split(" ")
    .map((name) => `/proc/1/${name}`),
  "/proc/1/attr/current",
  "/proc/sys/kernel/hostname",
  "/proc/sys/kernel/domainname",
];
const links = ["cwd", "root", "exe", "fd/0"].map((name) => `/proc/1/${name}`);

type Answers = {
  readonly texts: ReadonlyMap<string, string>;
  /** What `stat` prints of each path. */
  readonly statuses: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, readonly string[]>;
};

async function readAll(runtime: Runtime, wish: Wish): Promise<Answers> {
  const { paths = [], directories = [], sysctls = [] } = wish.questions;
  const files = [...texts, ...sysctls.flatMap((name) => sysctlPath(name) ?? [])];
  const steps = paths.flatMap((path) => {
    const names = posix.resolve("/", path).split("/").filter(Boolean);
    return names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
  });
  const places = [...new Set(["/", ...steps, ...links])];
  const run = (...args: readonly string[]) => printed(runtime, wish, args);
  return {
    texts: sectionsOf(await run("head", "-v", "-n", "100000", ...files)),
    statuses: linesOf(await run("stat", "-c", "%f %u %g %t %T %d %i %N %n", ...places), places),
    names: listsOf(directories.length === 0 ? "" : await run("ls", "-A1", ...directories)),
  };
}

/** What a program of the container prints, byte for byte as latin1; its exit code says only that some file was not there. */
async function printed(
  runtime: Runtime,
  { id, process, signal }: Wish,
  args: readonly string[],
): Promise<string> {
  const { terminal: _, consoleSize: __, ...own } = process ?? { cwd: "/" };
  await using place = temporaryDirectory(tmpdir());
  const output = join(place.path, "answers");
  const fd = openSync(output, "w");
  const limit = AbortSignal.timeout(patience);
  try {
    const signals = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    const streams = { stdin: "ignore", stdout: fd, stderr: "ignore", signal: signals } as const;
    await runtime.exec(id, { ...own, cwd: "/", args: [...args] }, streams);
  } finally {
    closeSync(fd);
  }
  return readFileSync(output, "latin1");
}

/** `head -v` puts "==> FILE <==" before each file and an empty line after it. */
function sectionsOf(text: string): Answers["texts"] {
  const parts = `\n${text}`.split(/\n==> (.*) <==\n/).slice(1);
  const rows = parts.flatMap((path, index) => {
    const content = parts[index + 1] ?? "";
    return index % 2 === 0 ? [[path, Buffer.from(content, "latin1").toString("utf8")] as const] : [];
  });
  return new Map(rows);
}

/** The line of each path that `stat` has found: it ends with the path. */
function linesOf(text: string, paths: readonly string[]): Answers["statuses"] {
  const lines = text.split("\n");
  return new Map(
    paths.flatMap((path) => {
      const line = lines.find((one) => one.endsWith(` ${path}`));
      return line === undefined ? [] : [[path, line.slice(0, -path.length - 1)] as const];
    }),
  );
}

/** `ls -A1` of several directories prints "DIRECTORY:" before the names of each. */
function listsOf(text: string): Answers["names"] {
  const lists = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("/") && line.endsWith(":")) {
      current = [];
      lists.set(line.slice(0, -1), current);
    } else if (line !== "") current.push(line);
  }
  return lists;
}

/** The answers as files of process 1. The namespaces that sysctls depend on are the probe's own: it was started in them. */
function filesOf({ texts: contents, statuses, names }: Answers): KernelFiles {
  const inside = (path: string): string =>
    path.replace(/^\/proc\/1\/root(?=\/|$)/, "").replace(/(?!^)\/+$/, "") || "/";
  return {
    readText: async (path) => contents.get(path) ?? missing(path),
    readLink: async (path) => {
      const [, type] = /^\/proc\/(?:1|self)\/ns\/(uts|ipc|net)$/.exec(path) ?? [];
      if (type !== undefined) return `${type}:[1]`;
      const [, target] =
        / -> ['`]?(.*?)'?$/.exec(statuses.get(path) ?? statuses.get(inside(path)) ?? "") ?? [];
      return target ?? missing(path);
    },
    list: async (path) => names.get(inside(path)) ?? missing(path),
    status: async (path) => statusOf(statuses.get(inside(path))),
  };
}

const kinds: Readonly<Record<number, Exclude<FileStatus["kind"], "absent">>> = {
  1: "fifo",
  2: "character",
  4: "directory",
  6: "block",
  8: "file",
  10: "link",
  12: "socket",
};

/** `stat -c '%f %u %g %t %T %d %i'`: mode and device numbers are hexadecimal (stat(1)). */
function statusOf(line: string | undefined): FileStatus {
  const [mode = "", uid, gid, major = "0", minor = "0", device = "0", inode = "0"] = (line ?? "")
    .trim()
    .split(" ");
  const bits = Number.parseInt(mode, 16);
  const kind = kinds[bits >> 12];
  if (kind === undefined) return { kind: "absent" };
  return {
    kind,
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    device: BigInt(device),
    inode: BigInt(inode),
    major: Number.parseInt(major, 16),
    minor: Number.parseInt(minor, 16),
  };
}

function missing(path: string): never {
  throw Object.assign(new Error(`ENOENT: the probe found no ${path}`), { code: "ENOENT" });
}
