import type { CodeTable } from "./table.ts";

export const runtimeCodes = {
  "runtime.unrecognised": {
    meaning: "The program given as runtime does not answer `--version` as a container runtime does.",
    remedy: "Give `--runtime` the name or path of runc, crun or a runtime with runc's command line.",
  },
  "runtime.exists": {
    meaning: "A container with this id exists already, or a killed runtime left its directory behind.",
    remedy: "Delete it (`ocilab delete ID`, `--force` while it runs) or choose another id.",
  },
  "runtime.not-found": {
    meaning: "The runtime knows no container with this id in the state directory that was searched.",
    remedy:
      "Check the id and `--root`; the message lists the ids that exist, here and in other known places.",
  },
  "runtime.wrong-status": {
    meaning: "The container's status does not allow this operation.",
    remedy: "The message says which status it has and which step comes first.",
  },
  "runtime.not-running": {
    meaning: "The container's process has ended, so it cannot be signalled.",
    remedy: "Delete the container, or create it anew.",
  },
  "runtime.config": {
    meaning: "The runtime refused config.json.",
    remedy: "Run `ocilab check DIR`; the message holds the runtime's own words.",
  },
  "runtime.rootfs": {
    meaning: "The runtime did not find or could not use the root filesystem.",
    remedy: "Check root.path in config.json: it is relative to the bundle.",
  },
  "runtime.command-missing": {
    meaning: "The program that the container should run is not in its root filesystem.",
    remedy: "Check process.args[0] and PATH in process.env; the search is made inside the rootfs.",
  },
  "runtime.command-denied": {
    meaning: "The program that the container should run may not be executed.",
    remedy: "Check its mode, the mount flags (noexec) and process.user.",
  },
  "runtime.command-format": {
    meaning: "The kernel cannot execute the program: another architecture, or a script without `#!`.",
    remedy: "Use an image of this machine's architecture, or name the interpreter in process.args.",
  },
  "runtime.terminal": {
    meaning: "The config asks for a terminal and none was given, or the other way round.",
    remedy:
      "process.terminal and `--console-socket` belong together: set both, or neither. `ocilab run -t` opens a socket itself.",
  },
  "runtime.mount": {
    meaning: "A mount of the config could not be made.",
    remedy: "The message names the mount: check source, type, options and destination.",
  },
  "runtime.cgroup": {
    meaning: "The container's cgroup could not be made or configured.",
    remedy: "Check linux.resources and cgroupsPath against the controllers that `ocilab inspect host` shows.",
  },
  "runtime.hook": {
    meaning: "A hook of the config failed or could not be started.",
    remedy:
      "Hook paths lie on the host, except startContainer's; run the hook by hand with a state on stdin.",
  },
  "runtime.rlimit": {
    meaning: "A resource limit could not be set.",
    remedy: "Raising a hard limit needs CAP_SYS_RESOURCE; ask for at most what `ulimit -H` shows.",
  },
  "runtime.namespace": {
    meaning: "A namespace could not be made or joined.",
    remedy: "Check linux.namespaces, the id mappings and the host's limits on user namespaces.",
  },
  "runtime.permission": {
    meaning: "The kernel refused an operation of the runtime for lack of permission.",
    remedy: "Run as root, or use a rootless config with `--root` in a directory of your own.",
  },
  "runtime.images": {
    meaning: "The directory of a checkpoint's images holds another one, or none, or cannot be read.",
    remedy:
      "Give `checkpoint --image-path` a directory of its own, and `restore --image-path` that same one.",
  },
  "runtime.unsupported": {
    meaning: "This runtime, or this version of it, does not have the operation.",
    remedy: "Use a newer version or another runtime with `--runtime`.",
  },
  "runtime.output": {
    meaning: "The runtime ended well but printed something that cannot be understood.",
    remedy: "The message shows the beginning of what it printed; check that `--runtime` names a runtime.",
  },
  "runtime.failed": {
    meaning: "The runtime failed for a reason that ocilab does not know.",
    remedy: "The message holds the runtime's own words; `--log-level debug` shows the commands.",
  },
} as const satisfies CodeTable;
