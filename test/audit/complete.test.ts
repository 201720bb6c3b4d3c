import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claimsOf } from "../../src/audit/audit.ts";
import type { Spec } from "../../src/oci/spec.ts";
import { repository } from "../support/needs.ts";

/** What config.json can hold that is no wish to the kernel, with the reason. */
const noWish: Readonly<Record<string, string>> = {
  "/ociVersion": "for the runtime",
  "/annotations": "for people and tools",
  "/process/commandLine": "Windows",
  "/process/user/username": "Windows",
  "/mounts/0/uidMappings":
    "the content of an idmapped mount's map is not shown; that it is idmapped is part of options",
  "/mounts/0/gidMappings": "as uidMappings",
  "/linux/seccomp/listenerPath": "with the rules",
  "/linux/seccomp/listenerMetadata": "with the rules",
  "/vm": "virtual machines",
  "/freebsd": "another system",
  "/zos": "another system",
  "/solaris": "another system",
  "/windows": "another system",
};

type Schema = {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
};

const documents = new Map<string, Schema>();

function open(name: string): Schema {
  const known =
    documents.get(name) ?? (JSON.parse(readFileSync(join(repository, "schemas", name), "utf8")) as Schema);
  documents.set(name, known);
  return known;
}

/** Every place of a config that holds a plain value: a list's first entry, a map's key "key". */
function leaves(schema: Schema, at: string, document: string): readonly string[] {
  if (Object.keys(noWish).some((known) => at === known)) return [];
  if (schema.$ref !== undefined) {
    const [file = "", pointer = ""] = schema.$ref.split("#");
    const name = file === "" ? document : file;
    let target: unknown = open(name);
    for (const part of pointer.split("/").slice(1))
      target = (target as Readonly<Record<string, unknown>>)[part];
    return leaves(target as Schema, at, name);
  }
  const inner = [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, part]) =>
      leaves(part, `${at}/${key}`, document),
    ),
    ...(schema.items === undefined ? [] : leaves(schema.items, `${at}/0`, document)),
    ...(typeof schema.additionalProperties === "object"
      ? leaves(schema.additionalProperties, `${at}/key`, document)
      : []),
  ];
  return inner.length === 0 ? [at] : inner;
}

/** A config with something in every place that the audit knows. */
const mapping = [{ containerID: 0, hostID: 0, size: 1 }];
const device = { major: 8, minor: 0, weight: 100, leafWeight: 100, rate: 1 };
const everything: Spec = {
  ociVersion: "1.3.0",
  root: { path: "rootfs", readonly: true },
  hostname: "a",
  domainname: "b",
  process: {
    terminal: true,
    consoleSize: { height: 1, width: 1 },
    cwd: "/",
    args: ["a"],
    env: ["A=1"],
    user: { uid: 0, gid: 0, umask: 0, additionalGids: [1] },
    capabilities: {},
    rlimits: [{ type: "RLIMIT_CPU", soft: 1, hard: 1 }],
    noNewPrivileges: true,
    apparmorProfile: "a",
    oomScoreAdj: 1,
    selinuxLabel: "a",
    scheduler: {
      policy: "SCHED_OTHER",
      nice: 1,
      priority: 1,
      flags: ["SCHED_FLAG_RECLAIM"],
      runtime: 1,
      deadline: 1,
      period: 1,
    },
    ioPriority: { class: "IOPRIO_CLASS_BE", priority: 1 },
    execCPUAffinity: { initial: "0", final: "0" },
  },
  mounts: [{ destination: "/a", source: "b", type: "none", options: ["bind"] }],
  hooks: Object.fromEntries(
    ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"].map(
      (kind) => [kind, [{ path: "/a" }]],
    ),
  ),
  linux: {
    devices: [{ type: "c", path: "/a", major: 1, minor: 1, fileMode: 1, uid: 1, gid: 1 }],
    netDevices: { key: { name: "a" } },
    uidMappings: mapping,
    gidMappings: mapping,
    namespaces: [{ type: "pid", path: "/a" }],
    resources: {
      unified: { key: "1" },
      devices: [{ allow: true }],
      pids: { limit: 1 },
      blockIO: {
        weight: 10,
        leafWeight: 10,
        weightDevice: [device],
        throttleReadBpsDevice: [device],
        throttleWriteBpsDevice: [device],
        throttleReadIOPSDevice: [device],
        throttleWriteIOPSDevice: [device],
      },
      cpu: {
        shares: 1,
        quota: 1,
        burst: 1,
        period: 1,
        realtimeRuntime: 1,
        realtimePeriod: 1,
        cpus: "0",
        mems: "0",
        idle: 1,
      },
      hugepageLimits: [{ pageSize: "2MB", limit: 1 }],
      memory: {
        limit: 1,
        reservation: 1,
        swap: 1,
        kernel: 1,
        kernelTCP: 1,
        swappiness: 1,
        disableOOMKiller: true,
        useHierarchy: true,
        checkBeforeUpdate: true,
      },
      network: { classID: 1, priorities: [{ name: "a", priority: 1 }] },
      rdma: { key: { hcaHandles: 1, hcaObjects: 1 } },
    },
    cgroupsPath: "/a",
    rootfsPropagation: "private",
    seccomp: { defaultAction: "SCMP_ACT_ALLOW" },
    sysctl: { key: "1" },
    maskedPaths: ["/a"],
    readonlyPaths: ["/a"],
    mountLabel: "a",
    intelRdt: {},
    memoryPolicy: { mode: "MPOL_DEFAULT" },
    personality: { domain: "LINUX", flags: ["A"] as never },
    timeOffsets: { monotonic: { secs: 1 }, boottime: { secs: 1 } },
  },
};

describe("nothing that config.json can ask is left out", () => {
  const claims = claimsOf(everything, { bundle: "/b" });
  const places = leaves(open("config.schema.json"), "", "config.schema.json");

  test("the schema was walked", () => expect(places.length).toBeGreaterThan(120));

  test.each(places)("%s", (place) => {
    const related = claims.some(
      ({ at }) => place === at || place.startsWith(`${at}/`) || at.startsWith(`${place}/`),
    );
    expect(related, "neither a claim nor a reason in noWish").toBe(true);
  });

  test("every claim rests on a statement of the specification", () => {
    for (const { at, statements } of claims)
      expect(statements.every((id) => /^(CFG|LX)-[A-Z]+-\d+$/.test(id)) && statements.length > 0, at).toBe(
        true,
      );
  });
});
