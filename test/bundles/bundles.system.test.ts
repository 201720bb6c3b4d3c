import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Spec } from "../../src/oci/spec.ts";
import { describeWith, missing, peer, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";

/** What each bundle's own command must print: the idea at work, as its README says. */
const shows: Readonly<Record<string, RegExp>> = {
  hello: /hello, I am pid 1\n.*\n\s+1 root/,
  "readonly-root": /Read-only file system[\s\S]*\/tmp is writable\n\d+ \d+ \S+ \S+ \/ ro/,
  "no-capabilities": /Operation not permitted[\s\S]*CapEff:\t0+\n[\s\S]*[\s\S]* 0 +0 /,
  "no-new-privs": /1000\nNoNewPrivs:\t1/,
  "seccomp-mkdir": /Operation not permitted[\s\S]*touch works\nSeccomp:\t2\nSeccomp_filters:\t1/,
  "memory-limit": /^67108864$/m,
  "pids-limit": /can't fork[\s\S]*child 15\n$/,
  "user-namespace": /^0\n\s+0\s+100000\s+65536\n.*65534/,
  "joined-namespace": /net:\[\d+\][\s\S]*pid:\[\d+\][\s\S]*: lo/,
  "extra-device": /No space left[\s\S]*crw-rw-rw-.*1, +7.*\/dev\/my-full\n/,
  hooks: /createRuntime ran in[\s\S]*poststart ran in/,
  hostname: /^a-name-of-its-own\nuts:/,
};

const bundles = readdirSync(join(repository, "bundles"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const runtimes = [
  { name: "runc of this machine", runtime: "runc", needs: ["runc"] },
  { name: "crun of this machine", runtime: "crun", needs: ["crun"] },
  { name: "runc 1.3.6", runtime: peer("runc"), needs: ["../shared/peers"] },
  { name: "crun 1.28", runtime: peer("crun"), needs: ["../shared/peers"] },
];

const home = scratch();
// The root of a user namespace is an ordinary user out here, who must be let through to the rootfs.
chmodSync(home.path, 0o711);
const ocilab = ocilabIn(home.path);
afterAll(() => home[Symbol.asyncDispose]());

describeWith(["root", "busybox"], "the ready bundles", () => {
  test("each has a config, a README, and a row here", () => {
    expect(Object.keys(shows).sort()).toEqual(bundles.toSorted());
    for (const name of bundles) {
      expect(readFileSync(join(repository, "bundles", name, "README.md"), "utf8")).toContain(
        `ocilab run bundles/${name}`,
      );
    }
  });

  test.each(bundles)("check of %s names only the rootfs, and who brings it", async (name) => {
    const { stdout, exitCode } = await ocilab(["check", "--json", join(repository, "bundles", name)]);
    const { problems } = JSON.parse(stdout) as { problems: readonly object[] };
    expect(problems).toMatchObject([{ at: "/root/path", hint: expect.stringContaining("`ocilab run DIR`") }]);
    expect([problems.length, exitCode]).toEqual([1, 3]);
  });

  test("check names the field of the host name without its namespace, as its README says", async () => {
    const directory = join(home.path, "renamed");
    mkdirSync(directory);
    const config = JSON.parse(readFileSync(join(repository, "bundles/hostname/config.json"), "utf8")) as Spec;
    const namespaces = config.linux?.namespaces?.filter(({ type }) => type !== "uts");
    const changed = { ...config, linux: { ...config.linux, namespaces } };
    writeFileSync(join(directory, "config.json"), JSON.stringify(changed));
    expect((await ocilab(["check", directory])).stdout).toMatch(/^error \/hostname/m);
  });

  for (const { name: on, runtime, needs } of runtimes) {
    const lacks = needs.map((need) => missing(need)).find((why) => why !== undefined);
    const each = test.skipIf(lacks !== undefined);
    const title = lacks === undefined ? on : `${on} (${lacks})`;

    each.for(bundles)(`%s shows its idea on ${title}`, async (name) => {
      const words = ["run", "--runtime", runtime, join(repository, "bundles", name)];
      const { stdout, stderr } = await ocilab(words);
      expect(stderr + stdout).toMatch(shows[name] ?? /^$/);
    });

    each.for(bundles)(`%s has no broken claim on ${title}`, async (name) => {
      const report = await auditRunning({ name, runtime });
      const broken = report.findings.filter(({ verdict }) => verdict === "broken");
      // runc runs poststart hooks while it creates the container: docs/runtimes.md, RT-LIFE-15.
      const known = name === "hooks" && on.startsWith("runc") ? ["/hooks/poststart/0"] : [];
      expect(broken.map(({ at }) => at)).toEqual(known);
      expect(report.kept).toBeGreaterThan(10);
    });
  }
});

type Report = {
  kept: number;
  findings: { at: string; verdict: string; asked: unknown; seen?: unknown; why?: string }[];
};

/** The bundle's config with a command that lasts, created and started; what `ocilab audit --json` says of it. */
async function auditRunning({ name, runtime }: { name: string; runtime: string }): Promise<Report> {
  const config = JSON.parse(readFileSync(join(repository, "bundles", name, "config.json"), "utf8")) as Spec;
  const bundle = join(home.path, "bundle");
  if (!existsSync(bundle)) {
    expect(await ocilab(["bundle", "busybox", bundle])).toMatchObject({ exitCode: 0 });
    chmodSync(bundle, 0o711);
  }
  const lasting = { ...config, process: { ...config.process, args: ["sleep", "60"] } };
  writeFileSync(join(bundle, "config.json"), JSON.stringify(lasting));
  const id = `audit-${name}-${process.pid}`;
  try {
    expect(await ocilab(["create", "--runtime", runtime, "--bundle", bundle, id])).toMatchObject({
      exitCode: 0,
    });
    expect(await ocilab(["start", id])).toMatchObject({ exitCode: 0 });
    const { stdout } = await ocilab(["audit", "--json", id]);
    return JSON.parse(stdout) as Report;
  } finally {
    expect(await ocilab(["delete", "--force", id])).toMatchObject({ exitCode: 0 });
  }
}
