export type HostSnapshot = Record<
  "mounts" | "cgroups" | "runtimeState" | "temporary" | "devices",
  readonly string[]
>;
export function snapshotHost(own?: string): HostSnapshot;
export function processesOf(run: string): readonly string[];
