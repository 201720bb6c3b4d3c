import type { FlagTable, FlagValues } from "../flags.ts";
import { filesystemFlags } from "./flags/filesystem.ts";
import { identityFlags } from "./flags/identity.ts";
import { namespaceFlags } from "./flags/namespaces.ts";
import { patchFlags } from "./flags/patch.ts";
import { programFlags } from "./flags/program.ts";
import { resourceFlags } from "./flags/resources.ts";
import { rightFlags } from "./flags/rights.ts";
import { schedulingFlags } from "./flags/scheduling.ts";
import type { ConfigFlagTable } from "./flags/table.ts";

/** The flags of `docker run` (and a few more) that say something about config.json, by topic; options.ts turns each into a spec option. */
export const configFlags = {
  ...programFlags,
  ...identityFlags,
  ...filesystemFlags,
  ...namespaceFlags,
  ...rightFlags,
  ...resourceFlags,
  ...schedulingFlags,
  ...patchFlags,
} as const satisfies ConfigFlagTable;

export type ConfigValues = FlagValues<typeof configFlags>;

/** Which image of an index: beside the config flags wherever an image is opened. */
export const platformFlag = {
  platform: {
    kind: "value",
    value: "OS/ARCH[/VARIANT]",
    help: "which image of an index (default: this machine's)",
  },
} as const satisfies FlagTable;

/** Which image, and how a registry is reached: where one is pulled. */
export const registryFlags = {
  ...platformFlag,
  creds: {
    kind: "value",
    value: "USER[:PASS]",
    help: "for the image's registry; without PASS it is $OCILAB_PASSWORD (default: what docker login stored)",
  },
  insecure: { kind: "switch", help: "accept every certificate of a registry, and plain HTTP" },
  "cert-dir": {
    kind: "value",
    value: "DIR",
    help: "a registry's certificates: *.crt, NAME.cert with NAME.key (default: /etc/docker/certs.d/HOST)",
  },
  mirror: {
    kind: "list",
    value: "HOST=URL",
    help: "ask here before HOST: docker.io=https://mirror.example.org",
  },
  "registry-timeout": {
    kind: "value",
    value: "SECONDS",
    help: "how long a registry may be silent before a try has failed (default: 60); there are five",
  },
} as const satisfies FlagTable;

/** For what can be had for every platform at once. */
export const allPlatformsFlag = {
  "all-platforms": {
    kind: "switch",
    help: "every platform: the whole index, with all that it names (not with --platform)",
  },
} as const satisfies FlagTable;

/** Where a config is made for an image. */
export const asContainerFlag = {
  "as-container": {
    kind: "switch",
    help: "docker-container: also its limits, capabilities, devices, mounts, namespaces and security options; other flags win",
  },
} as const satisfies FlagTable;

/** The same, and whether the store will do: wherever an image is opened. */
export const sourceFlags = {
  ...registryFlags,
  pull: {
    kind: "value",
    value: "always|missing|never",
    choices: ["always", "missing", "never"],
    help: "fetch a registry's image always, when the store has none (default), or never",
  },
} as const satisfies FlagTable;

/** What the layers of an image may cost: wherever they are read. */
export const limitFlag = {
  limit: {
    kind: "list",
    value: "NAME=VALUE",
    help: "what the image may cost at most: bytes=64g, entries=1000000, path-length=3072, header-bytes=1m (of one PAX header), ratio=250 (unpacked to packed, judged from ratio-from=256m on); these are the defaults",
  },
} as const satisfies FlagTable;

/** What a bundle's root filesystem shall be: beside the others wherever one is made. */
export const rootfsFlags = {
  copy: {
    kind: "switch",
    help: "a rootfs of its own files, not an overlay mount of unpacked layers that bundles share",
  },
  ...limitFlag,
} as const satisfies FlagTable;

export type RootfsValues = FlagValues<typeof rootfsFlags>;

export type RegistryValues = FlagValues<typeof registryFlags>;
export type SourceValues = FlagValues<typeof sourceFlags>;
