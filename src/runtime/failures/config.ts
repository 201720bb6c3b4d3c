import type { Cause } from "./cause.ts";

/** config.json and the rootfs. */
export const configCauses: readonly Cause[] = [
  {
    name: "rootfs-missing",
    code: "runtime.rootfs",
    says: "the root filesystem that root.path names is not there; a relative path starts at the bundle, and `runc spec` makes only config.json",
    tries: "correct /root/path, or make a rootfs: `ocilab bundle IMAGE DIR`",
    shows: "where root.path leads, and which directories the bundle has",
    words: [
      {
        by: "runc",
        pattern: /invalid rootfs: stat (?<path>.+): no such file|rootfs \((?<path>.+)\) does not exist/,
        example: "runc create failed: invalid rootfs: stat /b/nope: no such file or directory",
      },
      {
        by: "crun",
        pattern: /make `(?<path>[^`]*)` private: No such file/,
        example: "make `nope` private: No such file or directory",
      },
      {
        by: "crun",
        pattern: /^open `(?<path>[^/`][^`]*)`: No such file/m,
        example: "open `nope`: No such file or directory",
      },
      {
        by: "runsc",
        pattern:
          /failed to stat mount "(?<path>[^"]+)" to see if it were a directory|mounting root on root .*no such file/,
        example:
          'creating container: failed to stat mount "/b/nope" to see if it were a directory: stat /b/nope: no such file or directory',
      },
    ],
  },
  {
    name: "config-missing",
    code: "runtime.config",
    says: "there is no config.json in the directory that was taken for the bundle",
    tries: "give the bundle's directory with --bundle; without it the current directory is the bundle",
    shows: "the directory, and where a config.json is: one level up or down",
    words: [
      {
        by: "runc",
        pattern: /JSON specification file \S+ not found/,
        example: "runc create failed: JSON specification file config.json not found",
      },
      {
        by: "crun",
        pattern: /cannot read the file: config\.json/,
        example: "load `config.json`: cannot read the file: config.json",
      },
      {
        by: "runsc",
        pattern: /error opening spec file "(?<path>[^"]+)"/,
        example:
          'reading spec: error opening spec file "/b/config.json": open /b/config.json: no such file or directory',
      },
    ],
  },
  {
    name: "config-type",
    code: "runtime.config",
    says: "config.json has a value of the wrong type in the field {field}",
    tries: "`ocilab check BUNDLE` names the JSON pointer; a number in quotes is a string",
    shows: "the JSON pointer, and the value that is there",
    words: [
      {
        by: "runc",
        pattern: /cannot unmarshal \w+ into Go (struct field \w+\.(?<field>[\w.]+)|value) of type/,
        example:
          "runc create failed: json: cannot unmarshal string into Go struct field User.process.user.uid of type uint32",
      },
      {
        by: "runsc",
        pattern: /cannot unmarshal \w+ into Go struct field/,
        example:
          'reading spec: error unmarshaling spec from file "/b/config.json": json: cannot unmarshal string into Go struct field User.process.user.uid of type uint32',
      },
    ],
  },
  {
    name: "config-json",
    code: "runtime.config",
    says: "config.json is no JSON",
    tries: "`ocilab check BUNDLE` shows line and column; a comma after the last entry is a frequent cause",
    shows: "line and column, and the line itself",
    words: [
      {
        by: "runc",
        pattern: /invalid character .+ (looking for|after|in) |unexpected end of JSON input$/,
        example: "runc create failed: invalid character '}' looking for beginning of object key string",
      },
      {
        by: "crun",
        pattern: /^load `config\.json`: cannot parse/m,
        example: "load `config.json`: cannot parse the data",
      },
      {
        by: "runsc",
        pattern: /error unmarshaling spec from file/,
        example:
          "reading spec: error unmarshaling spec from file \"/b/config.json\": invalid character ',' looking for beginning of object key string",
      },
    ],
  },
  {
    name: "config-unreadable",
    code: "runtime.config",
    says: "config.json cannot be read: it is not in the bundle's directory, or it is no JSON",
    tries: "`ocilab check BUNDLE` says which, with line and column",
    shows: "the directory and where a config.json is, or line and column of the mistake",
    words: [{ by: "crun", pattern: /^error loading config\.json/m, example: "error loading config.json" }],
  },
  {
    name: "version-unknown",
    code: "runtime.config",
    says: "this runtime knows only older versions of the specification than ociVersion names",
    tries: "lower /ociVersion (1.0.2 is understood everywhere), or use a newer crun",
    shows: "ociVersion",
    words: [{ by: "crun", pattern: /unknown version specified/, example: "unknown version specified" }],
  },
  {
    name: "cgroup-unified-on-v1",
    code: "runtime.cgroup",
    says: "linux.resources.unified names files of cgroup v2, and this host's controllers are bound to cgroup v1",
    tries:
      "use the fields beside it (memory, cpu, pids, …), which runtimes translate; `ocilab vm` has a cgroup v2 machine",
    shows: "which cgroup version the host has",
    words: [
      {
        by: "runc",
        pattern: /cannot use unified on cgroup v1/,
        example: "runc create failed: invalid configuration: cannot use unified on cgroup v1",
      },
      {
        by: "crun",
        pattern: /cannot use unified on cgroup v1/,
        example: "invalid configuration: cannot use unified on cgroup v1",
      },
    ],
  },
];
