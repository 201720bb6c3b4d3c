import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { Evidence, Gathered, Scene } from "./evidence.ts";

/** What can forbid user namespaces: three switches and a profile. */
const switches = [
  ["/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=15000"],
  ["/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"],
  [
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    "1",
    "kernel.apparmor_restrict_unprivileged_userns=0",
  ],
] as const;

/** The id mappings of the config, the ids that this user may map, and the switches that forbid user namespaces. */
export function userNamespaceEvidence({ bundle }: Scene): Gathered {
  const { forbidden, seen } = judgeSwitches(
    switches.map(([file]) => [file, readText(file)?.trim()] as const),
  );
  const profile = readText("/proc/self/attr/current")?.replace(/\0/g, "").trim();
  const confined =
    profile === undefined || profile === ""
      ? []
      : [{ source: "/proc/self/attr/current", says: `is ${profile}` }];
  const evidence = [...mappingsOf(bundle), ...subIds(), ...seen, ...confined];
  return { evidence, hint: forbidden === undefined ? undefined : `as root: sysctl -w ${forbidden}` };
}

/** Pure: each switch with its value, and the sysctl that would allow user namespaces where one forbids them. */
export function judgeSwitches(values: readonly (readonly [file: string, value: string | undefined])[]): {
  readonly seen: readonly Evidence[];
  readonly forbidden: string | undefined;
} {
  const read = values.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const closed = switches.find(([file, forbids]) =>
    read.some(([name, value]) => name === file && value === forbids),
  );
  return {
    seen: read.map(([file, value]) => {
      const forbids = switches.some(([name, bad]) => name === file && bad === value);
      return { source: file, says: `is ${value}${forbids ? ", which forbids them" : ""}` };
    }),
    forbidden: closed?.[2],
  };
}

function mappingsOf(bundle: Scene["bundle"]): readonly Evidence[] {
  if (bundle === undefined) return [];
  const { uidMappings = [], gidMappings = [] } = bundle.spec.linux ?? {};
  const rows = [
    ["/linux/uidMappings", uidMappings],
    ["/linux/gidMappings", gidMappings],
  ] as const;
  return rows.map(([source, maps]) => {
    const list = maps.map(
      ({ containerID, hostID, size }) => `${containerID}-${containerID + size - 1} from ${hostID}`,
    );
    return { source, says: maps.length === 0 ? "is not there" : `maps ${list.join(", ")}` };
  });
}

function subIds(): readonly Evidence[] {
  const { uid, username } = userInfo();
  return ["/etc/subuid", "/etc/subgid"].map((source) => {
    const lines = (readText(source) ?? "").split("\n");
    const own = lines.filter((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`));
    return { source, says: own.length === 0 ? `has no line for ${username}` : `has ${own.join(", ")}` };
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
