import { readFileSync } from "node:fs";
import { type Change, id, judge, refused, shows } from "./bench.ts";
import type { Item } from "./item.ts";

const area = "process";

const caps: Change = ({ process }) => {
  const own = ["CAP_CHOWN", "CAP_KILL"];
  process.user = { uid: 1000, gid: 1000 };
  process.capabilities = { bounding: own, effective: own, permitted: own, inheritable: own, ambient: own };
};
const status = (field: string): string => `grep ${field}: /proc/self/status | tr -d ' \\t'`;

/** What `process` asks. */
export const processItems: readonly Item[] = [
  {
    ...{ id: "process-user", title: "user, group and further groups", area, field: "/process/user" },
    attempt: shows(
      ({ process }) => Object.assign(process.user, { uid: 12, gid: 34, additionalGids: [56, 78] }),
      "id -u; id -g; id -G",
      "12\n34\n34 56 78",
    ),
  },
  {
    ...{
      id: "process-umask",
      title: "umask",
      area,
      field: "/process/user/umask",
      statements: ["CFG-USER-03"],
    },
    attempt: shows(({ process }) => Object.assign(process.user, { umask: 0o37 }), "umask", "0037"),
  },
  {
    ...{
      id: "process-capabilities",
      title: "capabilities: bounding, inheritable, permitted, effective",
      area,
    },
    ...{},
    attempt: shows(
      caps,
      `${status("CapBnd")}; ${status("CapEff")}`,
      "CapBnd:0000000000000021\nCapEff:0000000000000021",
    ),
  },
  {
    ...{ id: "process-ambient", title: "ambient capabilities", area },
    ...{ statements: ["CFG-LPROC-08"] },
    attempt: shows(caps, status("CapAmb"), "CapAmb:0000000000000021"),
  },
  {
    ...{
      id: "process-capability-unknown",
      title: "a capability that does not exist is a warning, not an error",
      area,
    },
    attempt: shows(({ process }) => process.capabilities.bounding.push("CAP_NO_SUCH"), "echo on", /on$/),
  },
  {
    ...{ id: "process-no-new-privs", title: "noNewPrivileges", area, field: "/process/noNewPrivileges" },
    ...{ statements: ["CFG-LPROC-09"] },
    attempt: shows(
      ({ process }) => Object.assign(process, { noNewPrivileges: true }),
      status("NoNewPrivs"),
      "NoNewPrivs:1",
    ),
  },
  {
    ...{
      id: "process-rlimit",
      title: "rlimits",
      area,
      field: "/process/rlimits",
      statements: ["CFG-RLIM-03"],
    },
    attempt: shows(
      ({ process }) => Object.assign(process, { rlimits: [{ type: "RLIMIT_NOFILE", soft: 100, hard: 200 }] }),
      "ulimit -Sn; ulimit -Hn",
      "100\n200",
    ),
  },
  {
    ...{
      id: "process-rlimit-unknown",
      title: "a rlimit that does not exist is an error",
      area,
      statements: ["CFG-RLIM-02"],
    },
    attempt: refused(({ process }) =>
      Object.assign(process, { rlimits: [{ type: "RLIMIT_NO_SUCH", soft: 1, hard: 1 }] }),
    ),
  },
  {
    ...{
      id: "process-oom-score",
      title: "oomScoreAdj",
      area,
      field: "/process/oomScoreAdj",
      statements: ["CFG-LPROC-10"],
    },
    attempt: shows(
      ({ process }) => Object.assign(process, { oomScoreAdj: 321 }),
      "cat /proc/self/oom_score_adj",
      "321",
    ),
  },
  {
    ...{ id: "process-scheduler", title: "scheduler: policy and nice", area, field: "/process/scheduler" },
    ...{ statements: ["CFG-LPROC-13", "CFG-LPROC-14"] },
    attempt: shows(
      ({ process }) => Object.assign(process, { scheduler: { policy: "SCHED_BATCH", nice: 7 } }),
      "sed 's/^.*) //' /proc/self/stat | cut -d ' ' -f 17,39",
      "7 3",
    ),
  },
  {
    ...{
      id: "process-io-priority",
      title: "ioPriority",
      area,
      field: "/process/ioPriority",
      statements: ["CFG-LPROC-20"],
    },
    attempt: shows(
      ({ process }) => Object.assign(process, { ioPriority: { class: "IOPRIO_CLASS_BE", priority: 7 } }),
      "ionice -p $$",
      "best-effort: prio 7",
    ),
  },
  {
    ...{ id: "process-exec-affinity", title: "execCPUAffinity", area, field: "/process/execCPUAffinity" },
    ...{ statements: ["CFG-LPROC-22"] },
    async attempt(bench) {
      await bench.sleeping();
      const process = bench.bundle().spec.process;
      if (process === undefined) throw new Error("the bundle has no process");
      const asked = {
        ...process,
        execCPUAffinity: { initial: "0", final: "1" },
        args: ["sh", "-c", "exec sleep 50"],
      };
      const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
      const pid = await bench.runtime.execDetached(id, asked, quiet);
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return judge({ kind: "ran", output: /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? "" }, "1");
    },
  },
  {
    ...{ id: "process-cwd", title: "cwd", area, field: "/process/cwd" },
    attempt: shows(({ process }) => Object.assign(process, { cwd: "/tmp" }), "pwd", "/tmp"),
  },
  {
    ...{
      id: "personality",
      title: "personality",
      area,
      field: "/linux/personality",
      statements: ["LX-PERS-02"],
    },
    attempt: shows(
      ({ linux }) => Object.assign(linux, { personality: { domain: "LINUX32" } }),
      "uname -m",
      "i686",
    ),
  },
];
