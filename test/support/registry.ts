import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startProgram } from "../../src/base/process.ts";
import { containersEnvironment, must } from "./images.ts";

/** Debian's docker-registry on a port of its own on 127.0.0.1, until it is disposed of. */
export type Registry = AsyncDisposable & { readonly host: string; readonly port: number };

export type RegistryWish = {
  /** Sections of its config.yml, as YAML or JSON: "auth", "http.tls". */
  readonly auth?: unknown;
  readonly tls?: unknown;
  /** An address that is taken already, for a registry that comes back. */
  readonly port?: number;
};

/** The user and password of `htpasswd` below. */
export const ada = { user: "ada", password: "lovelace" } as const;

/** A line of an htpasswd file for `ada` (bcrypt, the only kind that docker-registry takes). */
export const htpasswd = "ada:$2y$05$B8k3fPNrYU5OSlobSM4JaukYGAz8XdreC9vDh19RnRYRCCFMjKesq\n";

/** Start a registry that keeps everything below `directory`, and wait until it listens. */
export async function startRegistry(directory: string, wish: RegistryWish = {}): Promise<Registry> {
  const root = join(directory, "registry");
  mkdirSync(root, { recursive: true });
  const config = {
    version: "0.1",
    log: { level: "info", formatter: "json" },
    storage: { filesystem: { rootdirectory: join(root, "data") } },
    http: { addr: `127.0.0.1:${wish.port ?? 0}`, ...(wish.tls === undefined ? {} : { tls: wish.tls }) },
    ...(wish.auth === undefined ? {} : { auth: wish.auth }),
  };
  const path = join(root, "config.yml");
  writeFileSync(path, JSON.stringify(config));
  const { child } = await startProgram("setpriv", ["--pdeathsig", "KILL", "docker-registry", "serve", path], {
    stdio: ["ignore", "ignore", "pipe"],
    buffer: false,
    env: { OTEL_TRACES_EXPORTER: "none" },
  });
  const port = await portOf(child);
  return {
    host: `127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child;
    },
  };
}

/** The port that the log names; port 0 makes the kernel choose one. */
function portOf(child: Awaited<ReturnType<typeof startProgram>>["child"]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  void child.then(() => reject(new Error(`docker-registry ended:\n${said}`)));
  return promise;
}

/** Copy an image into a registry: `from` as skopeo names it, `to` HOST/NAME:TAG. */
export async function push(
  from: string,
  to: string,
  options: { readonly directory: string; readonly flags?: readonly string[] },
): Promise<void> {
  const flags = ["copy", "--quiet", "--insecure-policy", "--dest-tls-verify=false", ...(options.flags ?? [])];
  await must("skopeo", [...flags, from, `docker://${to}`], { env: containersEnvironment(options.directory) });
}
