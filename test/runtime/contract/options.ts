import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { OcilabError } from "../../../src/base/errors.ts";
import type { CreateOptions } from "../../../src/runtime/runtime.ts";
import { type Bench, type Change, id, judge, shows, tidy, wordsOf } from "./bench.ts";
import { deviates, type Item, type Outcome, untried, yes } from "./item.ts";

const area = "options";
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;

function creates(options: CreateOptions) {
  return async (bench: Bench): Promise<Outcome> => {
    const error = await bench.runtime
      .create(id, bench.bundle(), { ...quiet, ...options })
      .catch((reason: unknown) => reason);
    return error instanceof OcilabError ? { result: "refuses", how: wordsOf(error) } : yes;
  };
}

/** A socket of ours that the runtime has to connect to. */
function connects(option: "consoleSocket" | "pidfdSocket", change: Change) {
  return async (bench: Bench): Promise<Outcome> => {
    const path = join(bench.place, "socket");
    let connected = false;
    const server = createServer((socket) => {
      connected = true;
      socket.on("error", () => undefined).destroy();
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      const made = await bench.runtime
        .create(id, bench.bundle(change), { ...quiet, [option]: path })
        .catch((reason: unknown) => reason);
      await new Promise((resolve) => setImmediate(resolve));
      if (made instanceof OcilabError && !connected) return { result: "refuses", how: wordsOf(made) };
      return connected ? yes : { result: "ignores", how: "nothing connects to it" };
    } finally {
      server.close();
    }
  };
}

/** What the verb's help names. */
function inHelp(verb: string, flag: RegExp) {
  return async (bench: Bench): Promise<Outcome> => {
    const { stdout, stderr } = await bench.raw(verb === "" ? ["--help"] : [verb, "--help"]);
    const flags = verb === "" && bench.runtime.kind === "runsc" ? await bench.raw(["flags"]) : undefined;
    const text = `${stdout}${stderr}${flags?.stdout ?? ""}${flags?.stderr ?? ""}`;
    return flag.test(text) ? yes : { result: "refuses", how: "its help does not name it" };
  };
}

export const optionItems: readonly Item[] = [
  {
    ...{ id: "pid-file", title: "create --pid-file", area },
    async attempt(bench) {
      const pidFile = join(bench.place, "pid");
      await bench.runtime.create(id, bench.bundle(), { ...quiet, pidFile });
      return Number(readFileSync(pidFile, "utf8")) === (await bench.pid())
        ? yes
        : deviates("it is another pid");
    },
  },
  {
    id: "console-socket",
    title: "create --console-socket",
    area,
    attempt: connects("consoleSocket", ({ process }) => Object.assign(process, { terminal: true })),
  },
  {
    ...{ id: "terminal-without-socket", title: "a terminal without a console socket is an error", area },
    async attempt(bench) {
      const bundle = bench.bundle(({ process }) => Object.assign(process, { terminal: true }));
      const error = await bench.runtime.create(id, bundle, quiet).catch((reason: unknown) => reason);
      return error instanceof OcilabError ? yes : deviates("create succeeds");
    },
  },
  {
    id: "pidfd-socket",
    title: "create --pidfd-socket",
    area,
    attempt: connects("pidfdSocket", () => undefined),
  },
  {
    ...{ id: "preserve-fds", title: "create --preserve-fds", area },
    async attempt(bench) {
      const path = join(bench.place, "three");
      const file = openSync(path, "w");
      try {
        const ran = await bench.run(() => undefined, "echo three >&3", { preserveFds: [file] });
        return judge(
          ran.kind === "ran" ? { kind: "ran", output: readFileSync(path, "utf8").trim() } : ran,
          "three",
        );
      } finally {
        closeSync(file);
      }
    },
  },
  { id: "no-pivot", title: "create --no-pivot", area, attempt: creates({ noPivot: true }) },
  { id: "no-new-keyring", title: "create --no-new-keyring", area, attempt: creates({ noNewKeyring: true }) },
  {
    ...{ id: "exec-preserve-fds", title: "exec --preserve-fds", area },
    attempt: inHelp("exec", /preserve-fds/),
  },
  { id: "exec-cgroup", title: "exec --cgroup", area, attempt: inHelp("exec", /--cgroup/) },
  { id: "exec-ignore-paused", title: "exec --ignore-paused", area, attempt: inHelp("exec", /ignore-paused/) },
  { id: "exec-user", title: "exec --user, --cwd, --env", area, attempt: inHelp("exec", /-user[\s\S]*/) },
  { id: "systemd-cgroup", title: "--systemd-cgroup", area, attempt: inHelp("", /systemd-cgroup/) },
  { id: "rootless", title: "--rootless", area, attempt: inHelp("", /rootless/) },
  {
    ...{ id: "log-json", title: "--log FILE --log-format json: an error as JSON", area },
    async attempt(bench) {
      const log = join(bench.place, "log");
      await bench.raw(["--log", log, "--log-format", "json", "state", "no-such"]);
      const text = readFileSync(log, "utf8");
      return /"level": ?"error"/.test(text) ? yes : deviates(`the log has ${JSON.stringify(tidy(text))}`);
    },
  },
  { id: "debug", title: "--debug", area, attempt: inHelp("", /-debug/) },
];

export const otherItems: readonly Item[] = [
  {
    id: "oci-version-next",
    title: 'ociVersion "1.3.0" is accepted',
    area: "the rest",
    field: "/ociVersion",
    attempt: shows((spec) => Object.assign(spec, { ociVersion: "1.3.0" }), "echo on", "on"),
  },
  {
    id: "unknown-property",
    title: "properties that nobody knows are ignored",
    area: "the rest",
    statements: ["CFG-EXT-02"],
    attempt: shows((spec) => Object.assign(spec, { noSuchProperty: { a: 1 } }), "echo on", "on"),
  },
  {
    id: "apparmor",
    title: "apparmorProfile",
    area: "the rest",
    field: "/process/apparmorProfile",
    attempt: async () => untried("no machine of ours has AppArmor switched on"),
  },
  {
    id: "selinux",
    title: "selinuxLabel",
    area: "the rest",
    field: "/process/selinuxLabel",
    attempt: async () => untried("no machine of ours has SELinux switched on"),
  },
];
