import { hostDevices } from "../../../../src/cli/config/devices.ts";
import { capabilityNames } from "../../../../src/oci/capabilities.ts";
import { defaultCapabilities } from "../../../../src/spec/defaults.ts";
import { defaultSeccomp } from "../../../../src/spec/seccomp/profile.ts";
import type { FlagRow } from "./row.ts";

/** The three sets that a flag changes together, and the default profile, which goes by them. */
function capabilities(names: readonly string[]): Readonly<Record<string, unknown>> {
  return { ...sets(names), "/linux/seccomp": defaultSeccomp("amd64", names) };
}

function sets(names: readonly string[]): Readonly<Record<string, unknown>> {
  const kinds = ["bounding", "effective", "permitted"];
  return Object.fromEntries(kinds.map((kind) => [`/process/capabilities/${kind}`, names]));
}

const withAdmin = capabilityNames.filter((name) => [...defaultCapabilities, "CAP_NET_ADMIN"].includes(name));
const locked = ["nosuid", "noexec", "nodev"];

export const rightRows: readonly FlagRow[] = [
  ["cap-add", ["--cap-add", "net_admin"], capabilities(withAdmin)],
  ["cap-add", ["--cap-add", "ALL"], capabilities(capabilityNames)],
  ["cap-drop", ["--cap-drop", "ALL"], capabilities([])],
  ["cap-drop", ["--cap-drop=ALL", "--cap-add=KILL,CHOWN"], capabilities(["CAP_CHOWN", "CAP_KILL"])],
  [
    "cap-drop",
    ["--cap-drop", "CAP_MKNOD"],
    capabilities(defaultCapabilities.filter((name) => name !== "CAP_MKNOD")),
  ],
  [
    "cap-ambient",
    ["--cap-ambient", "chown"],
    { "/process/capabilities/ambient": ["CAP_CHOWN"], "/process/capabilities/inheritable": ["CAP_CHOWN"] },
  ],
  ["security-opt", ["--security-opt", "no-new-privileges=false"], { "/process/noNewPrivileges": false }],
  ["security-opt", ["--security-opt", "no-new-privileges"], {}],
  [
    "security-opt",
    ["--security-opt", "seccomp=unconfined"],
    { "/linux/seccomp": undefined, "/ociVersion": "1.0.0" },
  ],
  ["security-opt", ["--security-opt", "seccomp=default"], {}],
  [
    "security-opt",
    ["--security-opt", "seccomp=sub/deny.json"],
    { "/linux/seccomp": { defaultAction: "SCMP_ACT_ERRNO", syscalls: [] }, "/ociVersion": "1.0.0" },
  ],
  [
    "security-opt",
    ["--security-opt", "seccomp=sub/docker.json"],
    {
      "/linux/seccomp": {
        defaultAction: "SCMP_ACT_ERRNO",
        defaultErrnoRet: 38,
        architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        syscalls: [
          { names: ["read"], action: "SCMP_ACT_ALLOW" },
          { names: ["chroot"], action: "SCMP_ACT_ALLOW" },
        ],
      },
    },
  ],
  ["security-opt", ["--security-opt", "apparmor=mine"], { "/process/apparmorProfile": "mine" }],
  ["security-opt", ["--security-opt", "apparmor=unconfined"], {}],
  [
    "security-opt",
    ["--security-opt", "systempaths=unconfined"],
    { "/linux/maskedPaths": [], "/linux/readonlyPaths": [] },
  ],
  [
    "security-opt",
    ["--security-opt", "mask=/a:/b"],
    { "/linux/maskedPaths/12": "/a", "/linux/maskedPaths/13": "/b" },
  ],
  [
    "security-opt",
    ["--security-opt", "unmask=ALL"],
    { "/linux/maskedPaths": [], "/linux/readonlyPaths": [] },
  ],
  [
    "security-opt",
    ["--security-opt", "unmask=/proc/sys:/sys"],
    {
      "/linux/readonlyPaths/3": undefined,
      "/linux/maskedPaths/11": undefined,
      "/linux/maskedPaths/10": undefined,
    },
  ],
  ["security-opt", ["--security-opt", "writable-cgroups"], { "/mounts/4/options": [...locked, "relatime"] }],
  ["security-opt", ["--security-opt", "label=disable"], {}],
  [
    "security-opt",
    ["--security-opt", "label=type:my_t", "--security-opt", "label=level:s0:c1,c2"],
    {
      "/process/selinuxLabel": "system_u:system_r:my_t:s0:c1,c2",
      "/linux/mountLabel": "system_u:object_r:container_file_t:s0:c1,c2",
    },
  ],
  [
    "privileged",
    ["--privileged"],
    {
      ...sets(capabilityNames),
      "/process/noNewPrivileges": false,
      "/linux/seccomp": undefined,
      "/ociVersion": "1.0.0",
      "/linux/devices": hostDevices(),
      "/linux/resources/devices": [{ allow: true, access: "rwm" }],
      "/linux/maskedPaths": [],
      "/linux/readonlyPaths": [],
      "/mounts/3/options": locked,
      "/mounts/4/options": [...locked, "relatime"],
    },
  ],
];
