import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tarOf } from "../support/layers.ts";
import { describeWith, programPath } from "../support/needs.ts";
import { type OrdinaryUser, ordinaryNeeds, ordinaryUser, user } from "../support/ordinary-user.ts";
import { imageOf } from "../support/rootfs.ts";
import { scratch } from "../support/scratch.ts";

/** An image with a shell, files of several owners, and directories that their owner cannot read. */
function ownedImage(directory: string): string {
  mkdirSync(join(directory, "image"));
  const tar = tarOf([
    { name: "bin/" },
    { name: "bin/busybox", mode: 0o755, data: readFileSync(programPath("busybox") ?? "") },
    { name: "bin/sh", type: "2", link: "busybox" },
    { name: "etc/passwd", data: "root:x:0:0::/:/bin/sh\nweb:x:33:33::/:/bin/sh\n" },
    { name: "srv/", uid: 33, gid: 34, mode: 0o700 },
    { name: "srv/file", uid: 33, gid: 34, mode: 0o640, data: "x" },
    { name: "locked/", mode: 0 },
    { name: "locked/in", mode: 0, data: "y" },
    { name: "dev/", mode: 0o755 },
    { name: "dev/null", type: "3", major: 1, minor: 3, mode: 0o666 },
  ]);
  return imageOf(join(directory, "image"), [{ tar }]);
}

/** What is below HOME but the built-in image. */
function left({ home }: OrdinaryUser): readonly string[] {
  return ["bundles", "containers", "run/runc"].flatMap((name) => {
    const path = join(home, "ocilab", name);
    return existsSync(path) ? readdirSync(path).map((entry) => join(name, entry)) : [];
  });
}

describeWith([...ordinaryNeeds, "runc", "busybox"], "an ordinary user", () => {
  test.each([
    ["ranges", true, [`0 ${user.id} 1`, `1 ${user.firstSubId} ${user.subIds}`]],
    ["a single id", false, [`0 ${user.id} 1`]],
  ])("with %s runs a container, and nothing stays", async (_name, ranges, maps) => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges });
    const { stdout, stderr } = await who.ocilab(
      "run",
      "busybox",
      "sh",
      "-c",
      "id -u; cat /proc/self/uid_map",
    );
    const lines = stdout.trim().split("\n");
    expect([stderr, ...lines.map((line) => line.trim().replace(/ +/g, " "))]).toEqual(["", "0", ...maps]);
    expect(left(who)).toEqual([]);
  });

  test("with ranges sees the image's owners, and can remove what is not his", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const image = ownedImage(place.path);
    const words = ["sh", "-c", "busybox stat -c '%u:%g %a %n' /srv /srv/file /locked; busybox id -u"];
    const { stdout, stderr } = await who.ocilab("run", "--user", "web", image, ...words);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual(["33:34 700 /srv", "33:34 640 /srv/file", "0:0 0 /locked", "33", ""]);
    expect(left(who)).toEqual([]);
  });

  test("runs a program that lies where only a sub id may look", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const tar = tarOf([
      { name: "home/web/", mode: 0o700, uid: 33, gid: 33 },
      { name: "home/web/busybox", mode: 0o755, uid: 33, data: readFileSync(programPath("busybox") ?? "") },
    ]);
    mkdirSync(join(place.path, "image"));
    const image = imageOf(join(place.path, "image"), [{ tar }]);
    const { stdout, stderr } = await who.ocilab(
      "run",
      "--user",
      "33:33",
      image,
      "/home/web/busybox",
      "id",
      "-u",
    );
    expect([stderr, stdout]).toEqual(["", "33\n"]);
  });

  test("with a single id has everything as root's, and cannot be another", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: false });
    const image = ownedImage(place.path);
    const seen = await who.ocilab(
      "run",
      image,
      "sh",
      "-c",
      "busybox stat -c '%u:%g %n' /srv/file /locked/in",
    );
    expect([seen.stderr, seen.stdout]).toEqual(["", "0:0 /srv/file\n0:0 /locked/in\n"]);
    const refused = await who.ocilab("run", "--user", "web", image, "sh");
    expect(refused.exitCode).toBe(125);
    expect(refused.stderr).toContain("/process/user/uid is 33, which the user namespace does not map");
    expect(left(who)).toEqual([]);
  });

  test("makes a bundle that plain runc runs", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const bundle = join(who.home, "bundle");
    const made = await who.ocilab("bundle", ownedImage(place.path), bundle, "--", "busybox", "echo", "hi");
    expect(made.stderr).toBe("");
    const ran = await who.run("runc", [
      "--root",
      join(who.home, "state"),
      "run",
      "--bundle",
      bundle,
      "plain",
    ]);
    expect([ran.stderr, ran.stdout]).toEqual(["", "hi\n"]);
  });

  test.each([
    ["--network", "host"],
    ["--pid", "host"],
    ["--ipc", "host"],
  ])("shares a namespace of the host: %s %s", async (...flags) => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const { stdout, stderr } = await who.ocilab("run", ...flags, "busybox", "echo", "hi");
    expect([stderr, stdout]).toEqual(["", "hi\n"]);
  });

  test("is what the audit confirms", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const { stdout, stderr } = await who.ocilab("--json", "run", "--audit", "busybox", "true");
    const { audit } = JSON.parse(stdout);
    expect([stderr, audit.broken]).toEqual(["", 0]);
    expect(audit.kept).toBeGreaterThan(10);
  });

  test("what a killed run left of his sub ids is removed by the next", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const image = ownedImage(place.path);
    await who.ocilab("bundle", image, join(who.home, "first"));
    const { stdout: namespace } = await who.run("readlink", ["/proc/self/ns/pid"]);
    const draft = join(who.home, `.ocilab-999999999-1-${/\d+/.exec(namespace)?.[0]}-0123abcd`);
    renameSync(join(who.home, "first"), draft);
    const next = await who.ocilab("bundle", image, join(who.home, "second"));
    expect([next.stderr, existsSync(draft)]).toEqual(["", false]);
  });

  test("a layer that is refused leaves nothing of what came before", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const tar = tarOf([{ name: "d/", uid: 33, mode: 0o700 }, { name: "d/f" }, { name: "big", uid: 70_000 }]);
    mkdirSync(join(place.path, "image"));
    const image = imageOf(join(place.path, "image"), [{ tar }]);
    const { stderr } = await who.ocilab("bundle", image, join(who.home, "bundle"));
    expect(stderr).toContain("belongs to the user 70000");
    expect(stderr).toContain("layer.unmapped-owner");
    expect(readdirSync(who.home).filter((name) => name !== "ocilab")).toEqual([]);
    const again = await who.ocilab("bundle", "--single-id", image, join(who.home, "bundle"));
    expect(again.stderr).toBe("");
  });

  test("is told which switch forbids user namespaces", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: false });
    const script = `echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" bundle --rootless busybox "$1"`;
    const env = { OCILAB_HOME: join(who.home, "ocilab") };
    const bin = join(import.meta.dirname, "../../bin/ocilab");
    const words = ["--user", "--map-root-user", "sh", "-c", script, bin, join(who.home, "bundle")];
    const { stderr, exitCode } = await who.run("unshare", words, env);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("user.max_user_namespaces is 0: nobody may make a user namespace");
    expect(stderr).toContain("host.no-user-namespace");
    expect(existsSync(join(who.home, "bundle"))).toBe(false);
  });
});

describeWith([...ordinaryNeeds, "runc", "busybox", "cgroup v1"], "an ordinary user on cgroup v1", () => {
  test("is told that there are no limits for him, before anything runs", async () => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges: true });
    const { exitCode, stderr } = await who.ocilab("run", "--memory", "64m", "busybox", "true");
    expect(exitCode).toBe(125);
    expect(stderr).toContain(
      "/linux/resources/memory cannot be kept: this host's controllers are bound to cgroup v1",
    );
    expect(left(who)).toEqual([]);
  });
});
