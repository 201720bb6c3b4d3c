export type Changes = Readonly<Record<string, unknown>>;

/** One way to break the default config, by JSON pointer, and one like it that is right. */
export type BrokenConfig = {
  readonly rule: string;
  readonly broken: Changes;
  /** Where the rule complains. */
  readonly at: string | readonly string[];
  readonly kept: Changes;
  readonly level?: "warning";
  /** The rule knows no mechanical fix for it. */
  readonly noFix?: true;
};

// The default config has the namespaces pid, network, ipc, uts, mount and cgroup, in this order.
export const uts = "/linux/namespaces/3";
export const network = "/linux/namespaces/1";
export const mapping = { containerID: 0, hostID: 1000, size: 10 };
export const user = { "/linux/namespaces/-": { type: "user" } };
export const mapped = {
  ...user,
  "/linux/uidMappings": [mapping],
  "/linux/gidMappings": [mapping],
  "/mounts/2/options/5": undefined,
};
export const bind = { destination: "/data", source: "/srv", type: "bind", options: ["bind"] };
export const mount = (more: object): Changes => ({ "/mounts/-": { ...bind, ...more } });
export const rule = (more: object): Changes => ({
  "/linux/seccomp/syscalls/-": { names: ["mkdir"], action: "SCMP_ACT_ERRNO", ...more },
});
export const sets = (capabilities: object): Changes => ({ "/process/capabilities": capabilities });

export const warning = "warning" as const;
export const noFix = true as const;
