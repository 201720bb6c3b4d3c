import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AuditSummary } from "../../../src/audit/audit.ts";
import { describeWith } from "../../support/needs.ts";
import { type OrdinaryUser, ordinaryNeeds, ordinaryUser } from "../../support/ordinary-user.ts";
import { scratch } from "../../support/scratch.ts";
import { explained } from "../support/container.ts";

/** Run `use` while a container of this user runs; `runtime` is the program that makes it. */
async function running(who: OrdinaryUser, runtime: string, use: () => Promise<void>): Promise<void> {
  const started = await who.ocilab(
    "--runtime",
    runtime,
    "run",
    "--detach",
    "--name",
    "box",
    "busybox",
    "sleep",
    "1000",
  );
  expect([started.exitCode, started.stderr]).toEqual([0, ""]);
  try {
    await use();
  } finally {
    await who.ocilab("delete", "--force", "box");
  }
}

async function audited(who: OrdinaryUser, ...flags: readonly string[]): Promise<AuditSummary> {
  const { stdout, stderr } = await who.ocilab("--json", "audit", ...flags, "box");
  expect(stderr).toBe("");
  return JSON.parse(stdout) as AuditSummary;
}

const isRule = ({ at }: { readonly at: string }) => /^\/linux\/seccomp\/(syscalls|default|arch)/.test(at);

/** A runc that has another name where the config names chroot. */
const forgetful = `#!/bin/sh
take= bundle=
for word; do
  [ -z "$take" ] || bundle=$word
  take=; [ "$word" != --bundle ] || take=1
done
[ -z "$bundle" ] || sed -i.asked 's/"chroot"/"swapoff"/' "$bundle/config.json"
runc "$@"; code=$?
[ -z "$bundle" ] || mv "$bundle/config.json.asked" "$bundle/config.json"
exit $code
`;

describeWith([...ordinaryNeeds, "runc", "busybox", "x86-64"], "an ordinary user's audit", () => {
  test("tries the filter that it may not read", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    await running(who, "runc", async () => {
      const read = (await audited(who)).findings.filter(isRule);
      expect(new Set(read.map(({ verdict }) => verdict))).toEqual(new Set(["unseen"]));
      expect(explained(read, "unseen")[0]).toMatch(/ocilab audit --probe/);
      const tried = (await audited(who, "--probe")).findings.filter(isRule);
      expect([...explained(tried, "broken"), ...explained(tried, "unseen")]).toEqual([]);
      expect(tried.length).toBeGreaterThan(20);
    });
    expect(readdirSync(join(who.home, "ocilab/containers"))).toEqual([]);
  });

  test("finds the rule that a runtime did not keep", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const runtime = join(place.path, "forgetful");
    writeFileSync(runtime, forgetful, { mode: 0o755 });
    await running(who, runtime, async () => {
      const { findings } = await audited(who, "--probe");
      const wrong = explained(findings, "broken");
      expect(wrong).toHaveLength(1);
      expect(wrong[0]).toMatch(/^\/linux\/seccomp\/syscalls\/\d+: chroot is answered SCMP_ACT_ERRNO 1 /);
    });
  });
});
