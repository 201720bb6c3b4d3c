import { describe, expect, test } from "vitest";
import { parseContainerId } from "../../src/oci/container-id.ts";
import { argvOf, type RuntimeCall } from "../../src/runtime/argv.ts";
import { isHybrid } from "../../src/runtime/hybrid.ts";
import { transitions } from "../../src/runtime/lifecycle.ts";
import {
  lastWords,
  parseRuntimeList,
  parseRuntimeState,
  parseRuntimeVersion,
} from "../../src/runtime/output.ts";
import { parseSignal, signalName } from "../../src/runtime/signals.ts";
import { ageOf, notFoundHint } from "../../src/runtime/stale.ts";

const id = parseContainerId("web");

describe("argv", () => {
  test.each<[RuntimeCall, string]>([
    [{ verb: "create", id, bundle: "/b" }, "create --bundle /b web"],
    [
      {
        verb: "create",
        id,
        bundle: "/b",
        pidFile: "/p",
        consoleSocket: "/s",
        noPivot: true,
        noNewKeyring: true,
        preserveFds: 2,
      },
      "create --bundle /b --pid-file /p --console-socket /s --no-pivot --no-new-keyring --preserve-fds 2 web",
    ],
    [{ verb: "start", id }, "start web"],
    [{ verb: "state", id: parseContainerId("-x") }, "state -- -x"],
    [{ verb: "kill", id, signal: 9 }, "kill web 9"],
    [{ verb: "kill", id: parseContainerId("-a"), signal: 9, all: true }, "kill --all -- -a 9"],
    [{ verb: "delete", id }, "delete web"],
    [{ verb: "delete", id, force: true }, "delete --force web"],
    [{ verb: "list" }, "list --format json"],
    [{ verb: "features" }, "features"],
    [{ verb: "ps", id }, "ps --format json web"],
    [{ verb: "pause", id }, "pause web"],
    [{ verb: "resume", id }, "resume web"],
    [{ verb: "update", id, resources: "/r.json" }, "update --resources /r.json web"],
    [{ verb: "events", id }, "events web"],
    [{ verb: "events", id, statsOnly: true, interval: 2 }, "events --stats --interval 2s web"],
    [{ verb: "exec", id, process: "/p.json" }, "exec --process /p.json web"],
    [
      {
        verb: "exec",
        id,
        process: "/p",
        detach: true,
        pidFile: "/i",
        consoleSocket: "/s",
        pidfdSocket: "/f",
        preserveFds: 1,
        cgroup: "sub",
        ignorePaused: true,
      },
      "exec --process /p --detach --pid-file /i --console-socket /s --pidfd-socket /f --preserve-fds 1 --cgroup sub --ignore-paused web",
    ],
    [{ verb: "checkpoint", id, imagePath: "/c" }, "checkpoint --image-path /c web"],
    [
      {
        verb: "checkpoint",
        id,
        imagePath: "/c",
        workPath: "/w",
        tcpEstablished: true,
        externalUnixSockets: true,
        shellJob: true,
        fileLocks: true,
        manageCgroupsMode: "soft",
        lazyPages: true,
        autoDedup: true,
        emptyNamespaces: ["network"],
        leaveRunning: true,
        preDump: true,
        parentPath: "../p",
        pageServer: "h:1",
      },
      "checkpoint --image-path /c --work-path /w --tcp-established --ext-unix-sk --shell-job --file-locks --manage-cgroups-mode soft --lazy-pages --auto-dedup --empty-ns network --leave-running --pre-dump --parent-path ../p --page-server h:1 web",
    ],
    [
      {
        verb: "restore",
        id,
        bundle: "/b",
        imagePath: "/c",
        detach: true,
        pidFile: "/p",
        consoleSocket: "/s",
        noPivot: true,
      },
      "restore --bundle /b --image-path /c --detach --pid-file /p --console-socket /s --no-pivot web",
    ],
  ])("%j", (call, expected) => {
    expect(argvOf(call, { root: "/r" }).join(" ")).toBe(`--root /r --log-format json ${expected}`);
  });

  test("a log file and --version", () => {
    const flags = { root: "/r", log: "/l" };
    expect(argvOf({ verb: "start", id }, flags).slice(0, 4)).toEqual(["--root", "/r", "--log", "/l"]);
    expect(argvOf({ verb: "version" }, flags)).toEqual(["--version"]);
  });
});

describe("the last words", () => {
  test.each([
    ["", undefined],
    ["plain words\n", "plain words"],
    ['{"level":"warning","msg":"first"}\n{"level":"error","msg":"then"}\n', "then"],
    ['{\n  "msg": "over\\nlines",\n  "level": "error"\n}\n', "over\nlines"],
    ['time="2026-01-01T00:00:00Z" level=error msg="say \\"it\\""', 'say "it"'],
    ['time="x" level=warning msg=hm\nreal trouble', "real trouble"],
    ['{"level":"warning","msg":"only a warning"}', undefined],
    ['{ "cut off', '{ "cut off'],
    ['{"msg":"cause","level":"error"}{"msg":"then","level":"error"}', "cause\nthen"],
  ])("of %j", (text, words) => {
    expect(lastWords(text)).toBe(words);
  });
});

describe("what runtimes print", () => {
  test("a state loses pid 0 and keeps the rest", () => {
    const state = parseRuntimeState(
      '{"ociVersion":"1.0.2","id":"a","pid":0,"status":"stopped","bundle":"/b","owner":""}',
    );
    expect(state).toEqual({ ociVersion: "1.0.2", id: "a", status: "stopped", bundle: "/b" });
  });

  test("a running state without a pid has stopped meanwhile", () => {
    expect(parseRuntimeState('{"id":"a","pid":0,"status":"running","bundle":"/b"}').status).toBe("stopped");
  });

  test.each(["null", "", "[]"])("%j is an empty list", (text) => {
    expect(parseRuntimeList(text)).toEqual([]);
  });

  test.each(["[1]", "{}", "x", '[{"id":"a","status":"flying"}]'])("%j is no list", (text) => {
    expect(() => parseRuntimeList(text)).toThrow("not the JSON that was expected");
  });

  test.each([
    [
      "runc version 1.1.5+ds1\ncommit: x\nspec: 1.0.2-dev\n",
      { kind: "runc", version: "1.1.5+ds1", spec: "1.0.2-dev" },
    ],
    [
      "crun version 1.28\ncommit: 54f16\nrundir: /run/crun\nspec: 1.0.0\n",
      { kind: "crun", version: "1.28", spec: "1.0.0" },
    ],
    [
      "runsc version release-20240729.0\nspec: 1.1.0-rc.1\n",
      { kind: "runsc", version: "release-20240729.0" },
    ],
  ])("version %j", (text, expected) => {
    expect(parseRuntimeVersion(text)).toMatchObject(expected);
  });

  test.each(["bash version 5", "", "git version 2.39.5\n"])("%j is no runtime", (text) => {
    expect(parseRuntimeVersion(text)).toBeUndefined();
  });
});

describe("the life of a container", () => {
  const allowed = Object.entries(transitions).flatMap(([status, verbs]) =>
    Object.entries(verbs).flatMap(([verb, { allowed: may }]) => (may ? [`${status} ${verb}`] : [])),
  );

  test("allows these and no others", () => {
    expect(allowed).toEqual([
      "creating force-delete",
      ...["created start", "created kill", "created delete", "created force-delete"],
      ...["created exec", "created ps", "created pause", "created update", "created events"],
      ...["running kill", "running force-delete"],
      ...["running exec", "running ps", "running pause", "running update", "running events"],
      "running checkpoint",
      ...["paused kill", "paused force-delete"],
      ...["paused ps", "paused resume", "paused update", "paused events"],
      ...["stopped delete", "stopped force-delete"],
    ]);
  });
});

describe("signals", () => {
  test.each([
    ["TERM", 15],
    ["SIGKILL", 9],
    ["sigusr1", 10],
    ["9", 9],
    [1, 1],
    ["RTMIN", 34],
    ["RTMIN+3", 37],
    ["SIGRTMAX-1", 63],
  ])("%s is %d", (text, number) => {
    expect(parseSignal(text)).toBe(number);
  });

  test.each(["NOSUCH", "0", "65", "-9", "", "RTMAX+1", "RTMIN-1"])("%j is none", (text) => {
    expect(() => parseSignal(text)).toThrow("no such signal");
  });

  test("a mistyped one gets the nearest name", () => {
    expect(() => parseSignal("TREM")).toThrow(expect.objectContaining({ hint: "did you mean TERM?" }));
  });

  test("names", () => {
    expect([signalName(15), signalName(40)]).toEqual(["SIGTERM", "signal 40"]);
  });
});

describe("stale ids", () => {
  test.each([
    [{ id: "wbe", here: ["web", "db"], elsewhere: [], half: false }, "did you mean web?"],
    [{ id: "x", here: ["web", "db"], elsewhere: [], half: false }, "there are: web, db"],
    [
      { id: "x", here: [], elsewhere: ["/run/runc"], half: false },
      "there is one in /run/runc: give --root /run/runc",
    ],
    [{ id: "x", here: ["x"], elsewhere: [], half: true }, "ocilab delete --force x removes the rest"],
  ])("%j", (wanted, hint) => {
    expect(notFoundHint(wanted)).toBe(hint);
  });

  test.each([
    ["2026-01-01T00:00:00Z", "3 days"],
    ["2026-01-03T23:00:00Z", "1 hour"],
    ["2026-01-03T23:59:59Z", "1 second"],
    ["2026-01-04T00:00:10Z", "0 seconds"],
  ])("created %s is %s old", (created, age) => {
    expect(ageOf(created, new Date("2026-01-04T00:00:00Z"))).toBe(age);
  });
});

describe("hybrid hosts", () => {
  test.each([
    ["30 23 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n", true],
    ["30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", false],
    ["30 23 0:26 / /sys/fs/cgroup/unified rw shared:3 - tmpfs x rw\n", false],
    ["", false],
  ])("%j: %s", (mountinfo, hybrid) => {
    expect(isHybrid(mountinfo)).toBe(hybrid);
  });
});
