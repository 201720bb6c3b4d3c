import { withArgs, withCommand } from "../../src/spec/options/arguments.ts";
import { withAmbientCapabilities, withCapabilities } from "../../src/spec/options/capabilities.ts";
import { withEnv, withoutEnv } from "../../src/spec/options/environment.ts";
import { withAnnotations, withDomainname, withHostname } from "../../src/spec/options/identity.ts";
import {
  withCwd,
  withNoNewPrivileges,
  withOomScoreAdj,
  withoutTerminal,
  withTerminal,
  withUmask,
} from "../../src/spec/options/process.ts";
import { withRlimit } from "../../src/spec/options/rlimits.ts";
import {
  withMaskedPaths,
  withReadonlyPaths,
  withReadonlyRoot,
  withRootfsPropagation,
  withRootPath,
} from "../../src/spec/options/root.ts";
import { withSeccomp } from "../../src/spec/options/seccomp.ts";
import { withAdditionalGroups, withUser } from "../../src/spec/options/user.ts";
import { defaultSeccomp } from "../../src/spec/seccomp/profile.ts";
import { linuxOptionCases } from "./linux-option-cases.ts";
import type { OptionCase } from "./option-case.ts";
import { defaultSpec } from "./sample.ts";

const base = defaultSpec();
const env = base.process?.env ?? [];
const bounding = base.process?.capabilities?.bounding ?? [];
const without = (name: string) => bounding.filter((other) => other !== name);
const order = [...bounding.slice(0, 9), "CAP_NET_ADMIN", ...bounding.slice(9)];
const plus = (name: string) => [...bounding, name].toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
const sets = "/process/capabilities";
const seccomp = (names: readonly string[]) => defaultSeccomp("amd64", names).syscalls;
export const optionCases: readonly OptionCase[] = [
  { name: "withArgs", option: withArgs(["a", ""]), changes: { "/process/args": ["a", ""] } },
  { name: "withCommand", option: withCommand(["a"]), changes: { "/process/args": ["/entry", "a"] } },
  {
    name: "withEnv",
    option: withEnv(["A=1", "HOME=/"]),
    changes: { "/process/env": [env[0], "HOME=/", "A=1"] },
  },
  { name: "withoutEnv", option: withoutEnv(["HOME", "NONE"]), changes: { "/process/env": [env[0]] } },
  { name: "withCwd", option: withCwd("/srv"), changes: { "/process/cwd": "/srv" } },
  {
    name: "withTerminal",
    option: withTerminal({ height: 2, width: 3 }),
    changes: {
      "/process/terminal": true,
      "/process/consoleSize": { height: 2, width: 3 },
      "/process/env": [...env, "TERM=xterm"],
    },
  },
  {
    name: "withoutTerminal",
    option: withoutTerminal(),
    changes: { "/process/terminal": false },
    also: ["/process/consoleSize"],
  },
  {
    name: "withNoNewPrivileges",
    option: withNoNewPrivileges(false),
    changes: { "/process/noNewPrivileges": false },
  },
  { name: "withOomScoreAdj", option: withOomScoreAdj(5), changes: { "/process/oomScoreAdj": 5 } },
  { name: "withUmask", option: withUmask(0o27), changes: { "/process/user/umask": 0o27 } },
  {
    name: "withUser",
    option: withUser("web:wheel"),
    changes: { "/process/user/uid": 33, "/process/user/gid": 10, "/process/user/additionalGids": [10] },
  },
  {
    name: "withAdditionalGroups",
    option: withAdditionalGroups(["fuse", "5", "10"]),
    changes: { "/process/user/additionalGids": [0, 10, 20, 5] },
  },
  {
    name: "withRlimit",
    option: withRlimit({ type: "RLIMIT_CORE", soft: 0, hard: 0 }),
    changes: { "/process/rlimits": [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }] },
  },
  {
    name: "withCapabilities drop",
    option: withCapabilities({ drop: ["kill"] }),
    changes: {
      [`${sets}/bounding`]: without("CAP_KILL"),
      [`${sets}/effective`]: without("CAP_KILL"),
      [`${sets}/permitted`]: without("CAP_KILL"),
    },
    also: [sets, "/linux/seccomp"],
  },
  {
    name: "withCapabilities add",
    option: withCapabilities({ add: ["NET_ADMIN"] }),
    changes: {
      [`${sets}/bounding`]: plus("CAP_NET_ADMIN"),
      [`${sets}/effective`]: plus("CAP_NET_ADMIN"),
      [`${sets}/permitted`]: plus("CAP_NET_ADMIN"),
    },
    also: [sets, "/linux/seccomp"],
  },
  {
    name: "withCapabilities drop ALL",
    option: withCapabilities({ drop: ["all"], add: ["CAP_SYS_ADMIN"] }),
    changes: {
      [`${sets}/bounding`]: ["CAP_SYS_ADMIN"],
      [`${sets}/effective`]: ["CAP_SYS_ADMIN"],
      [`${sets}/permitted`]: ["CAP_SYS_ADMIN"],
      "/linux/seccomp/syscalls": seccomp(["CAP_SYS_ADMIN"]),
    },
    also: [sets, "/linux/seccomp"],
  },
  {
    name: "withAmbientCapabilities",
    option: withAmbientCapabilities(["KILL"]),
    changes: { [`${sets}/ambient`]: ["CAP_KILL"], [`${sets}/inheritable`]: ["CAP_KILL"] },
    also: [sets, "/linux/seccomp"],
  },
  {
    name: "withSeccomp unconfined",
    option: withSeccomp("unconfined"),
    changes: { "/linux/seccomp": undefined },
  },
  {
    name: "withSeccomp of one's own",
    option: withSeccomp({ defaultAction: "SCMP_ACT_LOG" }),
    changes: {
      "/linux/seccomp/defaultAction": "SCMP_ACT_LOG",
      "/linux/seccomp/defaultErrnoRet": undefined,
      "/linux/seccomp/architectures": undefined,
      "/linux/seccomp/syscalls": undefined,
    },
    also: ["/linux/seccomp"],
  },
  { name: "withSeccomp default", option: withSeccomp("default"), changes: {}, also: ["/linux/seccomp"] },
  { name: "withHostname", option: withHostname("web1"), changes: { "/hostname": "web1" } },
  { name: "withDomainname", option: withDomainname("lab"), changes: { "/domainname": "lab" } },
  { name: "withAnnotations", option: withAnnotations({ a: "1" }), changes: { "/annotations/a": "1" } },
  { name: "withReadonlyRoot", option: withReadonlyRoot(), changes: { "/root/readonly": true } },
  { name: "withRootPath", option: withRootPath("/srv/root"), changes: { "/root/path": "/srv/root" } },
  {
    name: "withRootfsPropagation",
    option: withRootfsPropagation("slave"),
    changes: { "/linux/rootfsPropagation": "slave" },
  },
  { name: "withMaskedPaths", option: withMaskedPaths([]), changes: { "/linux/maskedPaths": [] } },
  {
    name: "withReadonlyPaths",
    option: withReadonlyPaths(["/x"]),
    changes: { "/linux/readonlyPaths": ["/x"] },
  },
  ...linuxOptionCases,
];
