import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfiguration } from "../../src/base/configuration.ts";
import { listRecords, thisProcess, writeRecord } from "../../src/container/records.ts";
import { sweepAbandoned } from "../../src/container/sweep.ts";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { openRuntime } from "../../src/runtime/runtime.ts";
import { describeWith, programPath, repository } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { driverCommand, leftIn } from "./support.ts";

const place = scratch();
const home = join(place.path, "home");
mkdirSync(home);
const ocilab = ocilabIn(home);
const configuration = readConfiguration({ OCILAB_HOME: home });
afterAll(() => place[Symbol.asyncDispose]());

type Config = {
  mounts: unknown[];
  process: { args: string[] };
  linux: { namespaces: { type: string }[]; maskedPaths?: string[]; readonlyPaths?: string[] };
};

describeWith(["root", "runc", "unshare"], "what is not ours", () => {
  test("a container without a mount namespace mounts on the host: what it bound is not removed with its bundle", () => {
    const bundle = join(place.path, "bundle");
    const data = join(place.path, "data");
    for (const path of [bundle, join(data, "below")]) mkdirSync(path, { recursive: true });
    writeFileSync(join(data, "below/precious"), "");
    const config = JSON.parse(readFileSync(join(repository, "bundles/hello/config.json"), "utf8")) as Config;
    config.mounts.push({ destination: "/data", source: data, type: "none", options: ["rbind"] });
    config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== "mount");
    config.linux.maskedPaths = [];
    config.linux.readonlyPaths = [];
    writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
    const script = [
      'mount --make-rshared / && mount -t tmpfs below "$0/below" && touch "$0/below/mounted" &&',
      `"$@"; code=$?; test -e "$0/below/mounted" && grep -c ${home}/bundles /proc/self/mountinfo; exit $code`,
    ].join(" ");
    const words = ["-m", "sh", "-c", script, data, ...driverCommand({ reference: bundle, steps: true })];
    const env = { ...process.env, OCILAB_HOME: home };
    const { stdout, stderr, status } = spawnSync(programPath("unshare") ?? "", words, {
      env,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, expect.stringContaining("step removed left=[]")]);
    expect(stdout.trim().split("\n").at(-1)).toBe("0");
    expect(readdirSync(join(data, "below"))).toEqual(["precious"]);
    expect(leftIn(home)).toEqual([]);
  });

  test("a container that took the id of an abandoned one stays", async () => {
    const bundle = join(place.path, "another");
    expect(await ocilab(["bundle", "busybox", bundle])).toMatchObject({ exitCode: 0 });
    const runc = await openRuntime({ runtimeRoot: configuration.runtimeRoot });
    const id = parseContainerId("taken");
    spawnSync(runc.path, ["--root", runc.root, "create", "--bundle", bundle, id], { stdio: "ignore" });
    writeRecord(configuration, {
      id,
      runtime: runc.path,
      root: runc.root,
      bundle: join(configuration.bundles, id),
      created: "2020-01-01T00:00:00Z",
      temporary: true,
      owner: { ...thisProcess(), startTime: "1" },
    });
    try {
      await sweepAbandoned({ configuration });
      expect(await runc.find(id)).toMatchObject({ status: "created" });
      expect(listRecords(configuration)).toEqual([]);
    } finally {
      await runc.delete(id, { force: true });
    }
  });

  test("a record under another's name is not believed", async () => {
    mkdirSync(configuration.containers, { recursive: true });
    const record = {
      id: "other",
      runtime: "/usr/sbin/runc",
      root: "/run/runc",
      bundle: place.path,
      created: "",
      temporary: true,
    };
    const owner = { ...thisProcess(), startTime: "1" };
    writeFileSync(join(configuration.containers, "name.json"), JSON.stringify({ ...record, owner }));
    expect(listRecords(configuration)).toEqual([]);
    expect(await sweepAbandoned({ configuration })).toEqual([]);
    expect(existsSync(place.path)).toBe(true);
  });
});
