import { quote } from "../../base/text.ts";
import { pointerToken } from "../../oci/pointer.ts";
import type { NamespaceType, Spec } from "../../oci/spec.ts";
import { addNamespace, namespaceOf } from "./namespaces.ts";
import { type Complaint, error, type Rule } from "./rule.ts";

/** Rules about linux.sysctl: a parameter must belong to a namespace that the container has (config-linux.md#sysctl). */
export const sysctlRules: readonly Rule[] = [{ name: "sysctl-not-namespaced", check: sysctls }];

/** The System V parameters of an IPC namespace (ipc_namespaces(7)). */
const ipcNames = [
  "kernel.msgmax",
  "kernel.msgmnb",
  "kernel.msgmni",
  "kernel.sem",
  "kernel.shmall",
  "kernel.shmmax",
  "kernel.shmmni",
  "kernel.shm_rmid_forced",
];

function sysctls(spec: Spec): readonly Complaint[] {
  return Object.keys(spec.linux?.sysctl ?? {}).flatMap((key) => {
    const at = `/linux/sysctl${pointerToken(key)}` as const;
    const name = dotted(key);
    if (name === "kernel.hostname") {
      return [error(at, "is what the field hostname sets; runc refuses it here", { statement: "LX-SYS-02" })];
    }
    const type = namespaceFor(name);
    if (type === undefined) {
      const hint = "set it on the host, where it holds for all containers";
      return [
        error(at, `${quote(name)} belongs to the whole machine, not to a namespace`, {
          hint,
          statement: "LX-SYS-02",
        }),
      ];
    }
    if (namespaceOf(spec, type) !== undefined) return [];
    return [
      error(at, `would change the host's own value: the container shares its ${type} namespace`, {
        hint: `add {"type": "${type}"} to linux.namespaces`,
        fix: addNamespace(spec, type),
        statement: "LX-SYS-02",
      }),
    ];
  });
}

/** sysctl(8): with a slash as the first separator, slashes separate and dots belong to names. */
function dotted(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  return first === "/" ? key.replace(/[./]/g, (sign) => (sign === "/" ? "." : "/")) : key;
}

function namespaceFor(name: string): NamespaceType | undefined {
  if (ipcNames.includes(name) || name.startsWith("fs.mqueue.")) return "ipc";
  if (name.startsWith("net.")) return "network";
  return name === "kernel.domainname" ? "uts" : undefined;
}
