import { nearest } from "../../base/text.ts";
import type { NamespaceType } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";

/** The namespace types of config-linux.md#namespaces. */
const namespaceTypes: readonly NamespaceType[] = [
  "pid",
  "network",
  "mount",
  "ipc",
  "uts",
  "user",
  "cgroup",
  "time",
];

const short: Readonly<Record<string, NamespaceType>> = { net: "network", mnt: "mount" };

/** What a container is to have of one namespace type. */
export type NamespaceWish = { readonly type: NamespaceType } & (
  | { readonly kind: "host" | "private" }
  | { readonly kind: "path"; readonly path: string }
);

/** The same, or that of a container, which somebody must look up first. */
export type AskedNamespace =
  | NamespaceWish
  | { readonly type: NamespaceType; readonly kind: "container"; readonly id: string };

/**
 * "network=host", "pid=private", "network=/proc/4711/ns/net" or "ipc=container:web"; net and mnt are short for network and mount.
 * The mount namespace cannot be the host's: the runtime would change the host's own mounts. Errors: "spec.bad-option".
 */
export function parseNamespace(text: string): AskedNamespace {
  const [, name = "", wish = ""] = /^([a-z]+)=(.+)$/.exec(text.trim()) ?? [];
  if (name === "") throw badValue("namespace", text, { got: "it has another form", form });
  const type = namespaceTypes.find((known) => known === (short[name] ?? name));
  if (type === undefined) {
    const near = nearest(name, namespaceTypes) ?? namespaceTypes.join(", ");
    throw badValue("namespace", text, {
      got: `there is no namespace ${JSON.stringify(name)}`,
      form: `one of ${near}`,
    });
  }
  if (wish === "host" && type === "mount") {
    throw badValue("namespace", text, {
      got: "the runtime would mount on the host itself",
      form: "mount=private",
    });
  }
  return wishOf(type, wish, text);
}

const form = "TYPE=host, TYPE=private, TYPE=/proc/PID/ns/NAME or TYPE=container:ID";

/** Modes of engines that mean something only where an engine makes networks or id ranges. */
const engineModes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  network: {
    bridge: "ocilab makes no network between containers",
    default: "ocilab makes no network between containers",
    slirp4netns: "ocilab starts no program that passes packets on",
    pasta: "ocilab starts no program that passes packets on",
  },
  user: {
    auto: "ocilab does not choose ids",
    "keep-id": "ocilab does not choose ids",
    nomap: "ocilab does not choose ids",
  },
};

/**
 * What docker's and podman's --network, --pid, --ipc, --uts, --cgroupns and --userns take: "private", "host", "container:ID",
 * "ns:PATH"; for the network "none" too, which is private; for ipc "shareable" and "none", which are private as well (that "none" is
 * without /dev/shm is for the caller to see to). Errors: "spec.bad-option".
 */
export function parseNamespaceMode(type: NamespaceType, text: string): AskedNamespace {
  const own =
    type === "network"
      ? ["none", "private"]
      : type === "ipc"
        ? ["private", "shareable", "none"]
        : ["private"];
  const modes = [...own, "host", "container:ID", "ns:PATH"].join(", ");
  if (own.includes(text)) return { type, kind: "private" };
  const path = /^(?:ns:)(.+)$/.exec(text)?.[1];
  if (path !== undefined && !path.startsWith("/"))
    throw badValue(`${type} mode`, text, {
      got: `${JSON.stringify(path)} is no absolute path`,
      form: `one of ${modes}`,
    });
  if (text === "host" || path !== undefined || /^container:./.test(text))
    return wishOf(type, path ?? text, text);
  const reason = engineModes[type]?.[text.split(":")[0] ?? ""];
  const unknown =
    type === "network" && /^[\w.-]+$/.test(text)
      ? "ocilab has no networks of its own"
      : "there is no such mode";
  throw badValue(`${type} mode`, text, { got: reason ?? unknown, form: `one of ${modes}` });
}

function wishOf(type: NamespaceType, wish: string, text: string): AskedNamespace {
  if (wish === "host" || wish === "private") return { type, kind: wish };
  if (wish.startsWith("/")) return { type, kind: "path", path: wish };
  const id = /^container:(.+)$/.exec(wish)?.[1];
  if (id !== undefined) return { type, kind: "container", id };
  throw badValue("namespace", text, { got: `${JSON.stringify(wish)} is no absolute path`, form });
}

/** The name of a namespace's link below /proc/PID/ns (namespaces(7)). */
export function namespaceLink(type: NamespaceType): string {
  return { network: "net", mount: "mnt" }[type as string] ?? type;
}
