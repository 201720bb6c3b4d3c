import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, OcilabError } from "../../../base/errors.ts";
import { nearest, quote } from "../../../base/text.ts";
import { parseJson } from "../../../oci/json.ts";
import { type Endpoint, parseEndpoint, type Tls } from "./endpoint.ts";

/** An address to try, and who says that a daemon may be there. */
export type DaemonPlace = { readonly from: string; readonly endpoint: Endpoint };

/** What `daemonPlaces` looks into. `read` gives a file's text, or undefined where there is none. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  read(path: string): string | undefined;
};

/**
 * Where a Docker daemon may listen, first choice first, as the docker command chooses: DOCKER_HOST; the context of DOCKER_CONTEXT or of
 * `currentContext` in ~/.docker/config.json; else the sockets of dockerd, of a rootless dockerd and of podman, all of which are tried.
 * DOCKER_TLS_VERIFY, DOCKER_TLS, DOCKER_CERT_PATH and DOCKER_CONFIG count as in docker(1). Errors: "image.daemon-address".
 */
export function daemonPlaces(around: Surroundings = thisProcess()): readonly DaemonPlace[] {
  const { env } = around;
  const host = env["DOCKER_HOST"];
  if (host !== undefined && host !== "") {
    return [
      { from: "DOCKER_HOST", endpoint: parseEndpoint(host, { from: "DOCKER_HOST", tls: tlsOf(around) }) },
    ];
  }
  const named = chosenContext(around);
  if (named !== undefined) return [contextPlace(named, around)];
  const runtime = env["XDG_RUNTIME_DIR"] || `/run/user/${around.uid}`;
  const sockets = [
    ["dockerd", "/var/run/docker.sock"],
    ["rootless dockerd", join(runtime, "docker.sock")],
    ["rootless podman", join(runtime, "podman/podman.sock")],
    ["podman", "/run/podman/podman.sock"],
  ] as const;
  return sockets.map(([from, path]) => ({ from, endpoint: { kind: "unix", path } }));
}

type NamedContext = { readonly name: string; readonly from: string };

function chosenContext(around: Surroundings): NamedContext | undefined {
  const file = join(configDirectory(around), "config.json");
  const asked = around.env["DOCKER_CONTEXT"];
  const name = asked || memberOf(readJson(file, around), "currentContext");
  if (typeof name !== "string" || name === "" || name === "default") return undefined;
  return { name, from: asked ? "DOCKER_CONTEXT" : `currentContext in ${file}` };
}

/** A context lies in a directory that is named by the sha256 of its name (docker/cli, cli/context/store). */
function contextPlace({ name, from }: NamedContext, around: Surroundings): DaemonPlace {
  const folder = createHash("sha256").update(name).digest("hex");
  const contexts = join(configDirectory(around), "contexts");
  const file = join(contexts, "meta", folder, "meta.json");
  const docker = memberOf(memberOf(readJson(file, around), "Endpoints"), "docker");
  const host = memberOf(docker, "Host");
  if (typeof host !== "string" || host === "") {
    const got =
      docker === undefined ? `there is no context in ${quote(file)}` : `${quote(file)} names no Host`;
    const hint =
      nearest(name, ["default"]) ??
      "docker context ls shows those that there are; unset DOCKER_CONTEXT to use none";
    throw new OcilabError("image.daemon-address", {
      doing: `find the docker context ${quote(name)} (${from})`,
      got,
      hint: hint === "default" ? 'did you mean "default"?' : hint,
    });
  }
  const pem = pemsIn(join(contexts, "tls", folder, "docker"), around);
  const verify = memberOf(docker, "SkipTLSVerify") !== true;
  const tls = Object.keys(pem).length > 0 || !verify ? { verify, ...pem } : undefined;
  const label = `context ${name}, ${from}`;
  return { from: label, endpoint: parseEndpoint(host, { from: label, tls }) };
}

function tlsOf(around: Surroundings): Tls | undefined {
  const { env } = around;
  const verify = (env["DOCKER_TLS_VERIFY"] ?? "") !== "";
  if (!verify && (env["DOCKER_TLS"] ?? "") === "") return undefined;
  return { verify, ...pemsIn(env["DOCKER_CERT_PATH"] || configDirectory(around), around) };
}

function pemsIn(directory: string, { read }: Surroundings): Omit<Tls, "verify"> {
  const found = (["ca", "cert", "key"] as const).map(
    (name) => [name, read(join(directory, `${name}.pem`))] as const,
  );
  return Object.fromEntries(found.filter(([, text]) => text !== undefined));
}

function configDirectory({ env }: Surroundings): string {
  return env["DOCKER_CONFIG"] || join(env["HOME"] || "/root", ".docker");
}

function readJson(file: string, { read }: Surroundings): unknown {
  const text = read(file);
  return text === undefined ? undefined : parseJson(text, { name: quote(file) });
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function thisProcess(): Surroundings {
  return { env: process.env, uid: process.getuid?.() ?? 0, read: readText };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}
