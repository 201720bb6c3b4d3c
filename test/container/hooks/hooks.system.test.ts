import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AuditSummary } from "../../../src/audit/audit.ts";
import { runProgram } from "../../../src/base/process.ts";
import { watchExecutions } from "../../../src/linux/fanotify.ts";
import type { Spec } from "../../../src/oci/spec.ts";
import { mainRuntimes } from "../../runtime/support.ts";
import { describeWith } from "../../support/needs.ts";
import { ocilabIn } from "../../support/ocilab.ts";
import { scratch } from "../../support/scratch.ts";

type Place = { readonly home: string; readonly bundle: string; readonly ocilab: ReturnType<typeof ocilabIn> };

/** It reads the state that it is given: crun is ended by SIGPIPE when a hook does not. */
const script = "#!/bin/sh\ncat >/dev/null\n";

/** A bundle with a hook of every kind, each a file of its own but for two of createRuntime. */
async function bundleWithHooks(directory: string): Promise<Place> {
  const [home, bundle] = [join(directory, "home"), join(directory, "bundle")];
  mkdirSync(home);
  const ocilab = ocilabIn(home);
  await ocilab(["bundle", "--copy", "busybox", bundle, "--", "sleep", "1000"]);
  const file = (name: string): string => {
    writeFileSync(join(bundle, name), script, { mode: 0o755 });
    return join(bundle, name);
  };
  // A link that would lead to nothing outside of the container.
  spawnSync("ln", ["-s", "/started", join(bundle, "rootfs/linked")]);
  writeFileSync(join(bundle, "rootfs/started"), script, { mode: 0o755 });
  writeFileSync(join(bundle, "rootfs/another"), script, { mode: 0o755 });
  file("another");
  const config = join(bundle, "config.json");
  const spec = JSON.parse(readFileSync(config, "utf8")) as Spec;
  spec.hooks = {
    prestart: [{ path: file("first") }],
    createRuntime: [{ path: file("twice") }, { path: file("twice") }],
    createContainer: [{ path: file("inside") }],
    startContainer: [{ path: "/linked" }],
    poststart: [{ path: file("after") }],
    poststop: [{ path: file("last") }],
  };
  writeFileSync(config, JSON.stringify(spec));
  return { home, bundle, ocilab };
}

async function verdicts({ ocilab }: Place, id: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await ocilab(["--json", "audit", id]);
  return hooksIn(JSON.parse(stdout) as AuditSummary);
}

function hooksIn({ findings }: AuditSummary): Readonly<Record<string, string>> {
  const hooks = findings.filter(({ at }) => at.startsWith("/hooks/"));
  return Object.fromEntries(hooks.map(({ at, verdict }) => [at.replace("/hooks/", ""), verdict]));
}

const created = {
  "prestart/0": "kept",
  "createRuntime/0": "kept",
  "createRuntime/1": "kept",
  "createContainer/0": "kept",
};

for (const { title, runtime, needs } of mainRuntimes) {
  describeWith([...needs, "busybox"], `hooks by ${title}`, () => {
    // docs/runtimes.md, RT-LIFE-15: runc runs poststart before there is a program.
    const started = { "startContainer/0": "kept", "poststart/0": title.endsWith("crun") ? "kept" : "broken" };

    test("are seen being executed when the container is created and started", async () => {
      await using place = scratch();
      const made = await bundleWithHooks(place.path);
      const { ocilab, bundle, home } = made;
      await ocilab(["--runtime", runtime, "create", "--bundle", bundle, "seen"]);
      try {
        expect(await verdicts(made, "seen")).toEqual({
          ...created,
          ...{ "startContainer/0": "unseen", "poststart/0": "unseen", "poststop/0": "unseen" },
        });
        expect((await ocilab(["start", "seen"])).exitCode).toBe(0);
        expect(await verdicts(made, "seen")).toEqual({ ...created, ...started, "poststop/0": "unseen" });
      } finally {
        await ocilab(["delete", "--force", "seen"]);
      }
      expect(readdirSync(join(home, "containers"))).toEqual([]);
    });
  });
}

describeWith(["root", "runc", "crun", "busybox"], "hooks", () => {
  test.each(["runc", "crun"])("that %s leaves out are missed", async (runtime) => {
    await using place = scratch();
    const made = await bundleWithHooks(place.path);
    const { ocilab, bundle } = made;
    const wrong = wrongRuntime(place.path, { runtime, bundle });
    await ocilab(["--runtime", wrong, "create", "--bundle", bundle, "missed"]);
    try {
      expect((await ocilab(["start", "missed"])).exitCode).toBe(0);
      expect(await verdicts(made, "missed")).toEqual({
        ...{ "prestart/0": "kept", "createRuntime/0": "kept", "createRuntime/1": "kept" },
        ...{ "createContainer/0": "broken", "startContainer/0": "broken" },
        ...{ "poststart/0": "broken", "poststop/0": "unseen" },
      });
    } finally {
      await ocilab(["delete", "--force", "missed"]);
    }
  });
});

/** A runtime that executes another program in the place of three hooks, and otherwise does what it is told. */
function wrongRuntime(
  directory: string,
  { runtime, bundle }: { readonly runtime: string; readonly bundle: string },
): string {
  const path = join(directory, "wrong");
  const change = `s#${bundle}/inside#${bundle}/another#; s#/linked#/another#; s#${bundle}/after#${bundle}/another#`;
  const lines = [
    "#!/bin/sh",
    `case " $* " in *" create "*) ;; *) exec '${runtime}' "$@" ;; esac`,
    `config='${bundle}/config.json'`,
    'cp "$config" "$config.before"',
    `sed -i '${change}' "$config"`,
    `'${runtime}' "$@"`,
    "code=$?",
    'mv "$config.before" "$config"',
    "exit $code",
  ];
  writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o755 });
  return path;
}

describeWith(["root", "crun", "busybox"], "hooks, whoever starts the container", () => {
  test("are seen by run, by a detached run, and not when another tool drives the runtime", async () => {
    await using place = scratch();
    const made = await bundleWithHooks(place.path);
    const { ocilab, bundle } = made;
    const all = { ...created, "startContainer/0": "kept", "poststart/0": "kept", "poststop/0": "unseen" };
    try {
      await ocilab(["--runtime", "crun", "run", "--detach", "--name", "kept", bundle]);
      expect(await verdicts(made, "kept")).toEqual(all);
    } finally {
      await ocilab(["delete", "--force", "kept"]);
    }
    const run = await ocilab(["--json", "--runtime", "crun", "run", "--audit", bundle, "sleep", "3"]);
    const { audit } = JSON.parse(run.stdout) as { readonly audit: AuditSummary };
    expect(hooksIn(audit)).toEqual(all);
    const root = ["--root", join(place.path, "root")];
    const driven = await launched("crun", [...root, "create", "--bundle", bundle, "other"]);
    expect(driven.exitCode).toBe(0);
    try {
      const { stdout } = await ocilab(["--json", "--runtime", "crun", ...root, "audit", "other"]);
      expect(hooksIn(JSON.parse(stdout) as AuditSummary)).toEqual(
        Object.fromEntries(Object.keys(all).map((at) => [at, "unseen"])),
      );
    } finally {
      await ocilab(["--runtime", "crun", ...root, "delete", "--force", "other"]);
    }
  });
});

/** crun refuses a hybrid host: without its unified tree it goes along. Its container keeps what it gets as streams. */
function launched(runtime: string, words: readonly string[]) {
  const script = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@" </dev/null >/dev/null 2>&1';
  return runProgram("unshare", ["-m", "--propagation", "slave", "sh", "-c", script, "sh", runtime, ...words]);
}

describeWith(["root", "setpriv"], "executions", () => {
  test("leave no descriptor open", () => {
    const before = readdirSync("/proc/self/fd").length;
    {
      using watch = watchExecutions(() => undefined);
      const file = watch.watch("/bin/true");
      spawnSync("/bin/true");
      expect(watch.take()).toContainEqual({ file, pid: expect.any(Number) });
      expect(watch.take()).toEqual([]);
      expect(() => watch.watch("/nowhere")).toThrow("ENOENT");
    }
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });

  test("are not watched without CAP_SYS_ADMIN, and the trace says so", async () => {
    const driver = join(import.meta.dirname, "watch-driver.ts");
    const words = ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin", process.execPath, driver];
    const { stdout, stderr } = await runProgram("setpriv", words);
    expect(stdout, stderr).toBe(
      '[{"kind":"prestart","index":0,"saw":"unknown","why":"fanotify_init(2) answered EPERM"}]',
    );
  });
});
