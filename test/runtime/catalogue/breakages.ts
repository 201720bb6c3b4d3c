import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Process, Spec } from "../../../src/oci/spec.ts";
import type { RuntimeKind } from "../../../src/runtime/kinds.ts";

/** One way to break a good bundle, and what is to be said of it whatever the runtime. */
export type Breakage = {
  /** The cause that is to be recognised (src/runtime/failures), or what each kind of runtime is to be recognised by. */
  readonly cause: string | Partial<Record<RuntimeKind, string | readonly string[]>>;
  readonly title: string;
  /** What is changed in config.json; "@" stands for the directory that `plantBroken` has filled. */
  readonly spec?: (spec: Spec) => Spec;
  /** What is written there instead of it. */
  readonly text?: (config: string) => string;
  /** No config.json at all. */
  readonly absent?: true;
  /** What the evidence, the hint or our own words must hold. */
  readonly shows: RegExp;
  /** Titles of runtimes that take it as it is, or "every KIND". */
  readonly accepted?: readonly string[];
  /** The problem that `ocilab check` reports before any runtime is asked; undefined: nothing can know it before. */
  readonly before: RegExp | undefined;
};

const swapped = { containerID: 0, hostID: 0, size: 1 };

/** Breakages that show when the container is made (gVisor's runsc looks at some only when it starts it). */
export const breakages: readonly Breakage[] = [
  {
    ...{ cause: "terminal-without-socket", title: "a terminal and no socket" },
    spec: process({ terminal: true }),
    shows: /\/process\/terminal: is true/,
    accepted: ["runsc"],
    before: /\/process\/terminal asks for a terminal/,
  },
  {
    ...{ cause: "command-not-found", title: "a name that is not in PATH" },
    spec: process({ args: ["bsh"], env: ["PATH=/usr/bin:/bin"] }),
    shows:
      /in none of the rootfs's PATH directories \(\/usr\/bin, \/bin\).*shells in it are \/bin\/sh.*did you mean "ash"/s,
    before: /"bsh" is in none/,
  },
  {
    ...{ cause: { runc: "command-not-found", crun: "command-not-found", runsc: "interpreter-missing" } },
    title: "a path where nothing is",
    spec: process({ args: ["/bin/bsh"] }),
    shows: /there is no "\/bin\/bsh" in the rootfs/,
    before: /there is no "\/bin\/bsh"/,
  },
  {
    ...{ cause: "command-not-found", title: "no PATH" },
    spec: process({ args: ["sh"], env: ["HOME=/"] }),
    shows: /process\.env has no PATH.*add PATH=/s,
    before: /process\.env has no PATH/,
  },
  {
    ...{ cause: "command-denied", title: "no x bit" },
    spec: process({ args: ["/broken/mode"] }),
    shows: /mode 0644.*chmod \+x/s,
    before: /mode 0644/,
  },
  {
    ...{ cause: "command-denied", title: "a directory" },
    spec: process({ args: ["/broken"] }),
    shows: /"\/broken" is a directory/,
    before: /is a directory/,
  },
  {
    ...{ cause: "command-denied", title: "a mount with noexec" },
    spec: both(
      mount({ destination: "/srv", type: "bind", source: "@/plain", options: ["bind", "noexec"] }),
      process({ args: ["/srv/program"] }),
    ),
    shows: /mounted over "\/srv", with the options bind,noexec: noexec forbids/,
    before: undefined,
  },
  {
    ...{ cause: "args-empty", title: "no arguments" },
    spec: process({ args: [] }),
    shows: /\/process\/args: is \[\].*Entrypoint and Cmd/s,
    before: /\/process\/args/,
  },
  {
    ...{
      cause: { runc: "args-empty", crun: ["args-empty", "command-denied"], runsc: "args-empty" },
      title: "an empty name",
    },
    spec: process({ args: [""] }),
    shows: /\/process\/args: is \[""\]/,
    before: /\/process\/args/,
  },
  {
    ...{ cause: "rootfs-missing", title: "a rootfs that is not there" },
    spec: (spec) => ({ ...spec, root: { ...spec.root, path: "nope" } }),
    shows: /root\.path is "nope", and ".*\/nope" is no directory/,
    before: /\/root\/path .*is no directory/,
  },
  {
    ...{
      cause: {
        runc: "config-missing",
        crun: ["config-missing", "config-unreadable"],
        runsc: "config-missing",
      },
      title: "no config.json",
    },
    absent: true,
    shows: /it holds no config\.json/,
    before: undefined,
  },
  {
    ...{
      cause: { runc: "config-json", crun: ["config-json", "config-unreadable"], runsc: "config-json" },
      title: "a comma too many",
    },
    text: (text) => text.replace('"process"', ', "process"'),
    shows: /line \d+/,
    before: /line \d+/,
  },
  {
    ...{ cause: "config-type", title: "a uid in quotes" },
    text: (text) => text.replace(/"uid": ?\d+/, '"uid": "0"'),
    shows: /\/process\/user\/uid/,
    accepted: ["every crun"],
    before: /\/process\/user\/uid/,
  },
  {
    ...{
      cause: {
        runc: "user-namespace-unmapped",
        crun: "user-namespace-ids",
        runsc: "user-namespace-unmapped",
      },
      title: "a user namespace without ids",
    },
    spec: namespaces((list) => [...list, { type: "user" }]),
    shows: /\/linux\/uidMappings: is not there.*\/etc\/subuid/s,
    before: /uidMappings/,
  },
  {
    ...{
      cause: { runc: "memory-limit-too-low", crun: "memory-limit-too-low", runsc: "runtime-killed" },
      title: "a memory limit of 4 KiB",
    },
    spec: resources({ memory: { limit: 4096 } }),
    shows: /\/linux\/resources\/memory\/limit: is 4096/,
    before: /\/linux\/resources\/memory/,
  },
  {
    ...{ cause: "hostname-without-namespace", title: "a hostname in the host's UTS namespace" },
    spec: both(
      (spec) => ({ ...spec, hostname: "other" }),
      namespaces((list) => list.filter(({ type }) => type !== "uts")),
    ),
    shows: /\/linux\/namespaces: has (?!.*uts)/,
    accepted: ["runsc"],
    before: /hostname/,
  },
  {
    ...{ cause: "sysctl-without-namespace", title: "a sysctl of the whole host" },
    spec: linux({ sysctl: { "vm.swappiness": "10" } }),
    shows: /"vm\.swappiness" belongs to no namespace/,
    accepted: ["runsc"],
    before: /vm\.swappiness/,
  },
  {
    ...{ cause: "sysctl-missing", title: "a sysctl that the kernel lacks" },
    spec: linux({ sysctl: { "net.ipv4.nosuch": "1" } }),
    shows: /\/proc\/sys\/net\/ipv4\/nosuch does not exist/,
    accepted: ["runsc"],
    before: /nosuch does not exist/,
  },
  {
    ...{ cause: "namespace-twice", title: "a namespace twice" },
    spec: namespaces((list) => [...list, { type: "uts" }]),
    shows: /names the type "uts" twice/,
    accepted: ["crun", "runsc"],
    before: /\/linux\/namespaces/,
  },
  {
    ...{ cause: "namespace-path-missing", title: "a namespace of a process that has ended" },
    spec: namespaces((list) =>
      list.map((entry) => (entry.type === "network" ? { ...entry, path: "/no/such/ns" } : entry)),
    ),
    shows: /"\/no\/such\/ns" is not there/,
    accepted: ["runsc"],
    before: /"\/no\/such\/ns" does not exist/,
  },
  {
    ...{ cause: "mount-no-device", title: "type bind without the option" },
    spec: mount({ destination: "/mnt", type: "bind", source: "/tmp", options: [] }),
    shows: /has type "bind" and the options none.*add "bind" at \/mounts\/\d+\/options/s,
    accepted: ["runsc"],
    before: /bind/,
  },
  {
    ...{ cause: "mount-no-device", title: "a filesystem that the kernel lacks" },
    spec: mount({ destination: "/mnt", type: "tmpfz", source: "none" }),
    shows: /has no "tmpfz"; did you mean "tmpfs"/,
    accepted: ["runsc"],
    before: undefined,
  },
  {
    ...{ cause: "bind-types-differ", title: "a file on a directory" },
    spec: mount({ destination: "/tmp", type: "bind", source: "/etc/hostname", options: ["bind"] }),
    shows: /\/etc\/hostname: is a file on this host.*\/tmp: is a directory in the rootfs/s,
    before: /is a directory in the rootfs/,
  },
  {
    ...{ cause: "bind-source-missing", title: "a source that is not there" },
    spec: mount({ destination: "/mnt", type: "bind", source: "@/plaim", options: ["bind"] }),
    shows: /is there, and has no "plaim"; did you mean "plain"/,
    before: /does not exist on this host/,
  },
  {
    ...{ cause: "capability-unknown", title: "a capability without CAP_" },
    spec: (spec) =>
      process({ capabilities: { ...spec.process?.capabilities, bounding: ["NET_ADMIN"] } })(spec),
    shows: /CAP_NET_ADMIN/,
    accepted: ["every runc", "every crun"],
    before: /CAP_NET_ADMIN/,
  },
  {
    ...{ cause: "capability-denied", title: "a capability that we lack" },
    spec: process({
      capabilities: {
        bounding: ["CAP_SYS_RESOURCE"],
        permitted: ["CAP_SYS_RESOURCE"],
        effective: ["CAP_SYS_RESOURCE"],
      },
    }),
    shows: /CAP_SYS_RESOURCE is not in the bounding set of this process/,
    accepted: ["runsc"],
    before: /CAP_SYS_RESOURCE is not in the bounding set/,
  },
  {
    ...{ cause: "proc-missing", title: "no /proc" },
    spec: (spec) => ({
      ...spec,
      mounts: (spec.mounts ?? []).filter(({ destination }) => destination !== "/proc"),
    }),
    shows: /\/mounts.*\/proc/s,
    accepted: ["every crun", "runsc"],
    before: /\/proc/,
  },
  {
    ...{
      cause: { runc: "hook-missing", crun: "hook-failed", runsc: "hook-missing" },
      title: "a hook that is not there",
    },
    spec: (spec) => ({ ...spec, hooks: { createRuntime: [{ path: "/no/hook" }] } }),
    shows:
      /\/hooks\/createRuntime\/0: "\/no\/hook" is run by a path of the host.*does not exist on this host/s,
    before: /"\/no\/hook" does not exist/,
  },
  {
    ...{ cause: "hook-failed", title: "a hook that fails" },
    spec: (spec) => ({ ...spec, hooks: { createRuntime: [{ path: "/bin/false" }] } }),
    shows: /"\/bin\/false" is run by a path of the host/,
    before: undefined,
  },
  {
    ...{ cause: "rlimit-denied", title: "a limit above our own" },
    spec: process({ rlimits: [{ type: "RLIMIT_MEMLOCK", hard: 1 << 30, soft: 1 << 30 }] }),
    shows: /above our own hard limit \d+/,
    accepted: ["runsc"],
    before: /above our own hard limit/,
  },
  {
    ...{ cause: "open-files-too-low", title: "three open files" },
    spec: process({ rlimits: [{ type: "RLIMIT_NOFILE", hard: 3, soft: 3 }] }),
    shows: /\/process\/rlimits\/0\/hard: is 3/,
    accepted: ["runsc"],
    before: undefined,
  },
  {
    ...{ cause: "apparmor-missing", title: "an AppArmor profile" },
    spec: process({ apparmorProfile: "nosuch" }),
    shows: /apparmor, which is not active/,
    accepted: ["runsc", "crun of sid"],
    before: /apparmor, which is not active/,
  },
  {
    ...{ cause: "selinux-missing", title: "an SELinux label" },
    spec: process({ selinuxLabel: "system_u:system_r:x_t:s0" }),
    shows: /selinux, which is not active/,
    before: /selinux, which is not active/,
  },
  {
    ...{ cause: "cwd-no-directory", title: "a working directory below a file" },
    spec: process({ cwd: "/etc/passwd/x" }),
    shows: /cannot be entered/,
    before: undefined,
  },
  {
    ...{ cause: "cwd-relative", title: "a relative working directory" },
    spec: process({ cwd: "tmp" }),
    shows: /\/process\/cwd/,
    accepted: ["every crun", "runsc"],
    before: /\/process\/cwd/,
  },
  {
    ...{ cause: "cgroup-unified-on-v1", title: "a file of cgroup v2 on v1" },
    spec: resources({ unified: { "memory.max": "100000000" } }),
    shows: /controllers are bound to cgroup v1/,
    accepted: ["runsc"],
    before: /controllers are bound to cgroup v1/,
  },
  {
    ...{ cause: "version-unknown", title: "a version to come" },
    spec: (spec) => ({ ...spec, ociVersion: "9.0.0" }),
    shows: /ociVersion/,
    accepted: ["every runc", "runsc", "crun of trixie", "crun of sid"],
    before: /\/ociVersion/,
  },
  {
    ...{
      cause: { runc: "devpts-in-user-namespace", crun: "user-namespace-ids" },
      title: "a user namespace of one id",
    },
    spec: both(
      (spec) => linux({ uidMappings: [swapped], gidMappings: [swapped] })(spec),
      namespaces((list) => [...list, { type: "user" }]),
    ),
    shows: /\/linux\/gidMappings: maps 0-0 from 0/,
    accepted: ["runsc"],
    before: undefined,
  },
];

/** Programs that the kernel cannot load: the container is made and started, and only its standard error says so (runsc: `start` does). */
export const unloadable: readonly Pick<Breakage, "cause" | "title" | "spec" | "shows">[] = [
  {
    ...{ cause: "interpreter-missing", title: "an interpreter that is not there" },
    spec: process({ args: ["/broken/interpreter"] }),
    shows: /its interpreter "\/usr\/bin\/pyhton3" is not in the rootfs/,
  },
  {
    ...{ cause: "interpreter-missing", title: "Windows line ends" },
    spec: process({ args: ["/broken/crlf"] }),
    shows: /"\/bin\/sh\\r", which does not exist/,
  },
  {
    ...{ cause: "interpreter-missing", title: "a loader that is not there" },
    spec: process({ args: ["/broken/loader"] }),
    shows: /its loader \(PT_INTERP\) "\/lib.*\/ld-.*" is not in the rootfs/,
  },
  {
    ...{ cause: "command-format", title: "text without #!" },
    spec: process({ args: ["/broken/text"] }),
    shows: /neither an ELF program nor a script that begins with #!/,
  },
  {
    ...{ cause: "command-format", title: "a program for another machine" },
    spec: process({ args: ["/broken/arm64"] }),
    shows: /is a program for arm64, and this machine is/,
  },
];

/** The files of the rootfs, and beside it in `place`, that the broken configs name. */
export function plantBroken(rootfs: string, place: string): void {
  const put = (name: string, content: string | Buffer, mode = 0o755): void => {
    writeFileSync(join(rootfs, "broken", name), content);
    chmodSync(join(rootfs, "broken", name), mode);
  };
  mkdirSync(join(rootfs, "broken"));
  put("interpreter", "#!/usr/bin/pyhton3\nprint()\n");
  put("crlf", "#!/bin/sh\r\necho hello\r\n");
  copyFileSync("/bin/ls", join(rootfs, "broken/loader"));
  put("text", "echo hello\n");
  put("arm64", foreignElf());
  put("mode", "#!/bin/sh\n", 0o644);
  mkdirSync(join(place, "plain"));
  writeFileSync(join(place, "plain/program"), "#!/bin/sh\n", { mode: 0o755 });
}

/** The header of a static program for arm64 (elf(5)). */
function foreignElf(): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(183, 18);
  bytes.writeUInt32LE(1, 20);
  return bytes;
}

type Change = (spec: Spec) => Spec;
type Linux = NonNullable<Spec["linux"]>;
type Namespaces = NonNullable<Linux["namespaces"]>;

function both(first: Change, second: Change): Change {
  return (spec) => second(first(spec));
}

function process(change: Partial<Process>): Change {
  return (spec) => ({ ...spec, process: { ...(spec.process as Process), ...change } });
}

function linux(change: Partial<Linux>): Change {
  return (spec) => ({ ...spec, linux: { ...spec.linux, ...change } });
}

function resources(change: NonNullable<Linux["resources"]>): Change {
  return (spec) => linux({ resources: { ...spec.linux?.resources, ...change } })(spec);
}

function namespaces(change: (list: Namespaces) => Namespaces): Change {
  return (spec) => linux({ namespaces: change(spec.linux?.namespaces ?? []) })(spec);
}

function mount(added: NonNullable<Spec["mounts"]>[number]): Change {
  return (spec) => ({ ...spec, mounts: [...(spec.mounts ?? []), added] });
}
