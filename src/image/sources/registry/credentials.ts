import { homedir } from "node:os";
import { join } from "node:path";
import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { log } from "../../../base/log.ts";
import { quote } from "../../../base/text.ts";
import { type AuthEntry, type AuthFile, readAuthFile } from "./auth-file.ts";
import { askHelper } from "./credential-helper.ts";

/** What proves who we are: a password, an identity token to get tokens with (OAuth 2 refresh token), or a token to send as it is. */
export type Credentials =
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  | { readonly kind: "identity"; readonly token: string }
  | { readonly kind: "bearer"; readonly token: string };

/**
 * The credentials for a repository from the files that docker, podman and skopeo write, in the order in which podman looks: $REGISTRY_AUTH_FILE
 * alone where it is set; else $XDG_RUNTIME_DIR/containers/auth.json, ~/.config/containers/auth.json, $DOCKER_CONFIG/config.json or
 * ~/.docker/config.json (containers-auth.json(5), docker's "login" reference). In each: credHelpers, then auths, then credsStore. Undefined where
 * none has any. Errors: "registry.bad-credentials" names the file or helper.
 */
export async function findCredentials(
  { host, repository }: { readonly host: string; readonly repository: string },
  { env, signal }: Cancel & { readonly env: NodeJS.ProcessEnv },
): Promise<Credentials | undefined> {
  for (const { path, required } of authFiles(env)) {
    const file = readAuthFile(path, { required });
    const found = file === undefined ? undefined : await inFile(file, { host, repository, env, signal });
    if (found === undefined) continue;
    log.debug("credentials found", { host, file: path, kind: found.kind });
    return found;
  }
  return undefined;
}

/** The credentials that --creds gives: USER:PASS, or USER with the password in $OCILAB_PASSWORD. Error "registry.bad-settings". */
export function parseCredentials(text: string, env: NodeJS.ProcessEnv): Credentials {
  const colon = text.indexOf(":");
  const user = colon < 0 ? text : text.slice(0, colon);
  const password = colon < 0 ? env["OCILAB_PASSWORD"] : text.slice(colon + 1);
  const doing = "read the credentials of --creds";
  if (user === "")
    throw new OcilabError("registry.bad-settings", {
      doing,
      got: "there is no user in it",
      hint: "write USER:PASS",
    });
  if (password !== undefined && password !== "") return { kind: "password", user, password };
  throw new OcilabError("registry.bad-settings", {
    doing,
    got: `there is no password for ${quote(user)}`,
    hint: "write USER:PASS, or put the password into the variable OCILAB_PASSWORD, which other users cannot see",
  });
}

function authFiles(env: NodeJS.ProcessEnv): readonly { readonly path: string; readonly required: boolean }[] {
  const named = env["REGISTRY_AUTH_FILE"];
  if (named !== undefined && named !== "") return [{ path: named, required: true }];
  const home = env["HOME"] || homedir();
  const runtime = env["XDG_RUNTIME_DIR"];
  const docker = env["DOCKER_CONFIG"];
  const paths = [
    ...(runtime === undefined || runtime === "" ? [] : [join(runtime, "containers/auth.json")]),
    join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "containers/auth.json"),
    join(docker === undefined || docker === "" ? join(home, ".docker") : docker, "config.json"),
  ];
  return paths.map((path) => ({ path, required: false }));
}

type Wish = Cancel & { readonly host: string; readonly repository: string; readonly env: NodeJS.ProcessEnv };

async function inFile(file: AuthFile, wish: Wish): Promise<Credentials | undefined> {
  const keys = keysFor(wish);
  for (const key of keys) {
    const helper = lookUp(file.credHelpers, key);
    if (helper === undefined) continue;
    return await askHelper(helper, { ...wish, server: key, file: file.path });
  }
  for (const key of keys) {
    const entry = lookUp(file.auths, key);
    const found = entry === undefined ? undefined : inEntry(entry);
    if (found !== undefined) return found;
  }
  if (file.credsStore === undefined) return undefined;
  for (const server of serversFor(wish.host)) {
    const found = await askHelper(file.credsStore, { ...wish, server, file: file.path });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** From the most specific to the host alone: "quay.io/a/b", "quay.io/a", "quay.io" (containers-auth.json(5)); Docker Hub has an old name of its own. */
function keysFor({ host, repository }: Wish): readonly string[] {
  const parts = repository.split("/");
  const paths = parts.map((_, index) => `${host}/${parts.slice(0, parts.length - index).join("/")}`);
  return [...paths, host, ...(host === "docker.io" ? ["index.docker.io", "registry-1.docker.io"] : [])];
}

function serversFor(host: string): readonly string[] {
  return host === "docker.io" ? ["https://index.docker.io/v1/", "docker.io"] : [host, `https://${host}`];
}

/** A table's entry by key; old files write keys as URLs: "https://index.docker.io/v1/" is "index.docker.io". */
function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  if (Object.hasOwn(table, key)) return table[key];
  const found = Object.keys(table).find(
    (name) => /^https?:\/\//.test(name) && name.replace(/^https?:\/\//, "").split("/", 1)[0] === key,
  );
  return found === undefined ? undefined : table[found];
}

function inEntry(entry: AuthEntry): Credentials | undefined {
  if (entry.identitytoken !== undefined) return { kind: "identity", token: entry.identitytoken };
  if (entry.registrytoken !== undefined) return { kind: "bearer", token: entry.registrytoken };
  if (entry.user === undefined || entry.user === "") return undefined;
  return { kind: "password", user: entry.user, password: entry.password ?? "" };
}
