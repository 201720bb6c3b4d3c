import { describe, expect, test } from "vitest";
import { parseSubIds, planIdMaps, type SubIdFacts } from "../../src/linux/sub-ids.ts";

const facts: SubIdFacts = {
  uid: 1000,
  gid: 1001,
  user: "ann",
  subuid: "ann:100000:65536\n",
  subgid: "ann:200000:1000\n",
  missingPrograms: [],
  noNewPrivileges: false,
};

describe("parseSubIds", () => {
  test("lines that are none are passed over", () => {
    const text = "# ann:1:1\n\nann:100000:65536\nbob:x:1\n1000:7:0\n1000:5:3 \n:1:2";
    expect(parseSubIds(text)).toEqual([
      { owner: "ann", first: 100000, count: 65536, line: 3 },
      { owner: "1000", first: 5, count: 3, line: 6 },
    ]);
  });
});

describe("planIdMaps", () => {
  test("0 is the user, 1 and up are the ranges, one behind the other", () => {
    const subuid = "ann:100000:10\nbob:300000:9\n1000:400000:5\n";
    expect(planIdMaps({ ...facts, subuid })).toEqual({
      maps: {
        kind: "ranges",
        uidMappings: [
          { containerID: 0, hostID: 1000, size: 1 },
          { containerID: 1, hostID: 100000, size: 10 },
          { containerID: 11, hostID: 400000, size: 5 },
        ],
        gidMappings: [
          { containerID: 0, hostID: 1001, size: 1 },
          { containerID: 1, hostID: 200000, size: 1000 },
        ],
      },
      complaints: [],
    });
  });

  const noRange = "has no range for ann";
  test.each<{ name: string; given: Partial<SubIdFacts>; says: string; hint: string }>([
    {
      name: "neither file has a range",
      given: { subuid: undefined, subgid: "bob:100000:65536" },
      says: "/etc/subuid and /etc/subgid have no range for ann",
      hint: "as root: echo ann:165536:65536 >>/etc/subuid; echo ann:165536:65536 >>/etc/subgid",
    },
    {
      name: "one file has none: the other's range is taken",
      given: { subgid: "" },
      says: `/etc/subgid ${noRange}`,
      hint: "as root: echo ann:165536:65536 >>/etc/subgid",
    },
    {
      name: "no name in the user database",
      given: { user: undefined },
      says: "/etc/subuid and /etc/subgid have no range for uid 1000",
      hint: "as root: echo 1000:201000:65536 >>/etc/subuid; echo 1000:201000:65536 >>/etc/subgid",
    },
    {
      name: "no uidmap package",
      given: { missingPrograms: ["newuidmap", "newgidmap"] },
      says: "newuidmap and newgidmap, which would map the ranges of ann, are not in PATH",
      hint: "install the Debian package uidmap",
    },
    {
      name: "no_new_privs",
      given: { noNewPrivileges: true },
      says: "this process may gain no privileges (no_new_privs), so newuidmap cannot map the ranges",
      hint: "run outside of the sandbox or service that sets it (systemd: NoNewPrivileges=)",
    },
    {
      name: "the only range has the user in it",
      given: { subuid: "ann:1000:65536" },
      says: "line 1 of /etc/subuid (1000:65536) overlaps the own id 1000, and is not used",
      hint: "the kernel maps every id once: give the line another range",
    },
  ])("a single id when $name", ({ given, says, hint }) => {
    const { maps, lacks } = planIdMaps({ ...facts, ...given });
    expect(maps).toEqual({
      kind: "single",
      uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: 1001, size: 1 }],
    });
    expect(lacks).toEqual({ says, hint });
  });

  test("a range that meets one before is left out, one that somebody else has too is told", () => {
    const subuid = "ann:100000:10\nann:100009:5\nbob:99990:11\n";
    const { maps, complaints } = planIdMaps({ ...facts, subuid });
    expect(maps.uidMappings).toHaveLength(2);
    expect(complaints.map(({ says }) => says)).toEqual([
      "line 1 of /etc/subuid (100000:10) overlaps line 3, of bob: each can change the other's files",
      "line 2 of /etc/subuid (100009:5) overlaps another range of ann, and is not used",
    ]);
  });
});
