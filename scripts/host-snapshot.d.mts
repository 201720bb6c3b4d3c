export type HostSnapshot = Record<
  "mounts" | "cgroups" | "runtimeState" | "temporary" | "devices",
  readonly string[]
>;
export function snapshotHost(): HostSnapshot;
export function processesOf(run: string): readonly string[];
