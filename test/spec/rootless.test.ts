import { describe, expect, test } from "vitest";
import type { Spec } from "../../src/oci/spec.ts";
import { validateSpec } from "../../src/oci/validate.ts";
import { buildSpec } from "../../src/spec/build.ts";
import type { SpecContext, SpecOption } from "../../src/spec/context.ts";
import { lintSpec } from "../../src/spec/lint.ts";
import { withoutNamespace } from "../../src/spec/options/namespaces.ts";
import { withCgroupsPath, withMemory } from "../../src/spec/options/resources.ts";
import { rootlessOptions, withCgroupForLimits } from "../../src/spec/options/rootless.ts";
import { withAdditionalGroups, withUser } from "../../src/spec/options/user.ts";

const own = { containerID: 0, hostID: 1000, size: 1 };
const range = { containerID: 1, hostID: 100_000, size: 65_536 };
const single = { uidMappings: [own], gidMappings: [own] };
const ranges = { uidMappings: [own, range], gidMappings: [own, range] };
const context: SpecContext = {
  architecture: "amd64",
  passwd: "root:x:0:0::/root:/bin/sh\nweb:x:33:33::/var:/bin/sh\n",
  group: "root:x:0:\nwheel:x:10:root\nweb:x:33:\nmail:x:8:web\ntty:x:5:\n",
};

function build(options: readonly SpecOption[], maps = ranges): Spec {
  return buildSpec(context, { config: { Cmd: ["sh"] } } as never, ...rootlessOptions(maps, options));
}

function mountAt(spec: Spec, destination: string) {
  return spec.mounts?.find((mount) => mount.destination === destination);
}

describe("the config of an ordinary user", () => {
  test("passes schema and lint", () => {
    for (const maps of [single, ranges]) {
      const spec = build([], maps);
      expect([...validateSpec(spec), ...lintSpec(spec)].filter(({ level }) => level === "error")).toEqual([]);
    }
  });

  test("has a user namespace with the maps", () => {
    const { linux } = build([], single);
    expect(linux?.namespaces).toContainEqual({ type: "user" });
    expect([linux?.uidMappings, linux?.gidMappings]).toEqual([[own], [own]]);
  });

  test("asks for no rule about devices, and for nothing else of a cgroup", () => {
    expect(build([]).linux?.resources).toEqual({});
  });

  test("keeps limits that were asked for", () => {
    expect(build([withMemory({ limit: 9 })]).linux?.resources).toEqual({ memory: { limit: 9 } });
  });

  test.each([
    ["a single id", single, false],
    ["ranges", ranges, true],
  ])("with %s the terminals' group is in devpts: %o", (_name, maps, has) => {
    expect(mountAt(build([], maps), "/dev/pts")?.options?.includes("gid=5")).toBe(has);
  });

  test.each([
    ["network", "/sys", "/sys"],
    ["pid", "/proc", "/proc"],
  ] as const)("shows the host's mount where it shares the %s namespace", (type, destination, source) => {
    expect(mountAt(build([]), destination)?.type).not.toBe("bind");
    const mount = mountAt(build([withoutNamespace(type)]), destination);
    expect(mount).toMatchObject({ type: "bind", source });
    expect(mount?.options?.[0]).toBe("rbind");
  });

  test("has no message queues where it shares the ipc namespace", () => {
    expect(mountAt(build([]), "/dev/mqueue")).toBeDefined();
    expect(mountAt(build([withoutNamespace("ipc")]), "/dev/mqueue")).toBeUndefined();
  });

  test("has no groups that /etc/group gives, and those that were added", () => {
    expect(build([]).process?.user).toEqual({ uid: 0, gid: 0 });
    expect(build([withUser("web")]).process?.user).toEqual({ uid: 33, gid: 33 });
    const user = build([withUser("web"), withAdditionalGroups(["tty"])]).process?.user;
    expect(user).toEqual({ uid: 33, gid: 33, additionalGids: [5] });
  });

  test("stays as it is where an option took the user namespace away", () => {
    expect(build([withoutNamespace("user")]).linux?.resources?.devices).toBeDefined();
  });
});

describe("withCgroupForLimits", () => {
  const option = withCgroupForLimits("/job/a");
  test.each<[string, readonly SpecOption[], string | undefined]>([
    ["no limits", [], undefined],
    ["limits", [withMemory({ limit: 9 })], "/job/a"],
    ["limits and a path", [withMemory({ limit: 9 }), withCgroupsPath("/b")], "/b"],
  ])("%s", (_name, given, path) => {
    expect(build([...given, option]).linux?.cgroupsPath).toBe(path);
  });
});
