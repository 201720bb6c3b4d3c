/** What the differences between runtimes hang on; "other" is any program with runc's command line. */
export type RuntimeKind = "runc" | "crun" | "other";

/** How one kind of runtime differs from the others, as far as driving it is concerned. */
export type RuntimeTraits = {
  /** The Debian package that brings it. */
  readonly package: string | undefined;
  /** Name of its state directory under /run, or under $XDG_RUNTIME_DIR for others than root. */
  readonly rootName: string;
  /** crun up to 1.28 refuses a host with cgroup v1 controllers and a cgroup2 tree beside them. */
  readonly refusesHybrid: boolean;
};

export const runtimeTraits: { readonly [Kind in RuntimeKind]: RuntimeTraits } = {
  runc: { package: "runc", rootName: "runc", refusesHybrid: false },
  crun: { package: "crun", rootName: "crun", refusesHybrid: true },
  other: { package: undefined, rootName: "", refusesHybrid: false },
};
