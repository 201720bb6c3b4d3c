import { type ConfigFlagTable, under } from "./table.ts";

/** The root filesystem, what is mounted over it, and devices. */
export const filesystemFlags = under("files and devices", {
  "read-only": { kind: "switch", help: "mount the root filesystem read-only", sets: ["/root/readonly"] },
  volume: {
    kind: "list",
    short: "v",
    value: "FROM:TO[:ro]",
    help: "show a path of the host inside",
    sets: ["/mounts"],
  },
  mount: {
    kind: "list",
    value: "type=bind|tmpfs,...",
    help: "the same at length: type=bind,source=/a,target=/b,readonly",
    sets: ["/mounts"],
  },
  tmpfs: {
    kind: "list",
    value: "DIR[:OPTIONS]",
    help: "an empty filesystem in memory: /run:size=64m",
    sets: ["/mounts"],
  },
  device: {
    kind: "list",
    value: "FROM[:TO[:rwm]]",
    help: "a device of the host",
    sets: ["/linux/devices", "/linux/resources/devices"],
  },
} satisfies ConfigFlagTable);
