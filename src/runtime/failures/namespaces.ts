import type { Cause } from "./cause.ts";

/** Namespaces and what only works in one of its own. */
export const namespaceCauses: readonly Cause[] = [
  {
    name: "user-namespace-unmapped",
    code: "runtime.namespace",
    says: "the config asks for a user namespace and maps no ids into it, so nobody can be root there",
    tries:
      'add /linux/uidMappings and /linux/gidMappings, such as [{"containerID":0,"hostID":100000,"size":65536}], or take {"type":"user"} out of /linux/namespaces; `ocilab spec --rootless` writes them',
    shows: "the mappings of the config, and the ids that /etc/subuid and /etc/subgid give",
    words: [
      {
        by: "runc",
        pattern: /user namespaces enabled, but no [ug]id mappings? found/i,
        example: "runc create failed: user namespaces enabled, but no uid mappings found",
      },
      {
        by: "runsc",
        pattern: /cannot create gofer process: .*operation not permitted.*max_user_namespaces/,
        example:
          "creating container: cannot create gofer process: gofer: fork/exec /proc/self/exe: operation not permitted: check whether /proc/sys/user/max_user_namespaces is set too low (gvisor.dev/issue/5964)",
      },
    ],
  },
  {
    name: "user-namespace-ids",
    code: "runtime.namespace",
    says: "the container starts with a user or group that its user namespace does not map: it maps no ids at all, or too few",
    tries:
      "add /linux/uidMappings and /linux/gidMappings that hold the ids of /process/user, additionalGids too; `ocilab spec --rootless` writes them",
    shows: "the mappings of the config, and the ids that /etc/subuid and /etc/subgid give",
    words: [
      {
        by: "crun",
        pattern: /^set(groups|resgid|resuid): Invalid argument/m,
        example: "setgroups: Invalid argument",
      },
    ],
  },
  {
    name: "user-namespace-forbidden",
    code: "runtime.namespace",
    says: "the kernel lets this process make no user namespace, or not use it: by a sysctl, or by AppArmor as Ubuntu 24.04 has it",
    tries:
      "the evidence names what forbids it: raise user.max_user_namespaces, set kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0 (better: an AppArmor profile for the runtime); or run it as root",
    shows: "the three sysctls, and the AppArmor profile of this process",
    words: [
      {
        by: "runc",
        pattern:
          /can't get final child's PID from pipe|write failed.*\/proc\/self\/uid_map|nsexec.*(failed to unshare user namespace|uid_map)|newuidmap/,
        example:
          "runc create failed: unable to start container process: can't get final child's PID from pipe: EOF",
      },
      {
        by: "crun",
        pattern:
          /(write file|write to|open|opening file) `?\/proc\/(self|\d+)\/[ug]id_map`?: (Operation not permitted|Permission denied)|unshare `?\(?CLONE_NEWUSER|clone: (Operation not permitted|No space left)/,
        example: "write to `/proc/self/uid_map`: Operation not permitted",
      },
      {
        by: "any program",
        pattern:
          /unshare: (write failed \/proc\/self\/uid_map|unshare failed): (Operation not permitted|No space left)/,
        example: "unshare: write failed /proc/self/uid_map: Operation not permitted",
      },
    ],
  },
  {
    name: "rootless-without-user-namespace",
    code: "runtime.namespace",
    says: "an ordinary user's container needs a user namespace, and the config makes none",
    tries:
      "`ocilab run --rootless`, `ocilab bundle --rootless` and `ocilab spec --rootless` write what it needs; or run it as root",
    shows: "the namespaces that the config makes, and the ids that /etc/subuid and /etc/subgid give",
    words: [
      {
        by: "runc",
        pattern: /rootless container requires user namespaces/,
        example: "runc create failed: rootless container requires user namespaces",
      },
    ],
  },
  {
    name: "hostname-without-namespace",
    code: "runtime.namespace",
    says: "the config sets a hostname or domain name and has no UTS namespace, so it would be the host's that changed",
    tries: 'add {"type":"uts"} to /linux/namespaces, or take /hostname and /domainname out',
    shows: "the namespaces that the config makes",
    words: [
      {
        by: "runc",
        pattern: /unable to set (hostname|domainname) without a private UTS namespace/,
        example: "runc create failed: unable to set hostname without a private UTS namespace",
      },
      {
        by: "crun",
        pattern: /hostname requires the UTS namespace/i,
        example: "hostname requires the UTS namespace",
      },
    ],
  },
  {
    name: "sysctl-without-namespace",
    code: "runtime.config",
    says: "the sysctl {name} belongs to no namespace that the container has for itself, so setting it would change the host",
    tries:
      "take it out of /linux/sysctl and set it on the host; net.* need a network namespace, kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.* an ipc one",
    shows: "the namespaces that the config makes",
    words: [
      {
        by: "runc",
        pattern: /sysctl "(?<name>[^"]+)" is not (in a separate kernel namespace|allowed)/,
        example: 'runc create failed: sysctl "vm.swappiness" is not in a separate kernel namespace',
      },
      {
        by: "crun",
        pattern: /the sysctl `(?<name>[^`]+)` (is not namespaced|requires)/,
        example: "the sysctl `vm.swappiness` is not namespaced",
      },
    ],
  },
  {
    name: "sysctl-missing",
    code: "runtime.config",
    says: "this kernel has no sysctl {path}: its name is wrong, or its module is not loaded",
    tries: "correct the name in /linux/sysctl, or load the module on the host (modprobe)",
    shows: "the nearest name beside it in /proc/sys",
    words: [
      {
        by: "runc",
        pattern: /open (?<path>\/proc\/sys\/(?!kernel\/cap_last_cap)\S+): no such file/,
        example:
          "runc create failed: unable to start container process: error during container init: open /proc/sys/net/ipv4/nosuch: no such file or directory",
      },
      {
        by: "runc",
        pattern: /open sysctl (?<name>\S+) file: .*no such file/,
        example:
          "runc create failed: unable to start container process: error during container init: open sysctl net.ipv4.nosuch file: unsafe procfs detected: openat2 fsmount:fscontext:proc/./sys/net/ipv4/nosuch: no such file or directory",
      },
      {
        by: "crun",
        pattern: /open `?(?<path>\/proc\/sys\/[^:`]+)`?: No such file/,
        example: "open `/proc/sys/net/ipv4/nosuch`: No such file or directory",
      },
    ],
  },
  {
    name: "namespace-twice",
    code: "runtime.namespace",
    says: "linux.namespaces names the type {type} twice",
    tries: "take one of the two out of /linux/namespaces",
    shows: "the entries of linux.namespaces",
    words: [
      {
        by: "runc",
        pattern: /duplicated? (ns|namespace) \{"(?<type>\w+)"/,
        example: 'runc create failed: malformed spec file: duplicated ns {"uts" ""}',
      },
      {
        by: "crun",
        pattern: /duplicate namespace type: `(?<type>\w+)`/,
        example: "duplicate namespace type: `uts`",
      },
    ],
  },
  {
    name: "namespace-path-missing",
    code: "runtime.namespace",
    says: "a namespace is to be joined by a path, and there is nothing at {path}: the process that held it has ended, or the name is wrong",
    tries:
      "correct the path in /linux/namespaces; /proc/PID/ns/TYPE goes with the process, `ip netns add` makes one that stays",
    shows: "the namespaces that are to be joined, and which of their paths are there",
    words: [
      {
        by: "runc",
        pattern: /namespace path: lstat (?<path>.+): no such file/,
        example:
          "runc create failed: unable to create new parent process: namespace path: lstat /no/such/ns: no such file or directory",
      },
      {
        by: "crun",
        pattern: /^open `(?<path>\/(?!sys\/|proc\/sys\/)[^`]*)`: No such file or directory$/m,
        example: "open `/no/such/ns`: No such file or directory",
      },
    ],
  },
];
