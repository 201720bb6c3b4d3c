/** What the differences between runtimes hang on; "other" is any program with runc's command line. */
export type RuntimeKind = "runc" | "crun" | "runsc" | "other";

/** How one kind of runtime differs from the others, as far as driving it is concerned. */
export type RuntimeTraits = {
  /** The Debian package that brings it. */
  readonly package: string | undefined;
  /** Name of its state directory under /run, or under $XDG_RUNTIME_DIR for others than root. */
  readonly rootName: string;
  /** crun up to 1.28 refuses a host with cgroup v1 controllers and a cgroup2 tree beside them. */
  readonly refusesHybrid: boolean;
  /** What its own lines say of processes is about processes of this host: not so in gVisor's sandbox, where pids are its own. */
  readonly hostProcesses: boolean;
};

export const runtimeTraits: { readonly [Kind in RuntimeKind]: RuntimeTraits } = {
  runc: { package: "runc", rootName: "runc", refusesHybrid: false, hostProcesses: true },
  crun: { package: "crun", rootName: "crun", refusesHybrid: true, hostProcesses: true },
  runsc: { package: "runsc", rootName: "runsc", refusesHybrid: false, hostProcesses: false },
  other: { package: undefined, rootName: "", refusesHybrid: false, hostProcesses: true },
};
