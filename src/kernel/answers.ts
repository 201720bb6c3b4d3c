import { posix } from "node:path";
import { attempt, readWhole } from "./read.ts";
import type { FileStatus, KernelFiles, Reading } from "./reading.ts";
import type { Answers, PathView, Questions } from "./view-type.ts";

/** Answer the questions that the host's files can answer; sysctls are read inside (inside.ts). */
export async function readAnswers(
  files: KernelFiles,
  options: { readonly pid: number; readonly questions: Questions },
): Promise<Omit<Answers, "sysctls">> {
  const { pid, questions } = options;
  const paths = await each(questions.paths, (path) => lookUpInside(files, { pid, path }));
  return {
    namespacePaths: await each(questions.namespacePaths, (path) => readNamespaceFile(files, path)),
    paths,
    directories: await each(questions.directories, (path) => countNames(files, { pid, path: paths[path] })),
    hostFiles: await each(questions.hostFiles, (path) => readWhole(files, path)),
    hostPaths: await each(questions.hostPaths, (path) =>
      attempt(`${path} (stat)`, () => files.status(path, { follow: true })),
    ),
  };
}

async function each<T>(
  keys: readonly string[] | undefined,
  read: (key: string) => Promise<T>,
): Promise<Readonly<Record<string, T>>> {
  const rows: (readonly [string, T])[] = [];
  for (const key of new Set(keys)) rows.push([key, await read(key)]);
  return Object.fromEntries(rows);
}

/** The inode of the namespace that a path names: a link of /proc/PID/ns or a file that one is bind-mounted on. */
async function readNamespaceFile(files: KernelFiles, path: string): Promise<Reading<number>> {
  const status = await attempt(`${path} (stat)`, () => files.status(path, { follow: true }));
  if (!status.ok) return status;
  if (status.value.kind === "absent")
    return { source: status.source, ok: false, reason: "absent", detail: "there is no such file" };
  return { source: status.source, ok: true, value: Number(status.value.inode) };
}

/** What is at a path of a process's root directory. Links are followed inside it and never lead out. Never rejects. */
export async function lookUpInside(
  files: KernelFiles,
  options: { readonly pid: number; readonly path: string },
): Promise<Reading<PathView>> {
  const root = `/proc/${options.pid}/root`;
  return attempt(`${root}${posix.resolve("/", options.path)} (lstat)`, () =>
    resolveInside(files, root, options.path),
  );
}

/** How many names are in a directory whose links are followed already. */
async function countNames(
  files: KernelFiles,
  { pid, path }: { readonly pid: number; readonly path: Reading<PathView> | undefined },
): Promise<Reading<number>> {
  if (path === undefined)
    return { source: "none", ok: false, reason: "absent", detail: "it was not looked up" };
  if (!path.ok) return path;
  const directory = `/proc/${pid}/root${path.value.resolved}`;
  return attempt(`${directory} (readdir)`, async () => (await files.list(directory)).length);
}

/** As many links as the kernel itself follows (path_resolution(7)). */
const mostLinks = 40;

/**
 * Walk `path` below `root` one name at a time and follow links by their text, so that an absolute link or ".." of the container cannot
 * lead the reader into the host's files. A link in the last place is followed too, unless it dangles.
 */
async function resolveInside(files: KernelFiles, root: string, path: string): Promise<PathView> {
  let waiting = namesOf(path);
  let resolved: readonly string[] = [];
  let status: FileStatus = await files.status(`${root}/`);
  for (let links = 0; waiting.length > 0; ) {
    const [name = "", ...rest] = waiting;
    waiting = rest;
    if (name === "..") {
      resolved = resolved.slice(0, -1);
      status = await files.status(`${root}/${resolved.join("/")}`);
      continue;
    }
    const next = [...resolved, name];
    status = await files.status(`${root}/${next.join("/")}`);
    if (status.kind === "link" && links++ < mostLinks) {
      const target = await files.readLink(`${root}/${next.join("/")}`);
      waiting = [...namesOf(target), ...waiting];
      resolved = target.startsWith("/") ? [] : resolved;
      continue;
    }
    resolved = next;
    if (status.kind === "absent") return { resolved: `/${[...resolved, ...waiting].join("/")}`, status };
  }
  return { resolved: `/${resolved.join("/")}`, status };
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
