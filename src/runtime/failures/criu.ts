import type { Cause } from "./cause.ts";

/** What criu(8) cannot save or restore; its words come from its own log, behind the runtime's. */
export const criuCauses: readonly Cause[] = [
  {
    name: "criu-kernel-too-new",
    code: "runtime.failed",
    says: "this criu does not know this kernel: it cannot find its way in the kernel's vDSO, so it does nothing at all",
    tries:
      "install a newer criu (4.2 knows Linux 6.18, Debian 12's 3.17 knows 6.1) and try `criu check`; PATH decides which one the runtime takes",
    words: [
      {
        by: "criu",
        pattern: /vdso: Unexpected rt vDSO area bounds|kerndat_vdso_fill_symtable failed/,
        example:
          'criu\'s last words in "/c/dump.log": vdso: Unexpected rt vDSO area bounds (criu/vdso.c:381); vdso: Failed to fill self vdso symtable (criu/vdso.c:613)',
      },
    ],
  },
  {
    name: "criu-file-outside",
    code: "runtime.failed",
    says: "descriptor {fd} of a process in the container is {path}, which lies on a file system outside of it: criu saves files of the container's own mounts, pipes and /dev/null, and a terminal that config.json asks for",
    tries:
      "start it with such streams: `ocilab run -d` gives it pipes; with `create`, redirect all three: < /dev/null, and the output into a pipe or /dev/null",
    words: [
      {
        by: "criu",
        pattern: /Can't lookup mount=\d+ for fd=(?<fd>\d+) path=(?<path>.+?)( \(deleted\))? \(criu\//,
        example:
          "criu's last words in \"/c/dump.log\": Can't lookup mount=30 for fd=1 path=/tmp/output (criu/files-reg.c:1790)",
      },
    ],
  },
  {
    name: "criu-tcp-connection",
    code: "runtime.failed",
    says: "a process in the container has an open TCP connection, whose other end would not know what happened",
    tries:
      "give --tcp-established to checkpoint and to restore, which keeps the connection if both ends have their addresses again",
    words: [
      {
        by: "criu",
        pattern: /Connected TCP socket, consider using --tcp-established/,
        example:
          'criu\'s last words in "/c/dump.log": inet: Connected TCP socket, consider using --tcp-established option. (criu/sk-inet.c:200)',
      },
    ],
  },
  {
    name: "criu-unix-socket-outside",
    code: "runtime.failed",
    says: "a process in the container is connected by a unix socket to a process outside of it",
    tries: "--ext-unix-sk saves datagram sockets all the same; a stream's connection has to be closed first",
    words: [
      {
        by: "criu",
        pattern:
          /External socket is used\. Consider using --ext-unix-sk|Can't dump half of stream unix connection/,
        example:
          'criu\'s last words in "/c/dump.log": unix: External socket is used. Consider using --ext-unix-sk option. (criu/sk-unix.c:874)',
      },
    ],
  },
  {
    name: "criu-file-lock",
    code: "runtime.failed",
    says: "a process in the container holds a file lock, which others could take while it is away",
    tries: "give --file-locks to checkpoint and to restore, when nobody else uses the locked files",
    words: [
      {
        by: "criu",
        pattern: /Some file locks are hold by dumping tasks/,
        example:
          'criu\'s last words in "/c/dump.log": Some file locks are hold by dumping tasks! You can try --file-locks to dump them. (criu/file-lock.c:110)',
      },
    ],
  },
  {
    name: "criu-nested-namespace",
    code: "runtime.failed",
    says: "process {pid} in the container has made a {type} namespace of its own, and criu saves such namespaces only of a container's first process",
    tries: "end what unshares inside it (a container engine, a sandboxing browser) before the checkpoint",
    words: [
      {
        by: "criu",
        pattern: /Can't dump nested (?<type>\w+) namespace for (?<pid>\d+)/,
        example:
          "criu's last words in \"/c/dump.log\": Can't dump nested pid namespace for 13878 (criu/namespaces.c:460); Can't make pidns id (criu/namespaces.c:700)",
      },
    ],
  },
  {
    name: "criu-deleted-file",
    code: "runtime.failed",
    says: "a process in the container has the deleted file {path} open, which would have to be saved as well and is larger than criu takes",
    tries:
      "close it first; or put `ghost-limit 64M` into a file that the annotation org.criu.config names (runc), or into /etc/criu/runc.conf or crun.conf",
    words: [
      {
        by: "criu",
        pattern: /Can't dump ghost file (?<path>\S+) of \d+ size, increase limit/,
        example:
          "criu's last words in \"/c/dump.log\": Can't dump ghost file /tmp/gone of 3145728 size, increase limit (criu/files-reg.c:1031)",
      },
    ],
  },
  {
    name: "criu-memory-tracking",
    code: "runtime.unsupported",
    says: "this kernel does not tell criu which memory has changed since (CONFIG_MEM_SOFT_DIRTY), which --pre-dump stands on",
    tries: "leave --pre-dump and --parent-path out: a whole checkpoint needs neither",
    words: [
      {
        by: "runc",
        pattern: /CRIU is missing features/,
        example: "CRIU is missing features",
      },
      {
        by: "criu",
        pattern: /Tracking memory is not available|Dirty tracking is OFF/,
        example:
          'criu\'s last words in "/c/dump.log": Tracking memory is not available. Consider omitting --track-mem option. (criu/cr-dump.c:1700)',
      },
    ],
  },
  {
    name: "criu-file-changed",
    code: "runtime.failed",
    says: "the root filesystem is not as it was when the checkpoint was made: {path} has another size",
    tries: "restore with the bundle that the container had, with its files as they were left",
    words: [
      {
        by: "criu",
        pattern: /File (?<path>\S+) has bad size \d+ \(expect \d+\)/,
        example:
          'criu\'s last words in "/c/restore.log": File tmp/log has bad size 26 (expect 22) (criu/files-reg.c:2175)',
      },
    ],
  },
  {
    name: "criu-file-gone",
    code: "runtime.failed",
    says: "the root filesystem is not as it was when the checkpoint was made: {path} is not there any more",
    tries: "restore with the bundle that the container had, with its files as they were left",
    words: [
      {
        by: "criu",
        pattern: /Can't open file (?<path>\S+) on restore: No such file or directory/,
        example:
          "criu's last words in \"/c/restore.log\": Can't open file tmp/log on restore: No such file or directory (criu/files-reg.c:2353)",
      },
    ],
  },
  {
    name: "criu-masked-directory",
    code: "runtime.failed",
    says: "crun from 1.2x on masks directories with an empty one below its root directory, which its restore finds only when that is the default, /run/crun",
    tries:
      "checkpoint and restore it with --root /run/crun; or take the directories (/proc/acpi, /proc/scsi, /sys/firmware) out of /linux/maskedPaths",
    words: [
      {
        by: "criu",
        pattern: /mnt: No mapping for \d+:\(null\) mountpoint/,
        example:
          'criu\'s last words in "/c/restore.log": mnt: No mapping for 3139:(null) mountpoint (criu/mount.c:3141)',
      },
    ],
  },
  {
    name: "criu-library-missing",
    code: "runtime.unsupported",
    says: "crun does criu's work through its library, libcriu.so.2, and this machine has none or one that is too old",
    tries: "install libcriu2 (Debian from 13 on; the package criu of Debian 12 has it), or use runc",
    words: [
      {
        by: "crun",
        pattern: /could not load `?libcriu\.so|libcriu is too old|could not find symbol `[^`]*` in `libcriu/,
        example:
          "could not load `libcriu.so.2`: `libcriu.so.2: cannot open shared object file: No such file or directory`",
      },
    ],
  },
];
