import type { Cause } from "./cause.ts";

/** Mounts. */
export const mountCauses: readonly Cause[] = [
  {
    name: "proc-missing",
    code: "runtime.mount",
    says: "there is no /proc in the container, and runc needs one to close descriptors and to read which capabilities the kernel has",
    tries:
      'add {"destination":"/proc","type":"proc","source":"proc"} to /mounts; mount proc first (crun does without it)',
    shows: "the destinations of the config's mounts",
    words: [
      {
        by: "runc",
        pattern: /closing exec fds: open \/proc\/self\/fd: no such file/,
        example:
          "runc create failed: unable to start container process: error closing exec fds: open /proc/self/fd: no such file or directory",
      },
      {
        by: "runc",
        pattern: /open \/proc\/sys\/kernel\/cap_last_cap: no such file/,
        example:
          "runc create failed: unable to start container process: error during container init: open /proc/sys/kernel/cap_last_cap: no such file or directory",
      },
    ],
  },
  {
    name: "devpts-in-user-namespace",
    code: "runtime.mount",
    says: "devpts cannot be mounted: the user namespace does not map the group 5 (tty) that the mount's option gid=5 names, or maps no ids at all",
    tries:
      "add ids to /linux/uidMappings and /linux/gidMappings (as many as /etc/subuid gives), or take gid=5 from the options of /dev/pts",
    shows: "the id mappings of the config, and the ids that /etc/subuid gives",
    words: [
      {
        by: "runc",
        pattern: /error mounting "devpts" to rootfs.*invalid argument/,
        example:
          'runc create failed: unable to start container process: error during container init: error mounting "devpts" to rootfs at "/dev/pts": mount devpts:/dev/pts (via /proc/self/fd/6), flags: 0xa, data: newinstance,ptmxmode=0666,mode=0620,gid=5: invalid argument',
      },
      {
        by: "crun",
        pattern: /mount `devpts` to `[^`]*`: Invalid argument/,
        example: "mount `devpts` to `dev/pts`: Invalid argument",
      },
    ],
  },
  {
    name: "mount-no-device",
    code: "runtime.mount",
    says: "the kernel knows no filesystem of this mount's type; for a bind mount the type says nothing, only the option does: bind is an option, not a filesystem",
    tries:
      'put "bind" or "rbind" into the mount\'s options, or correct its type; /proc/filesystems lists what the kernel has',
    shows: "type and options of the mount, and whether /proc/filesystems has the type",
    words: [
      {
        by: "runc",
        pattern:
          /(error mounting "(?<source>[^"]*)" to rootfs at "(?<path>[^"]*)".*|mount .*): no such device/,
        example:
          'runc create failed: unable to start container process: error during container init: error mounting "/tmp" to rootfs at "/mnt": mount /tmp:/mnt (via /proc/self/fd/6): no such device',
      },
      {
        by: "crun",
        pattern: /mount `(?<source>[^`]*)` to `(?<path>[^`]*)`: No such device/,
        example: "mount `/tmp` to `mnt`: No such device",
      },
    ],
  },
  {
    name: "bind-types-differ",
    code: "runtime.mount",
    says: "a file and a directory cannot be mounted onto each other: {source} and {path}",
    tries:
      "bind files onto files and directories onto directories; a source that a program should have made as a file is often made as a directory by an earlier run",
    shows: "what source and destination are",
    words: [
      {
        by: "runc",
        pattern: /error mounting "(?<source>[^"]*)" to rootfs at "(?<path>[^"]*)".*: not a directory/,
        example:
          'runc create failed: unable to start container process: error during container init: error mounting "/etc/hostname" to rootfs at "/tmp": mount /etc/hostname:/tmp (via /proc/self/fd/6), flags: 0x1000: not a directory',
      },
      {
        by: "crun",
        pattern: /mount `(?<source>[^`]*)` to `(?<path>[^`]*)`: Not a directory/,
        example: "mount `/etc/hostname` to `tmp`: Not a directory",
      },
      {
        by: "runsc",
        pattern:
          /mounting \{Destination:(?<path>\S+) Type:\S* Source:(?<source>\S+) .*(is a|not a) directory/,
        example:
          'error setting up FS: mounting {Destination:/tmp Type:bind Source:/etc/hostname Options:[bind] UIDMappings:[] GIDMappings:[]}: open("/proc/fs/root/tmp") failed: open /proc/fs/root/tmp: is a directory',
      },
    ],
  },
  {
    name: "bind-source-missing",
    code: "runtime.mount",
    says: "the source {source} of a bind mount is not there: it is looked for on the host that the runtime runs on, not in the image, and not in a container that only talks to a Docker daemon",
    tries: "make it first, or correct the mount's source in /mounts",
    shows: "the part of the path that is there, and the names beside the missing one",
    words: [
      {
        by: "runc",
        pattern: /error mounting "(?<source>[^"]*)" to rootfs at "[^"]*": (.*: )?stat .*: no such file/,
        example:
          'runc create failed: unable to start container process: error during container init: error mounting "/no/such" to rootfs at "/mnt": stat /no/such: no such file or directory',
      },
      {
        by: "runc",
        pattern: /failed to fulfil mount request: open (?<source>.+): no such file/,
        example:
          "runc create failed: unable to start container process: error during container init: failed to fulfil mount request: open /no/such: no such file or directory",
      },
      {
        by: "crun",
        pattern: /(error stat'ing file|cannot stat) `(?<source>[^`]*)`: No such file/,
        example: "cannot stat `/no/such`: No such file or directory",
      },
      {
        by: "runsc",
        pattern: /mounting \{Destination:\S+ Type:\S* Source:(?<source>\S+) .*no such file/,
        example:
          'error setting up FS: mounting {Destination:/mnt Type:bind Source:/no/such Options:[bind] UIDMappings:[] GIDMappings:[]}: stat("/no/such") failed: stat /no/such: no such file or directory',
      },
      {
        by: "docker",
        pattern: /bind source path does not exist: (?<source>\S+)/,
        example: 'invalid mount config for type "bind": bind source path does not exist: /no/such',
      },
    ],
  },
];
