import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../../src/audit/finding.ts";
import { judgeTried } from "../../../src/audit/probe/judge.ts";
import type { Configuration } from "../../../src/base/configuration.ts";
import { probeFilter } from "../../../src/container/filter-probe.ts";
import { parseContainerId } from "../../../src/oci/container-id.ts";
import { formatJson } from "../../../src/oci/json.ts";
import type { Seccomp, Spec } from "../../../src/oci/spec.ts";
import { openRuntime } from "../../../src/runtime/runtime.ts";
import { describeWith, missing, peer } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";
import { seccomp } from "../mutants/configs.ts";
import { broken, explained, makeRootfs, sleepSpec } from "../support/container.ts";

const peers = missing("../shared/peers") === undefined ? [peer("runc"), peer("crun")] : [];
let count = 0;

/** What the probe alone finds of `asked` in a container whose runtime was given `given`. */
async function found(name: string, asked: Seccomp, given: Seccomp = asked): Promise<readonly Finding[]> {
  await using place = scratch();
  makeRootfs(join(place.path, "rootfs"));
  const runtime = await openRuntime({ runtime: name, root: join(place.path, "state") });
  const id = parseContainerId(`ocilab-probed-${process.pid}-${count++}`);
  const spec = withFilter(given);
  writeFileSync(join(place.path, "config.json"), formatJson(spec));
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  await runtime.create(id, { path: place.path, spec }, quiet);
  try {
    await runtime.start(id);
    const configuration = { containers: join(place.path, "records") } as Configuration;
    const tried = await probeFilter(runtime, { id, spec: withFilter(asked), configuration });
    expect(await runtime.list()).toHaveLength(1);
    return judgeTried(withFilter(asked), tried);
  } finally {
    await runtime.delete(id, { force: true });
  }
}

function withFilter(filter: Seccomp): Spec {
  return sleepSpec((spec) => {
    if (spec.linux !== undefined) spec.linux.seccomp = filter;
  });
}

/** Every action whose keeping can be told, on calls that sleep(1) never makes. */
function asked(): Seccomp {
  return {
    ...seccomp,
    syscalls: [
      ...structuredClone(seccomp.syscalls ?? []),
      { names: ["swapoff"], action: "SCMP_ACT_KILL_PROCESS" },
      { names: ["acct"], action: "SCMP_ACT_TRAP" },
      { names: ["chroot", "kexec_load"], action: "SCMP_ACT_ERRNO", errnoRet: 0 },
      { names: ["reboot"], action: "SCMP_ACT_ERRNO" },
      { names: ["pause"], action: "SCMP_ACT_ERRNO" },
      { names: ["adjtimex"], action: "SCMP_ACT_LOG" },
      { names: ["getpgid", "getsid"], action: "SCMP_ACT_ALLOW" },
    ],
  };
}

type Rules = NonNullable<Seccomp["syscalls"]>;
const at = (...places: readonly (number | string)[]) =>
  places.map((place) => `/linux/seccomp/${typeof place === "number" ? `syscalls/${place}` : place}`);
/** What a runtime may do to the config: each breaks the rule that it changes. Those of a set are done at once. */
const mutations: Readonly<Record<string, Readonly<Record<number, Partial<Rules[number]>>>>> = {
  "names and conditions dropped, ends mistaken, a success denied": {
    0: { names: ["mkdir"] },
    1: { args: [] },
    2: { action: "SCMP_ACT_KILL_PROCESS" },
    3: { action: "SCMP_ACT_KILL_THREAD" },
    4: { action: "SCMP_ACT_KILL_PROCESS" },
    5: { errnoRet: 1 },
    8: { action: "SCMP_ACT_KILL" },
    9: { action: "SCMP_ACT_ERRNO" },
  },
  "another errno, another number, rules about nothing": {
    0: { errnoRet: 6 },
    1: { args: [{ index: 0, value: 9, op: "SCMP_CMP_EQ" }] },
    2: { names: ["vhangup"] },
    3: { names: ["vhangup"], action: "SCMP_ACT_KILL" },
    4: { names: ["sync"] },
    5: { names: ["chroot"] },
  },
  "the usual errno, another comparison, errnos instead of ends": {
    0: { errnoRet: 1 },
    1: { args: [{ index: 0, value: 7, op: "SCMP_CMP_GT" }] },
    2: { action: "SCMP_ACT_ERRNO" },
    3: { action: "SCMP_ACT_TRAP" },
    4: { action: "SCMP_ACT_ERRNO", errnoRet: 38 },
    5: { errnoRet: 13 },
  },
};

describeWith(["root", "busybox", "runc", "crun", "x86-64"], "system calls tried inside a container", () => {
  describe.each(["runc", "crun", ...peers])("%s", (runtime) => {
    test("an honest runtime breaks nothing", async () => {
      const findings = await found(runtime, asked());
      expect(explained(findings, "broken")).toEqual([]);
      const unseen = findings.filter(({ verdict }) => verdict === "unseen").map((one) => one.at);
      // reboot is EPERM anyway, pause is never made, and what is logged nobody sees.
      expect(unseen, explained(findings, "unseen").join("\n")).toEqual(at(6, 7, 8));
    });
    test("a filter that refuses by default is kept", async () => {
      const own = sleepSpec().linux?.seccomp;
      if (own === undefined) throw new Error("the default config has no filter");
      const findings = await found(runtime, own);
      expect([...explained(findings, "broken"), ...explained(findings, "unseen")]).toEqual([]);
    });
  });

  describe.each(["runc", "crun"])("%s", (runtime) => {
    test.each(Object.entries(mutations))("%s", async (_, changes) => {
      const given = asked();
      for (const [index, change] of Object.entries(changes))
        Object.assign(given.syscalls?.[Number(index)] ?? {}, change);
      const findings = await found(runtime, asked(), given);
      expect(broken(findings), explained(findings, "broken").join("\n")).toEqual(
        at(...Object.keys(changes).map(Number)),
      );
    });
    test("an architecture dropped", async () => {
      const findings = await found(runtime, asked(), { ...asked(), architectures: ["SCMP_ARCH_X86_64"] });
      expect(broken(findings)).toEqual(at("architectures"));
    });
  });

  test.each<[string, Partial<Seccomp>]>([
    ["another default", { defaultAction: "SCMP_ACT_ALLOW" }],
    ["another default errno", { defaultErrnoRet: 13 }],
  ])("%s", async (_, change) => {
    const own = sleepSpec().linux?.seccomp;
    if (own === undefined) throw new Error("the default config has no filter");
    const findings = await found("runc", own, { ...own, ...change });
    expect(broken(findings)).toContain("/linux/seccomp/defaultAction");
  });

  test("what cannot be tried says why", async () => {
    const findings = await found("runc", asked());
    const whys = new Map(findings.map((one) => [one.at, one.verdict === "unseen" ? one.why : ""]));
    const [reboot = "", pause = ""] = at(6, 7);
    expect(whys.get(reboot)).toMatch(/could not be told apart: the answer to reboot may be/);
    expect(whys.get(pause)).toMatch(/never tried: pause: it never comes back/);
  });

  test("a container that may make no further process leaves all unseen", async () => {
    const own: Seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["clone"], action: "SCMP_ACT_ERRNO" }],
    };
    const findings = await found("runc", own);
    expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(["unseen"]));
    expect(explained(findings, "unseen").join("\n")).toMatch(/said nothing|no process could be made/);
  });

  test("rules that let nothing end a call keep the probe out", async () => {
    const own: Seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["alarm", "setitimer"], action: "SCMP_ACT_ERRNO" }],
    };
    const findings = await found("runc", own);
    expect(explained(findings, "unseen")[0]).toMatch(/neither alarm nor setitimer/);
  });
});
