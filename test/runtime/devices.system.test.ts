import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { deviceNumber, makeNode } from "../../src/linux/node.ts";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { openRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import type { SpecOption } from "../../src/spec/context.ts";
import { withUserNamespace } from "../../src/spec/options/namespaces.ts";
import { withUser } from "../../src/spec/options/user.ts";
import { driverCommand } from "../container/support.ts";
import { describeWith, programPath, repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";
import { bundleMaker, mainRuntimes } from "./support.ts";

const id = parseContainerId("devices-1");
const makeBundle = bundleMaker();
const unchanged = ["0:0 666", "0:5 620", "0:0 666"];
const map = [{ containerID: 0, hostID: 100000, size: 65536 }];
const containers: readonly (readonly [string, SpecOption])[] = [
  ["a user namespace", withUserNamespace({ uidMappings: map, gidMappings: map })],
  ["a user of its own", withUser("1000:1000")],
];

for (const { title, runtime: name, needs } of mainRuntimes) {
  describeWith(needs, `devices as standard streams: ${title}`, () => {
    test.each(containers)("of a container with %s keep their owner", async (_, option) => {
      await using place = scratch();
      chmodSync(place.path, 0o711);
      using devices = makeDevices();
      const runtime = await openRuntime({ runtime: name, root: join(place.path, "run") });
      const script = "read line; echo out && echo err >&2 && echo again >/dev/stdout";
      const wish = { args: ["sh", "-c", script], options: [option] };
      const bundle = await makeBundle(join(place.path, "bundle"), wish);
      await using _removal = { [Symbol.asyncDispose]: () => runtime.delete(id, { force: true }) };
      await runtime.create(id, bundle, devices.streams);
      await runtime.start(id);
      await stopped(runtime);
      expect(devices.owners()).toEqual(unchanged);
    });

    test("/dev/null keeps its owner when the streams are ignored", async () => {
      await using place = scratch();
      chmodSync(place.path, 0o711);
      using owner = keepOwner("/dev/null");
      const runtime = await openRuntime({ runtime: name, root: join(place.path, "run") });
      const wish = { args: ["true"], options: [withUserNamespace({ uidMappings: map, gidMappings: map })] };
      const bundle = await makeBundle(join(place.path, "bundle"), wish);
      await using _removal = { [Symbol.asyncDispose]: () => runtime.delete(id, { force: true }) };
      const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
      await runtime.create(id, bundle, quiet);
      expect(owner.now()).toBe(owner.before);
    });
  });
}

describeWith(["root", "crun", "setpriv"], "devices as standard streams: where no node can be made", () => {
  test("their owner is put back", async () => {
    await using place = scratch();
    chmodSync(place.path, 0o711);
    using devices = makeDevices();
    const { stdin, stdout, stderr } = devices.streams;
    const wish = { reference: join(repository, "bundles/user-namespace"), runtime: "crun" };
    const command = ["--bounding-set=-mknod", ...driverCommand(wish)];
    const child = spawn(programPath("setpriv") ?? "", command, {
      stdio: [stdin, stdout, stderr],
      env: { ...process.env, OCILAB_HOME: join(place.path, "home") },
    });
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(devices.owners()).toEqual(unchanged);
  });
});

/** Copies of /dev/null and /dev/zero, so that a failure does not harm the host's own. */
function makeDevices() {
  const directory = mkdtempSync("/dev/ocilab-test-");
  const make = (name: string, minor: number, { mode, gid }: { mode: number; gid: number }): string => {
    const path = join(directory, name);
    makeNode(path, { kind: "character", mode: 0o600, device: deviceNumber(1, minor) });
    chownSync(path, 0, gid);
    chmodSync(path, mode);
    return path;
  };
  const paths = [
    make("in", 3, { mode: 0o666, gid: 0 }),
    make("out", 5, { mode: 0o620, gid: 5 }),
    make("err", 3, { mode: 0o666, gid: 0 }),
  ];
  const [stdin, stdout, stderr] = [
    openSync(`${directory}/in`, "r"),
    openSync(`${directory}/out`, "w"),
    openSync(`${directory}/err`, "a"),
  ];
  return {
    streams: { stdin, stdout, stderr },
    owners: () => paths.map(ownerOf),
    [Symbol.dispose]() {
      for (const fd of [stdin, stdout, stderr]) closeSync(fd);
      rmSync(directory, { recursive: true });
    },
  };
}

function ownerOf(path: string): string {
  const { uid, gid, mode } = statSync(path);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
}

/** Whatever happens, the host's device belongs to whom it belonged. */
function keepOwner(path: string) {
  const { uid, gid } = statSync(path);
  return {
    before: ownerOf(path),
    now: () => ownerOf(path),
    [Symbol.dispose]: () => chownSync(path, uid, gid),
  };
}

async function stopped(runtime: Runtime): Promise<void> {
  for (let turn = 0; turn < 200 && (await runtime.state(id)).status !== "stopped"; turn++) await sleep(20);
  expect((await runtime.state(id)).status).toBe("stopped");
}
