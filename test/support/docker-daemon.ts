import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { startProgram } from "../../src/base/process.ts";
import { must } from "./images.ts";
import { peer } from "./needs.ts";

/** What `dockerSave` does: load one archive, save these names into another. */
export type DockerSave = {
  readonly load: string;
  readonly save: string;
  readonly names: readonly string[];
  /** An existing directory for the daemon's files. */
  readonly directory: string;
  /** "vfs" is docker's own graph driver, "containerd" the image store that is the default from docker 29 on. */
  readonly store: "vfs" | "containerd";
};

/**
 * A private dockerd (network namespace, data, socket and pidfile of its own, all below `directory`) loads an archive, saves it again and ends.
 * Takes about 2 s. Needs root, the peers and unshare.
 */
export async function dockerSave({ load, save, names, directory, store }: DockerSave): Promise<void> {
  const home = join(directory, "dockerd");
  mkdirSync(home);
  const socket = `unix://${home}/socket`;
  const env = { ...process.env, PATH: `${dirname(peer("dockerd"))}:${process.env["PATH"] ?? ""}` };
  const apart = ["--net", "--mount", "--propagation", "slave", peer("dockerd")];
  const { child } = await startProgram("unshare", [...apart, "-H", socket, ...daemonFlags(home, store)], {
    env,
    extendEnv: false,
    stdio: "ignore",
  });
  try {
    const docker = (...args: string[]) => must(peer("docker"), ["-H", socket, ...args], { env });
    await answers(() => docker("version"), `${home}/socket`);
    await docker("load", "-i", load);
    await docker("save", "-o", save, ...names);
  } finally {
    child.kill("SIGTERM");
    await child;
  }
}

function daemonFlags(home: string, store: DockerSave["store"]): readonly string[] {
  const places = { "data-root": "data", "exec-root": "exec", pidfile: "pid" };
  const driver = { vfs: "vfs", containerd: "native" }[store];
  return [
    ...Object.entries(places).map(([flag, name]) => `--${flag}=${home}/${name}`),
    ...[`--storage-driver=${driver}`, `--feature=containerd-snapshotter=${store === "containerd"}`],
    ...["--iptables=false", "--ip6tables=false", "--bridge=none"],
  ];
}

async function answers(ask: () => Promise<string>, socket: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (!existsSync(socket) && tries < 200) continue;
    try {
      await ask();
      return;
    } catch (error) {
      if (tries >= 200) throw error;
    }
  }
}
