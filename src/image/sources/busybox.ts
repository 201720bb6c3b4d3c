import type { NewMember } from "./tar-writer.ts";

/** What the built-in image busybox is made of: the program, the paths of its applets ("usr/bin/awk"), its version. */
export type BusyboxParts = {
  readonly program: Uint8Array;
  readonly applets: readonly string[];
  readonly version: string;
};

const directories: readonly (readonly [path: string, mode: number])[] = [
  ...[
    "bin",
    "dev",
    "etc",
    "home",
    "mnt",
    "proc",
    "run",
    "sbin",
    "sys",
    "usr",
    "usr/bin",
    "usr/sbin",
    "var",
    "var/log",
  ].map((path) => [path, 0o755] as const),
  ["root", 0o700],
  ["tmp", 0o1777],
  ["var/tmp", 0o1777],
];

const files = (
  version: string,
): readonly (readonly [path: string, mode: number, lines: readonly string[]])[] => [
  [
    "etc/passwd",
    0o644,
    [
      "root:x:0:0:root:/root:/bin/sh",
      "daemon:x:1:1:daemon:/usr/sbin:/bin/false",
      "nobody:x:65534:65534:nobody:/home:/bin/false",
    ],
  ],
  [
    "etc/group",
    0o644,
    ["root:x:0:", "daemon:x:1:", "tty:x:5:", "wheel:x:10:root", "users:x:100:", "nogroup:x:65534:"],
  ],
  ["etc/shadow", 0o640, ["root:*:::::::", "daemon:*:::::::", "nobody:*:::::::"]],
  ["etc/hosts", 0o644, ["127.0.0.1 localhost", "::1 localhost"]],
  [
    "etc/profile",
    0o644,
    ["export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "umask 022"],
  ],
  [
    "etc/os-release",
    0o644,
    [
      "ID=busybox",
      'NAME="BusyBox"',
      `VERSION_ID="${version}"`,
      `PRETTY_NAME="BusyBox ${version}, built in by ocilab"`,
    ],
  ],
];

/** The root filesystem of the built-in image, sorted by path: the program, a symlink for each applet, and the least of /etc. Pure. */
export function busyboxMembers({ program, applets, version }: BusyboxParts): readonly NewMember[] {
  const members: readonly NewMember[] = [
    ...directories.map(([path, mode]) => ({ kind: "directory", path, mode }) as const),
    ...files(version).map(([path, mode, lines]) => {
      return { kind: "file", path, mode, content: Buffer.from(`${lines.join("\n")}\n`) } as const;
    }),
    { kind: "file", path: "bin/busybox", mode: 0o755, content: program },
    ...[...new Set(applets)]
      .filter((path) => path !== "bin/busybox")
      .map((path) => ({ kind: "symlink", path, mode: 0o777, target: "/bin/busybox" }) as const),
    { kind: "symlink", path: "var/run", mode: 0o777, target: "../run" },
  ];
  return members.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The image configuration (image-spec config.md): a shell, docker's PATH, and labels that say where it comes from. Pure. */
export function busyboxConfig(facts: {
  readonly architecture: string;
  readonly diffId: string;
  readonly version: string;
  readonly created: string;
}): unknown {
  const { architecture, diffId, version, created } = facts;
  return {
    created,
    architecture,
    os: "linux",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: ["sh"],
      Labels: {
        "org.opencontainers.image.title": "busybox",
        "org.opencontainers.image.version": version,
        "org.opencontainers.image.created": created,
        "org.opencontainers.image.description": "this machine's static busybox, as an image that ocilab made",
      },
    },
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created, created_by: "ocilab: the machine's static busybox with a link for each applet" }],
  };
}
