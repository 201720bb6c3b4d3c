/** What `checkpoint` and `restore` have in common (criu(8)). Directories are absolute. */
type CriuFlags = {
  /** Where the image files of the processes are. */
  readonly imagePath: string;
  /** Where criu works and logs; default: below `imagePath`. */
  readonly workPath?: string | undefined;
  /** Allow open TCP connections. */
  readonly tcpEstablished?: boolean | undefined;
  /** Allow unix sockets whose other end is outside. */
  readonly externalUnixSockets?: boolean | undefined;
  /** Allow a session leader that is outside, as a terminal's. */
  readonly shellJob?: boolean | undefined;
  readonly fileLocks?: boolean | undefined;
  readonly manageCgroupsMode?: "soft" | "full" | "strict" | "ignore" | undefined;
  readonly lazyPages?: boolean | undefined;
  readonly autoDedup?: boolean | undefined;
  /** Namespaces to make anew without restoring what is in them: "network". */
  readonly emptyNamespaces?: readonly string[] | undefined;
};

export type CheckpointFlags = CriuFlags & {
  readonly leaveRunning?: boolean | undefined;
  /** Dump memory only and let the container go on; a later checkpoint names it as its parent. */
  readonly preDump?: boolean | undefined;
  /** The image of an earlier pre-dump, relative to `imagePath`. */
  readonly parentPath?: string | undefined;
  /** "ADDRESS:PORT" of a criu page server. */
  readonly pageServer?: string | undefined;
};

export type RestoreFlags = CriuFlags & {
  readonly detach?: boolean | undefined;
  readonly pidFile?: string | undefined;
  readonly consoleSocket?: string | undefined;
  readonly noPivot?: boolean | undefined;
};

/** The flags of `checkpoint`, as runc and crun spell them. Pure. */
export function checkpointArgv(flags: CheckpointFlags): string[] {
  return [
    ...criuArgv(flags),
    ...(flags.leaveRunning === true ? ["--leave-running"] : []),
    ...(flags.preDump === true ? ["--pre-dump"] : []),
    ...(flags.parentPath === undefined ? [] : ["--parent-path", flags.parentPath]),
    ...(flags.pageServer === undefined ? [] : ["--page-server", flags.pageServer]),
  ];
}

/** The flags of `restore`. Pure. */
export function restoreArgv(flags: RestoreFlags): string[] {
  return [
    ...criuArgv(flags),
    ...(flags.detach === true ? ["--detach"] : []),
    ...(flags.pidFile === undefined ? [] : ["--pid-file", flags.pidFile]),
    ...(flags.consoleSocket === undefined ? [] : ["--console-socket", flags.consoleSocket]),
    ...(flags.noPivot === true ? ["--no-pivot"] : []),
  ];
}

function criuArgv(flags: CriuFlags): string[] {
  return [
    ...["--image-path", flags.imagePath],
    ...(flags.workPath === undefined ? [] : ["--work-path", flags.workPath]),
    ...(flags.tcpEstablished === true ? ["--tcp-established"] : []),
    ...(flags.externalUnixSockets === true ? ["--ext-unix-sk"] : []),
    ...(flags.shellJob === true ? ["--shell-job"] : []),
    ...(flags.fileLocks === true ? ["--file-locks"] : []),
    ...(flags.manageCgroupsMode === undefined ? [] : ["--manage-cgroups-mode", flags.manageCgroupsMode]),
    ...(flags.lazyPages === true ? ["--lazy-pages"] : []),
    ...(flags.autoDedup === true ? ["--auto-dedup"] : []),
    ...(flags.emptyNamespaces ?? []).flatMap((name) => ["--empty-ns", name]),
  ];
}
