import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startProgram } from "../../src/base/process.ts";
import { must } from "./images.ts";

/** A podman of the test's own, which serves the Docker API until it is disposed of. */
export type Podman = AsyncDisposable & {
  readonly socket: string;
  podman(...args: string[]): Promise<string>;
};

/** Start `podman system service` on a socket below `directory`, with storage of its own there. Needs root, podman and unshare. */
export async function startPodman(directory: string): Promise<Podman> {
  const home = join(directory, "podman");
  mkdirSync(home);
  const socket = join(home, "socket");
  // Its locks would otherwise be a file in /dev/shm that stays.
  writeFileSync(join(home, "containers.conf"), '[engine]\nlock_type = "file"\n');
  const CONTAINERS_CONF = join(home, "containers.conf");
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home, CONTAINERS_CONF };
  // /run is its own, see below; a runroot may have 50 characters.
  const places = [`--root=${join(home, "root")}`, "--runroot=/run/lab", "--tmpdir=/run/lab-tmp"];
  const flags = [...places, "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--events-backend=none"];
  const service = ["system", "service", "--time=0", `unix://${socket}`];
  const apart = ["--pdeathsig", "TERM", "unshare", "--mount", "--propagation", "slave"];
  const hide =
    'mount -t tmpfs none /run && mount -t tmpfs none /var/lib/containers 2>/dev/null; exec podman "$@"';
  const { child } = await startProgram("setpriv", [...apart, "sh", "-c", hide, "sh", ...flags, ...service], {
    env,
    extendEnv: false,
    stdio: ["ignore", { file: join(home, "log") }, { file: join(home, "log") }],
  });
  let ended = false;
  void child.then(() => {
    ended = true;
  });
  for (let tries = 0; !existsSync(socket); tries++) {
    if (tries === 300 || ended) throw new Error(`podman does not serve: ${readFileSync(join(home, "log"))}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    socket,
    podman: (...args) => must("podman", ["--remote", "--url", `unix://${socket}`, ...args], { env }),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child;
    },
  };
}
