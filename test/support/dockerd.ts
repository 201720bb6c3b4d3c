import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runProgram, startProgram } from "../../src/base/process.ts";
import { must } from "./images.ts";
import { dockerPrograms } from "./needs.ts";

/** "overlay2" and "vfs" are docker's own graph drivers, "containerd" the image store that is the default from docker 29 on. */
export type DockerStore = "overlay2" | "vfs" | "containerd";

/** A Docker daemon of the test's own, which ends when it is disposed of. */
export type Dockerd = AsyncDisposable & {
  /** Path of its socket. */
  readonly socket: string;
  /** Run the docker command against it; it has to succeed. Its standard output. */
  docker(...args: string[]): Promise<string>;
};

/**
 * Start a private dockerd: network and mount namespaces of its own with nothing of the host's /run and /opt, data, socket and pidfile below `directory`,
 * which exists. It ends with this process at the latest. Takes about 2 s. Needs root and "dockerd".
 */
export async function startDockerd(directory: string, store: DockerStore): Promise<Dockerd> {
  const folder = dockerPrograms();
  if (folder === undefined) throw new Error("there is no dockerd");
  const home = join(directory, "dockerd");
  mkdirSync(home);
  const socket = join(home, "socket");
  const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}`, HOME: home };
  const apart = ["--pdeathsig", "TERM", "unshare", "--net", "--mount", "--propagation", "slave"];
  const hide = 'mount -t tmpfs none /run && mount -t tmpfs none /opt && exec dockerd "$@"';
  const flags = ["-H", `unix://${socket}`, ...(await daemonFlags(join(folder, "dockerd"), home, store))];
  const { child } = await startProgram("setpriv", [...apart, "sh", "-c", hide, "sh", ...flags], {
    env,
    extendEnv: false,
    stdio: ["ignore", { file: join(home, "log") }, { file: join(home, "log") }],
  });
  const docker = (...args: string[]) =>
    must(join(folder, "docker"), ["-H", `unix://${socket}`, ...args], { env });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child;
  };
  try {
    await answers(() => docker("version"), socket);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socket, docker, [Symbol.asyncDispose]: stop };
}

async function daemonFlags(dockerd: string, home: string, store: DockerStore): Promise<readonly string[]> {
  const places = { "data-root": "data", "exec-root": "exec", pidfile: "pid" };
  const { stdout } = await runProgram(dockerd, ["--version"]);
  const knowsFeatures = Number(/version (\d+)/.exec(stdout)?.[1]) >= 28;
  return [
    ...Object.entries(places).map(([flag, name]) => `--${flag}=${home}/${name}`),
    `--storage-driver=${store === "containerd" ? "native" : store}`,
    ...(knowsFeatures ? [`--feature=containerd-snapshotter=${store === "containerd"}`] : []),
    ...["--iptables=false", "--ip6tables=false", "--bridge=none"],
  ];
}

async function answers(ask: () => Promise<string>, socket: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (!existsSync(socket) && tries < 300) continue;
    try {
      await ask();
      return;
    } catch (error) {
      if (tries >= 300) throw error;
    }
  }
}
