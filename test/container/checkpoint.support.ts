import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { criuFolder, newerRuntime, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";

/** Those that can have criu work for them: crun 1.8.1 is built without. crun 1.28 restores masked directories in its default root alone. */
export const saving = [
  { title: "runc", runtime: "runc", root: [], needs: ["runc"] },
  { title: "runc of sid", runtime: newerRuntime("sid", "runc"), root: [], needs: ["runtimes of sid"] },
  {
    ...{ title: "crun of sid", runtime: newerRuntime("sid", "crun"), root: ["--root", "/run/crun"] },
    needs: ["runtimes of sid", "criu"],
  },
] as const;

/** Prints 1, 2, 3, … and writes it into /tmp/count; ends with 7 when it is asked to. */
export const counter = [
  ...["sh", "-c"],
  "trap 'exit 7' TERM; i=0; while :; do i=$((i+1)); echo $i; echo $i > /tmp/count; sleep 0.05; done",
] as const;

export type Desk = ReturnType<typeof deskAt>;

/** An ocilab with its own home below `place`, whose criu is one that works here. */
export function deskAt(place: string) {
  const home = join(place, "home");
  mkdirSync(home);
  const before = process.env["PATH"] ?? "";
  const path = [criuFolder() ?? "/nonexistent", before].join(delimiter);
  process.env["PATH"] = path;
  const ocilab = ocilabIn(home);
  process.env["PATH"] = before;
  const bin = join(repository, "bin/ocilab");
  const env = { ...process.env, PATH: path, OCILAB_HOME: home, NO_COLOR: "1" };
  return {
    ...{ home, ocilab },
    /** Run it with no streams at all, as a container's that is to be saved without a keeper. */
    silent: (words: readonly string[]) => spawnSync(bin, words, { env, stdio: "ignore" }).status,
    /** Start it and go on. */
    start: (words: readonly string[]) => spawn(bin, words, { env, stdio: "ignore" }),
    /** The numbers that a kept counter has printed. */
    async counted(id: string): Promise<readonly number[]> {
      const { stdout } = await ocilab(["logs", id]);
      return stdout.trim().split(/\s+/).map(Number);
    },
    async pid(id: string): Promise<number> {
      return (JSON.parse((await ocilab(["state", id])).stdout) as { pid: number }).pid;
    },
    record: (id: string) =>
      JSON.parse(readFileSync(join(home, "containers", `${id}.json`), "utf8")) as Readonly<
        Record<string, unknown>
      >,
    /** Records, logs and bundles that are still there, and cgroups, of these ids. */
    left: (...ids: readonly string[]): readonly string[] => [
      ...[...namesIn(join(home, "containers")), ...namesIn(join(home, "bundles"))].filter((name) =>
        ids.some((id) => name === id || name.startsWith(`${id}.`)),
      ),
      ...cgroupsOf(ids),
    ],
  };
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).filter((name) => !name.startsWith(".")) : [];
}

/** At the top of every hierarchy: there is where these runtimes put them. */
function cgroupsOf(ids: readonly string[]): readonly string[] {
  const top = "/sys/fs/cgroup";
  const roots = existsSync(join(top, "cgroup.controllers"))
    ? [top]
    : readdirSync(top).map((name) => join(top, name));
  return roots.flatMap((root) => ids.map((id) => join(root, id))).filter((path) => existsSync(path));
}
