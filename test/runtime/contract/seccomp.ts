import { createServer } from "node:net";
import { join } from "node:path";
import { type Change, judge, refused, shows } from "./bench.ts";
import type { Item } from "./item.ts";

const area = "seccomp";

/** mkdir and mkdirat get an action, everything else is allowed. */
function onMkdir(action: string, more: object = {}): Change {
  const syscalls = [{ names: ["mkdir", "mkdirat"], action, ...more }];
  return ({ linux }) => Object.assign(linux, { seccomp: { defaultAction: "SCMP_ACT_ALLOW", syscalls } });
}
const withFlags =
  (flags: readonly string[]): Change =>
  ({ linux }) =>
    Object.assign(linux, {
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        flags,
        syscalls: [{ names: ["swapon"], action: "SCMP_ACT_ERRNO" }],
      },
    });
const onChmod =
  (args: readonly object[]): Change =>
  ({ linux }) =>
    Object.assign(linux, {
      seccomp: {
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["chmod", "fchmod", "fchmodat"], action: "SCMP_ACT_ERRNO", args }],
      },
    });
const words = "mkdir /tmp/contract 2>&1 | sed 's/.*: //'; rmdir /tmp/contract 2>/dev/null && echo made";
const killed = "mkdir /tmp/contract; echo $?; rmdir /tmp/contract 2>/dev/null";
const chmods =
  "touch /tmp/c; for m in 755 777 2755; do chmod $m /tmp/c 2>/dev/null && echo $m; done; rm /tmp/c";

export const seccompItems: readonly Item[] = [
  {
    id: "seccomp-errno",
    title: "SCMP_ACT_ERRNO",
    area,
    field: "/linux/seccomp",
    statements: ["LX-SEC-18"],
    attempt: shows(onMkdir("SCMP_ACT_ERRNO"), words, "Operation not permitted"),
  },
  {
    id: "seccomp-errno-ret",
    title: "errnoRet",
    area,
    statements: ["LX-SEC-23"],
    attempt: shows(onMkdir("SCMP_ACT_ERRNO", { errnoRet: 28 }), words, "No space left on device"),
  },
  {
    id: "seccomp-kill-process",
    title: "SCMP_ACT_KILL_PROCESS",
    area,
    statements: ["LX-SEC-19"],
    attempt: shows(onMkdir("SCMP_ACT_KILL_PROCESS"), killed, /159$/),
  },
  {
    id: "seccomp-kill-thread",
    title: "SCMP_ACT_KILL_THREAD",
    area,
    statements: ["LX-SEC-19"],
    attempt: shows(onMkdir("SCMP_ACT_KILL_THREAD"), killed, /159$/),
  },
  {
    id: "seccomp-trap",
    title: "SCMP_ACT_TRAP",
    area,
    statements: ["LX-SEC-20"],
    attempt: shows(onMkdir("SCMP_ACT_TRAP"), killed, /159$/),
  },
  {
    id: "seccomp-trace",
    title: "SCMP_ACT_TRACE without a tracer: ENOSYS",
    area,
    statements: ["LX-SEC-20"],
    attempt: shows(onMkdir("SCMP_ACT_TRACE"), words, "Function not implemented"),
  },
  {
    id: "seccomp-log",
    title: "SCMP_ACT_LOG lets the call through",
    area,
    statements: ["LX-SEC-20"],
    attempt: shows(onMkdir("SCMP_ACT_LOG"), words, "made"),
  },
  {
    ...{
      id: "seccomp-notify",
      title: "SCMP_ACT_NOTIFY: the listener gets the container's state",
      area,
      statements: ["LX-SEC-21"],
    },
    async attempt(bench) {
      const path = join(bench.place, "listener");
      let got = "";
      const server = createServer((socket) =>
        socket.on("data", (data) => (got += data)).on("error", () => undefined),
      );
      await new Promise<void>((resolve) => server.listen(path, resolve));
      const change: Change = (spec) => {
        onMkdir("SCMP_ACT_NOTIFY")(spec);
        spec.linux.seccomp.listenerPath = path;
      };
      try {
        const ran = await bench.run(change, "true");
        return judge(ran.kind === "refused" ? ran : { kind: "ran", output: got }, /"id": ?"contract-item-/);
      } finally {
        server.close();
      }
    },
  },
  {
    id: "seccomp-arg-equal",
    title: "args: SCMP_CMP_EQ",
    area,
    statements: ["LX-SEC-25"],
    attempt: shows(onChmod([{ index: 1, value: 0o777, op: "SCMP_CMP_EQ" }]), chmods, "755\n2755"),
  },
  {
    id: "seccomp-arg-masked",
    title: "args: SCMP_CMP_MASKED_EQ",
    area,
    statements: ["LX-SEC-25"],
    attempt: shows(
      onChmod([{ index: 1, value: 0o2000, valueTwo: 0o2000, op: "SCMP_CMP_MASKED_EQ" }]),
      chmods,
      "755\n777",
    ),
  },
  ...["TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV"].map(
    (flag): Item => ({
      ...{
        id: `seccomp-flag-${flag.toLowerCase().replaceAll("_", "-")}`,
        title: `flag ${flag} is accepted`,
        area,
        statements: ["LX-SEC-06"],
      },
      attempt: shows(withFlags([`SECCOMP_FILTER_FLAG_${flag}`]), "echo on", "on"),
    }),
  ),
  {
    id: "seccomp-flag-unknown",
    title: "a flag that does not exist is an error",
    area,
    attempt: refused(withFlags(["SECCOMP_FILTER_FLAG_NO_SUCH"])),
  },
  {
    id: "seccomp-action-unknown",
    title: "an action that does not exist is an error",
    area,
    attempt: refused(onMkdir("SCMP_ACT_NO_SUCH")),
  },
];
