import type { Cause } from "./cause.ts";

/** Capabilities, limits, security modules, seccomp, hooks. */
export const rightsCauses: readonly Cause[] = [
  {
    name: "hook-missing",
    code: "runtime.hook",
    says: "the hook's program {path} is not there: hooks are looked up on the host, in the runtime's namespaces; only startContainer's are in the container",
    tries: "correct the path in /hooks, or install the program where that kind of hook runs",
    shows: "which kind of hook it is, where it runs and what is at its path",
    words: [
      {
        by: "runc",
        pattern: /running (\w+ )?hook #\d+: (fork\/exec|exec:) "?(?<path>[^":]+)"?: .*no such file/,
        example:
          "runc create failed: unable to start container process: error during container init: error running hook #0: fork/exec /no/hook: no such file or directory",
      },
      {
        by: "crun",
        pattern: /error executing hook `(?<path>[^`]+)` \(exit code: (127|[^)]*No such file[^)]*)\)/,
        example: "error executing hook `/no/hook` (exit code: 127)",
      },
      {
        by: "runsc",
        pattern: /creating container: fork\/exec (?<path>\S+): no such file/,
        example: "creating container: fork/exec /no/hook: no such file or directory",
      },
    ],
  },
  {
    name: "hook-failed",
    code: "runtime.hook",
    says: "a hook of the config {path} ended with an error, or could not be started",
    tries: "run it by hand with the container's state as JSON on its standard input: ocilab state ID | HOOK",
    shows: "the config's hooks: kind, path, where each runs, and whether its program is there",
    words: [
      {
        by: "runc",
        pattern: /error running (\w+ )?hook/,
        example:
          "runc create failed: unable to start container process: error during container init: error running hook #0: error running hook: exit status 1, stdout: , stderr: ",
      },
      {
        by: "crun",
        pattern: /error executing hook `(?<path>[^`]+)`/,
        example: "error executing hook `/bin/false` (exit code: 1)",
      },
      {
        by: "runsc",
        pattern: /failure executing hook "(?<path>[^"]+)"/,
        example: 'creating container: failure executing hook "/bin/false", err: exit status 1',
      },
    ],
  },
  {
    name: "rlimit-denied",
    code: "runtime.rlimit",
    says: "a resource limit of process.rlimits {name} is above our own hard limit, and raising that needs CAP_SYS_RESOURCE, which the root of this machine lacks",
    tries:
      "ask for at most what `ulimit -H -a` shows, or run it where root has CAP_SYS_RESOURCE (`ocilab vm`)",
    shows: "each limit that is asked for beside our own hard limit, and whether we have the capability",
    words: [
      {
        by: "runc",
        pattern: /error setting rlimit type \d+: operation not permitted/,
        example:
          "runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 8: operation not permitted",
      },
      {
        by: "crun",
        pattern: /setrlimit `(?<name>\w+)`: Operation not permitted/,
        example: "setrlimit `RLIMIT_MEMLOCK`: Operation not permitted",
      },
    ],
  },
  {
    name: "open-files-too-low",
    code: "runtime.rlimit",
    says: "RLIMIT_NOFILE of process.rlimits is below what the runtime needs to start the program",
    tries: "give RLIMIT_NOFILE 16 or more in /process/rlimits",
    shows: "the limit that was asked for",
    words: [
      {
        by: "runc",
        pattern: /too many open files/,
        example:
          "runc create failed: unable to start container process: error during container init: too many open files",
      },
      {
        by: "crun",
        pattern: /Too many open files/,
        example: "open `/proc/self/uid_map`: Too many open files",
      },
    ],
  },
  {
    name: "capability-unknown",
    code: "runtime.config",
    says: "a name in process.capabilities is no capability: {name}",
    tries: "write CAP_NET_ADMIN where it says NET_ADMIN: names begin with CAP_",
    shows: "the names that are none, and the nearest real one",
    words: [
      {
        by: "runc",
        pattern: /ignoring unknown or unavailable capabilities: \[(?<name>[^\]]*)\]/,
        example: "ignoring unknown or unavailable capabilities: [NET_ADMIN]",
      },
      {
        by: "runsc",
        pattern: /applyCaps\(\) failed: (invalid|unknown) capability "(?<name>[^"]+)"/,
        example:
          'setCapsAndCallSelf([runsc-sandbox boot web], &{}): applyCaps() failed: invalid capability "NET_ADMIN"',
      },
    ],
  },
  {
    name: "capability-denied",
    code: "runtime.permission",
    says: "process.capabilities asks for a capability that the runtime does not have itself, and so cannot hand on",
    tries: "take it out of permitted, effective and bounding, or run it where root has it",
    shows: "which of the asked capabilities our own bounding set lacks",
    words: [
      {
        by: "runc",
        pattern: /unable to apply caps:.*operation not permitted/,
        example:
          "runc create failed: unable to start container process: unable to apply caps: operation not permitted",
      },
      {
        by: "crun",
        pattern: /^capset: Operation not permitted/m,
        example: "capset: Operation not permitted",
      },
    ],
  },
  {
    name: "apparmor-missing",
    code: "runtime.config",
    says: "process.apparmorProfile names a profile that is not loaded, or AppArmor is not active in this kernel",
    tries: "load it with apparmor_parser, or take /process/apparmorProfile out",
    shows: "the security modules that are active",
    words: [
      {
        by: "runc",
        pattern: /apparmor failed to apply profile|apparmor.*not (enabled|supported|loaded)/i,
        example:
          "runc create failed: unable to start container process: error during container init: unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/exec: invalid argument",
      },
      {
        by: "crun",
        pattern: /AppArmor is not initialized correctly|apparmor (profile|is not|not enabled)/i,
        example: "AppArmor is not initialized correctly",
      },
    ],
  },
  {
    name: "selinux-missing",
    code: "runtime.config",
    says: "the config names an SELinux label, and SELinux is not active in this kernel",
    tries: "take /process/selinuxLabel and /linux/mountLabel out",
    shows: "the security modules that are active",
    words: [
      {
        by: "runc",
        pattern: /selinux label is specified in config, but selinux is disabled/,
        example:
          "runc create failed: selinux label is specified in config, but selinux is disabled or not supported",
      },
      {
        by: "crun",
        pattern: /attr\/keycreate`?: Invalid argument/,
        example: "write to `/proc/self/attr/keycreate`: Invalid argument",
      },
      {
        by: "runsc",
        pattern: /SELinux is not supported/,
        example: "reading spec: SELinux is not supported: system_u:system_r:x_t:s0",
      },
    ],
  },
  {
    name: "selinux-refused",
    code: "runtime.config",
    says: "the SELinux policy that is active here does not let the runtime give the container's label: the policy for containers is not installed, or the caller's domain may not",
    tries:
      "install container-selinux and call the runtime from an unconfined domain (id -Z), or take /process/selinuxLabel out",
    shows: "the security modules that are active",
    words: [
      {
        by: "runc",
        pattern: /attr\/keycreate: permission denied/,
        example:
          "runc create failed: unable to start container process: error during container init: write /proc/self/attr/keycreate: permission denied",
      },
      {
        by: "crun",
        pattern: /attr\/keycreate`?: Permission denied/,
        example: "write to `/proc/self/attr/keycreate`: Permission denied",
      },
    ],
  },
  {
    name: "seccomp-too-strict",
    code: "runtime.config",
    says: "the container's process ended before its program began: a seccomp filter that forbids the runtime's own last calls does that, and so does a pids limit too low for its threads",
    tries:
      "allow what the lint lists (`ocilab check BUNDLE`), or find out what is called with SCMP_ACT_LOG as defaultAction and the kernel's audit log",
    shows: "calls that the runtime makes after the filter is loaded and that the config's profile forbids",
    words: [
      {
        by: "crun",
        pattern: /^ended with (exit code 139|SIGSYS|SIGSEGV)/,
        example: "ended with exit code 139 and said nothing",
      },
      {
        by: "runc",
        pattern: /container process is already dead|container init exited prematurely/,
        example: "runc start failed: container process is already dead",
      },
    ],
  },
  {
    name: "seccomp-new-calls",
    code: "runtime.config",
    says: "a seccomp profile older than the program answers new system calls with EPERM, and the program takes that for a refusal instead of trying the old call",
    tries:
      "set /linux/seccomp/defaultErrnoRet to 38 (ENOSYS), or allow clone3, faccessat2 and what `ocilab check` names",
    shows: "which of the newer calls the profile answers with EPERM",
    words: [
      {
        by: "any program",
        pattern:
          /getaddrinfo\(\) thread failed to start|pthread_create.*Operation not permitted|(clone3|faccessat2|statx|openat2)\W.*(EPERM|Operation not permitted)/,
        example: "getaddrinfo() thread failed to start",
      },
    ],
  },
];
