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

/**
 * "network=host", "pid=private" or "network=/proc/4711/ns/net"; net and mnt are short for network and mount.
 * The mount namespace cannot be the host's: the runtime would change the host's own mounts. Errors: "spec.bad-option".
 */
export function parseNamespace(text: string): NamespaceWish {
  const form = "TYPE=host, TYPE=private or TYPE=/proc/PID/ns/NAME";
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
  if (wish === "host" || wish === "private") return { type, kind: wish };
  if (wish.startsWith("/")) return { type, kind: "path", path: wish };
  throw badValue("namespace", text, { got: `${JSON.stringify(wish)} is no absolute path`, form });
}
