import { type Attack, entry, one, two } from "./attack.ts";

export function linkAttacks(canary: string): readonly Attack[] {
  const inside = canary.slice(1);
  const loop = [
    { name: "a", type: "2", link: "b" },
    { name: "b", type: "2", link: "a" },
  ];
  const out = { name: "l", type: "2", link: canary };
  return [
    {
      name: "parent is an absolute link out",
      layers: one(out, { name: "l/new" }),
      harmless: { [`${inside}/new`]: "file", l: "symlink" },
    },
    {
      name: "parent is a link up and out",
      layers: one({ name: "d/l", type: "2", link: `../../../..${canary}` }, { name: "d/l/new" }),
      harmless: { [`${inside}/new`]: "file" },
    },
    {
      name: "link to a file, then the file",
      layers: one({ name: "l", type: "2", link: `${canary}/secret` }, { name: "l", data: "overwritten" }),
      harmless: { l: "file" },
    },
    {
      name: "link to a directory, then the directory",
      layers: one(out, { name: "l/", mode: 0o777 }, { name: "l/secret", data: "x" }),
      harmless: { l: "directory", "l/secret": "file" },
    },
    {
      name: "directory of a lower layer becomes a link out",
      layers: two(
        [{ name: "d/" }, { name: "d/x" }],
        [{ name: "d/y" }, { ...out, name: "d" }, { name: "d/secret" }],
      ),
      harmless: { d: "symlink", [`${inside}/secret`]: "file" },
    },
    {
      name: "links to links out",
      layers: one(
        out,
        { name: "m", type: "2", link: "l" },
        { name: "n", type: "2", link: "./m/." },
        { name: "n/new" },
      ),
      harmless: { [`${inside}/new`]: "file" },
    },
    {
      name: "link by way of /proc/self/root",
      layers: one({ name: "l", type: "2", link: `/proc/self/root${canary}` }, { name: "l/new" }),
      harmless: { [`proc/self/root${canary}/new`]: "file" },
    },
    {
      name: "link by way of /proc/self/cwd",
      layers: one({ name: "l", type: "2", link: "/proc/self/cwd/../.." }, { name: "l/new" }),
      harmless: { "proc/new": "file" },
    },
    {
      name: "links in a ring as parents",
      layers: one(...loop, { name: "a/x" }),
      refused: entry,
      says: /"a\/x".*links in a ring/,
    },
    {
      name: "link to itself as a parent",
      layers: one({ name: "s", type: "2", link: "s" }, { name: "s/x" }),
      refused: entry,
      says: /links in a ring/,
    },
    {
      name: "links that double a path",
      layers: one(
        { name: "d", type: "2", pax: { linkpath: `x/${"y/".repeat(1600)}` } },
        { name: "e", type: "2", link: "d/d/d" },
        { name: "e/x" },
      ),
      refused: entry,
      says: /more than 3072 bytes/,
    },
    {
      name: "link to nothing",
      layers: one({ name: "l", type: "2", link: "" }),
      refused: entry,
      says: /link to nothing/,
    },
    {
      name: "hard link up and out",
      layers: one({ name: "h", type: "1", link: `../../..${canary}/secret` }),
      refused: entry,
      says: /"h".*hard link whose target leads out/,
    },
    {
      name: "hard link to an absolute path",
      layers: one({ name: "h", type: "1", link: `${canary}/secret` }),
      refused: entry,
      says: /does not exist/,
    },
    {
      name: "hard link through a link out",
      layers: one(out, { name: "h", type: "1", link: "l/secret" }),
      refused: entry,
      says: /does not exist/,
    },
    {
      name: "hard link to a link out, then written",
      layers: one(
        { name: "l", type: "2", link: `${canary}/secret` },
        { name: "h", type: "1", link: "l" },
        { name: "h", data: "overwritten" },
      ),
      harmless: { h: "file", l: "symlink" },
    },
    {
      name: "hard link to itself",
      layers: one({ name: "h", type: "1", link: "./h" }),
      refused: entry,
      says: /to itself/,
    },
    {
      name: "hard link to itself through a link",
      layers: one(
        { name: "d/h" },
        { name: "l", type: "2", link: "d" },
        { name: "d/h", type: "1", link: "l/h" },
      ),
      refused: entry,
      says: /to itself/,
    },
    {
      name: "hard link to a directory",
      layers: one({ name: "d/" }, { name: "h", type: "1", link: "d" }),
      refused: entry,
      says: /which is a directory/,
    },
    {
      name: "hard link to the root",
      layers: one({ name: "h", type: "1", link: "/" }),
      refused: entry,
      says: /root directory/,
    },
    {
      name: "hard link into what it replaces",
      layers: one({ name: "d/x" }, { name: "d", type: "1", link: "d/x" }),
      refused: "layer.write-failed",
      says: /"d".*ENOENT/,
    },
    {
      name: "parent is a file",
      layers: one({ name: "f" }, { name: "f/x" }),
      refused: entry,
      says: /"f\/x".*no directory/,
    },
    {
      name: "parent is a device",
      layers: one({ name: "f", type: "3", major: 1, minor: 5 }, { name: "f/x" }),
      refused: entry,
      says: /no directory/,
    },
  ];
}
