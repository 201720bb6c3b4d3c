import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRootfs, countFiles } from "../../../scripts/compare-rootfs.ts";
import { imageMakers } from "../../support/images.ts";
import { type Member, tarOf } from "../../support/layers.ts";
import { describeWith } from "../../support/needs.ts";
import { ordinaryNeeds, ordinaryUser, user } from "../../support/ordinary-user.ts";
import { debianTar, imageOf, umoci } from "../../support/rootfs.ts";
import { scratch } from "../../support/scratch.ts";

const version = spawnSync(umoci, ["--version"], { encoding: "utf8" }).stdout?.split("\n")[0];

/** vfs_cap_data of capability.h, version 2: CAP_NET_BIND_SERVICE. */
const capability = Buffer.from("0100000200040000000000000000000000000000", "hex");

/** Everything that an ordinary user cannot have as the archive says. */
const members: readonly Member[] = [
  { name: "etc/" },
  { name: "etc/passwd", data: "root:x:0:0::/:/bin/sh\n" },
  { name: "var/", uid: 33, gid: 33 },
  { name: "var/f", uid: 33, gid: 34, mode: 0o640, data: "x" },
  { name: "var/hard", type: "1", link: "var/f" },
  { name: "var/link", type: "2", uid: 33, gid: 33, link: "f" },
  { name: "locked/", mode: 0 },
  { name: "locked/in", mode: 0, data: "secret" },
  { name: "read-only/", mode: 0o555 },
  { name: "read-only/sub/", mode: 0o500 },
  { name: "read-only/sub/f", data: "1" },
  { name: "null", type: "3", major: 1, minor: 3, mode: 0o666 },
  { name: "disk", type: "4", major: 8, minor: 0, gid: 6, mode: 0o660 },
  { name: "fifo", type: "6", uid: 1, mode: 0o600 },
  { name: "setuid", mode: 0o4755, data: "x" },
  { name: "setgid", mode: 0o2755, gid: 42, data: "x" },
  { name: "setgid-directory/", mode: 0o2775, gid: 50 },
  { name: "sticky/", mode: 0o1777, uid: 5, gid: 5 },
  { name: "user", data: "x", pax: { "SCHILY.xattr.user.foo": "bar" } },
  { name: "nobody", uid: 65534, gid: 65534, data: "x" },
];

type Made = (directory: string) => Promise<string> | string;

/** The same image unpacked by ocilab and by umoci, for the same user; with a single id by himself, with ranges by root for him. */
async function compareBoth(make: Made, { ranges }: { readonly ranges: boolean }) {
  await using place = scratch();
  mkdirSync(join(place.path, "image"));
  const reference = await make(join(place.path, "image"));
  const who = ordinaryUser(place.path, { ranges });
  const [ours, theirs] = [join(who.home, "ours"), join(who.home, "theirs")];
  const made = await who.ocilab("bundle", reference, ours, "--", "sh");
  expect([made.stderr.replace(/.*extended attributes.*\n/, ""), made.exitCode]).toEqual(["", 0]);
  const image = reference.slice("oci:".length);
  const maps = ["uid", "gid"].flatMap((kind) => [
    ...[`--${kind}-map`, `0:${user.id}:1`],
    ...[`--${kind}-map`, `1:${user.firstSubId}:${user.subIds}`],
  ]);
  const { exitCode } = ranges
    ? { exitCode: spawnSync(umoci, ["unpack", ...maps, "--image", image, theirs]).status }
    : await who.run(umoci, ["unpack", "--rootless", "--image", image, theirs]);
  expect(exitCode).toBe(0);
  const differences = compareRootfs(join(ours, "rootfs"), join(theirs, "rootfs"));
  return { differences, files: countFiles(join(ours, "rootfs")) };
}

const real = imageMakers.filter(({ name }) => name === "skopeo zstd layout");

describeWith([...ordinaryNeeds, "umoci", "skopeo"], "rootfs equality of an ordinary user", () => {
  test.each([
    ["a single id", false],
    ["ranges", true],
  ])(`with %s: made by hand, equals ${version}`, async (_name, ranges) => {
    const { differences, files } = await compareBoth(
      (directory) => imageOf(directory, [{ tar: tarOf(members) }]),
      { ranges },
    );
    // umoci as root makes the devices that no ordinary user can make.
    const devices = differences.filter(({ what }) => what === "type").map(({ path, a }) => [path, a]);
    expect(devices).toEqual(
      ranges
        ? [
            ["disk", "file"],
            ["null", "file"],
          ]
        : [],
    );
    expect(differences.filter(({ path }) => !devices.some(([device]) => device === path))).toEqual([]);
    expect(files).toBe(members.length + 1);
  });

  test.each(real)("with a single id: $name, but for what umoci loses", async ({ make }) => {
    const { differences, files } = await compareBoth(make, { ranges: false });
    const lost = ["attribute security.capability", "attribute user.rootlesscontainers"];
    expect(differences.filter(({ what, b }) => !lost.includes(what) || b !== undefined)).toEqual([]);
    expect(files).toBeGreaterThan(15);
  });
});

describeWith([...ordinaryNeeds, "umoci", "mmdebstrap"], "rootfs equality of an ordinary user: Debian", () => {
  test(`with a single id equals ${version}`, async () => {
    const tar = await debianTar();
    const { differences, files } = await compareBoth(
      (directory) => imageOf(directory, [{ tar, compression: "none" }]),
      {
        ranges: false,
      },
    );
    expect(differences).toEqual([]);
    expect(files).toBeGreaterThan(8000);
  });
});

/** docs/rootless.md says why. */
describeWith([...ordinaryNeeds, "umoci"], "where umoci does otherwise for an ordinary user", () => {
  test("it loses file capabilities, and the owner of what it has closed before", async () => {
    const tar = tarOf([
      { name: "capable", mode: 0o755, data: "x", pax: { "SCHILY.xattr.security.capability": capability } },
      { name: "closed/", mode: 0o555, uid: 5, gid: 5 },
      { name: "both", data: "x", pax: { "SCHILY.xattr.trusted.foo": "bar" } },
    ]);
    const { differences } = await compareBoth(
      (directory) => imageOf(directory, [{ tar, compression: "none" }]),
      {
        ranges: false,
      },
    );
    expect(differences.map(({ path, what, a, b }) => [path, what, a !== undefined, b !== undefined])).toEqual(
      [
        ["capable", "attribute security.capability", true, false],
        ["closed", "attribute user.rootlesscontainers", true, false],
      ],
    );
  });
});

describeWith(ordinaryNeeds, "an ordinary user's helper", () => {
  test.each([
    ["ranges", true],
    ["a single id", false],
  ])("is confined to the target, with %s", async (_name, ranges) => {
    await using place = scratch();
    const who = ordinaryUser(place.path, { ranges });
    const victim = join(who.home, "victim");
    await who.run("mkdir", [victim]);
    const tar = tarOf([
      { name: "out", type: "2", link: victim },
      { name: "out/evil", data: "x" },
      { name: "up", type: "2", link: "../../../../../../../.." },
      { name: `up${victim}/worse`, data: "y" },
    ]);
    mkdirSync(join(place.path, "image"));
    const image = imageOf(join(place.path, "image"), [{ tar }]);
    const bundle = join(who.home, "bundle");
    const { stderr } = await who.ocilab("bundle", image, bundle);
    expect(stderr).toBe("");
    expect(readdirSync(victim)).toEqual([]);
    expect(readdirSync(join(bundle, "rootfs", victim)).sort()).toEqual(["evil", "worse"]);
  });
});
