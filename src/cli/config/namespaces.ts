import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { NamespaceType } from "../../oci/spec.ts";
import type { SpecOption } from "../../spec/context.ts";
import { withMount, withoutMount } from "../../spec/options/mounts.ts";
import { withNamespace, withTimeOffsets, withUserNamespace } from "../../spec/options/namespaces.ts";
import { parseIdMapping } from "../../spec/parse/id-mapping.ts";
import {
  type AskedNamespace,
  type NamespaceWish,
  namespaceLink,
  parseNamespace,
  parseNamespaceMode,
} from "../../spec/parse/namespace.ts";
import { parseTimeOffset } from "../../spec/parse/time-offset.ts";
import type { ConfigValues } from "./flags.ts";
import type { ConfigWorld } from "./options.ts";

/** The flags of namespaces, id maps and clocks. Containers that they name must be among `pids`. Errors: "spec.bad-option", "usage.bad-argument". */
export function namespaceOptions(
  flags: ConfigValues,
  { pids }: Pick<ConfigWorld, "pids">,
): readonly SpecOption[] {
  const uidMappings = (flags.uidmap.length > 0 ? flags.uidmap : flags.gidmap).map(parseIdMapping);
  const gidMappings = (flags.gidmap.length > 0 ? flags.gidmap : flags.uidmap).map(parseIdMapping);
  return [
    ...askedNamespaces(flags).map((asked) => withNamespace(resolved(asked, pids))),
    ...sharedMemoryOptions(flags),
    ...(uidMappings.length === 0 ? [] : [withUserNamespace({ uidMappings, gidMappings })]),
    ...flags["time-offset"].map((text) => withTimeOffsets(Object.fromEntries([parseTimeOffset(text)]))),
  ];
}

/** The containers whose namespaces are to be joined, each once. Errors: "spec.bad-option". */
export function namedContainers(flags: ConfigValues): readonly string[] {
  const ids = askedNamespaces(flags).flatMap((asked) => (asked.kind === "container" ? [asked.id] : []));
  return [...new Set(ids)];
}

function askedNamespaces(flags: ConfigValues): readonly AskedNamespace[] {
  const modes: readonly (readonly [NamespaceType, string | undefined])[] = [
    ["user", flags.userns],
    ["network", flags.network],
    ["pid", flags.pid],
    ["ipc", flags.ipc],
    ["uts", flags.uts],
    ["cgroup", flags.cgroupns],
  ];
  const fromModes = modes.flatMap(([type, text]) =>
    text === undefined ? [] : [parseNamespaceMode(type, text)],
  );
  const all = [...fromModes, ...flags.namespace.map(parseNamespace)];
  const twice = all.find(({ type }, index) => all.findIndex((one) => one.type === type) !== index);
  if (twice === undefined) return all;
  throw new OcilabError("usage.bad-argument", {
    doing: "read the namespaces",
    got: `the ${twice.type} namespace is asked for twice`,
    hint: "--namespace TYPE=... and the flag of that type say the same: give one of them",
  });
}

function resolved(asked: AskedNamespace, pids: ConfigWorld["pids"]): NamespaceWish {
  if (asked.kind !== "container") return asked;
  const pid = pids?.get(asked.id);
  if (pid === undefined) throw new TypeError(`nobody looked up the container ${quote(asked.id)}`);
  return { type: asked.type, kind: "path", path: `/proc/${pid}/ns/${namespaceLink(asked.type)}` };
}

/** With the host's queues goes the host's shared memory, as engines have it; `none` has no /dev/shm at all. */
function sharedMemoryOptions({ ipc }: ConfigValues): readonly SpecOption[] {
  if (ipc === "none") return [withoutMount("/dev/shm")];
  if (ipc !== "host") return [];
  const options = ["rbind", "rprivate", "nosuid", "noexec", "nodev"];
  return [withMount({ destination: "/dev/shm", type: "bind", source: "/dev/shm", options })];
}
