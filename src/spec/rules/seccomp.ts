import { quote } from "../../base/text.ts";
import type { Seccomp, SeccompAction, Spec } from "../../oci/spec.ts";
import { words } from "../seccomp/group.ts";
import { syscallNames } from "../seccomp/names.ts";
import {
  type Complaint,
  error,
  nearestOf,
  type Rule,
  removal,
  repeats,
  replacement,
  warning,
} from "./rule.ts";

/** Rules about linux.seccomp (config-linux.md#seccomp). */
export const seccompRules: readonly Rule[] = [
  { name: "seccomp-errno-without-action", check: (spec) => inProfile(spec, errnoWithoutAction) },
  { name: "seccomp-notify-without-listener", check: (spec) => inProfile(spec, notifyWithoutListener) },
  { name: "seccomp-listener-without-notify", check: (spec) => inProfile(spec, listenerWithoutNotify) },
  { name: "seccomp-metadata-without-listener", check: (spec) => inProfile(spec, metadataWithoutListener) },
  { name: "seccomp-notify-misused", check: (spec) => inProfile(spec, misusedNotify) },
  { name: "seccomp-denies-execve", check: (spec) => inProfile(spec, deniesExecve) },
  {
    name: "seccomp-stops-the-runtime",
    check: (spec) => inProfile(spec, (seccomp) => stopsTheRuntime(seccomp, spec)),
  },
  { name: "seccomp-unknown-call", check: (spec) => inProfile(spec, unknownCall) },
  { name: "seccomp-argument-twice", check: (spec) => inProfile(spec, argumentTwice) },
];

const at = "/linux/seccomp" as const;

function inProfile(spec: Spec, check: (seccomp: Seccomp) => readonly Complaint[]): readonly Complaint[] {
  return spec.linux?.seccomp === undefined ? [] : check(spec.linux.seccomp);
}

function takesErrno(action: SeccompAction): boolean {
  return action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE";
}

function errnoWithoutAction({
  defaultAction,
  defaultErrnoRet,
  syscalls = [],
}: Seccomp): readonly Complaint[] {
  const says = (action: string): string =>
    `has no meaning with ${action}, only with SCMP_ACT_ERRNO and SCMP_ACT_TRACE`;
  const whole =
    defaultErrnoRet === undefined || takesErrno(defaultAction)
      ? []
      : [
          error(`${at}/defaultErrnoRet`, says(defaultAction), {
            fix: removal(`${at}/defaultErrnoRet`),
            statement: "LX-SEC-03",
          }),
        ];
  const single = syscalls.flatMap(({ action, errnoRet }, index) =>
    errnoRet === undefined || takesErrno(action)
      ? []
      : [
          error(`${at}/syscalls/${index}/errnoRet`, says(action), {
            fix: removal(`${at}/syscalls/${index}/errnoRet`),
            statement: "LX-SEC-22",
          }),
        ],
  );
  return [...whole, ...single];
}

function notifies({ syscalls = [] }: Seccomp): boolean {
  return syscalls.some(({ action }) => action === "SCMP_ACT_NOTIFY");
}

function notifyWithoutListener(seccomp: Seccomp): readonly Complaint[] {
  if (!notifies(seccomp) || (seccomp.listenerPath ?? "") !== "") return [];
  const hint = "it is the UNIX socket of the agent that decides about the calls";
  return [error(`${at}/listenerPath`, "must be there for SCMP_ACT_NOTIFY", { hint, statement: "LX-SEC-21" })];
}

function listenerWithoutNotify(seccomp: Seccomp): readonly Complaint[] {
  if ((seccomp.listenerPath ?? "") === "" || notifies(seccomp)) return [];
  return [
    warning(`${at}/listenerPath`, "has no effect: no rule has SCMP_ACT_NOTIFY", { statement: "LX-SEC-12" }),
  ];
}

function metadataWithoutListener({
  listenerMetadata = "",
  listenerPath = "",
}: Seccomp): readonly Complaint[] {
  if (listenerMetadata === "" || listenerPath !== "") return [];
  return [
    error(`${at}/listenerMetadata`, "must not be there without listenerPath", {
      fix: removal(`${at}/listenerMetadata`),
      statement: "LX-SEC-14",
    }),
  ];
}

/** The runtime itself writes to the listener after the filter holds: it would wait for itself for ever. */
function misusedNotify({ defaultAction, syscalls = [] }: Seccomp): readonly Complaint[] {
  const all =
    defaultAction === "SCMP_ACT_NOTIFY"
      ? [
          error(`${at}/defaultAction`, "cannot be SCMP_ACT_NOTIFY: runc refuses it", {
            statement: "LX-SEC-21",
          }),
        ]
      : [];
  const write = syscalls.flatMap(({ names, action }, index) =>
    action === "SCMP_ACT_NOTIFY" && names.includes("write")
      ? [
          error(`${at}/syscalls/${index}/names`, "cannot have write with SCMP_ACT_NOTIFY: runc refuses it", {
            statement: "LX-SEC-21",
          }),
        ]
      : [],
  );
  return [...all, ...write];
}

/** What becomes of a call without regard to its arguments: an allowing rule wins, then a rule without conditions, then the default. */
function actionFor({ defaultAction, syscalls = [] }: Seccomp, name: string): SeccompAction {
  const rules = syscalls.filter(({ names }) => names.includes(name));
  const lenient = rules.find(({ action }) => isLenient(action));
  const flat = rules.find(({ args }) => (args?.length ?? 0) === 0);
  return (lenient ?? flat)?.action ?? defaultAction;
}

function isLenient(action: SeccompAction): boolean {
  return ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE"].includes(action);
}

function deniesExecve(seccomp: Seccomp): readonly Complaint[] {
  const action = actionFor(seccomp, "execve");
  if (isLenient(action)) return [];
  return [
    error(`${at}/syscalls`, `leave ${action} for execve, with which the runtime starts the program`, {
      hint: "allow execve; the filter holds from just before it",
      statement: "LX-SEC-02",
    }),
  ];
}

/**
 * What runc 1.1.5 or 1.3.6 still calls between loading the filter and execve, found by denying one call after the other. Without
 * no_new_privs it loads the filter earlier, while it still has the capability to. crun 1.8 needs fewer of them.
 */
const lastSteps = {
  evenFailing: words("write close openat fstat statx getdents64 fstatfs futex"),
  whenKilled: words("openat2 fcntl getpid epoll_ctl"),
  earlier: words("read newfstatat capget capset chdir setuid setgid setgroups getppid"),
};

function stopsTheRuntime(seccomp: Seccomp, spec: Spec): readonly Complaint[] {
  const early = spec.process?.noNewPrivileges === true ? [] : lastSteps.earlier;
  const needed = [...lastSteps.evenFailing, ...early];
  const kills = (name: string): boolean => /KILL|TRAP/.test(actionFor(seccomp, name));
  const killed = [...needed, ...lastSteps.whenKilled].filter(kills);
  const failed = needed.filter((name) => actionFor(seccomp, name) === "SCMP_ACT_ERRNO");
  const stopped = killed.length > 0 ? killed : failed;
  if (stopped.length === 0) return [];
  return [
    warning(`${at}/syscalls`, `deny ${stopped.join(", ")}, which runc itself calls in its last steps`, {
      hint:
        killed.length > 0
          ? 'runc would only say "container process is already dead"; try SCMP_ACT_LOG first and read what the kernel logs'
          : "allow them; with noNewPrivileges the filter is loaded later and fewer are needed",
      statement: "LX-SEC-19",
    }),
  ];
}

function unknownCall({ syscalls = [] }: Seccomp): readonly Complaint[] {
  const nearestCall = nearestOf(syscallNames);
  return syscalls.flatMap(({ names }, index) =>
    names.flatMap((name, place) => {
      if (syscallNames.has(name)) return [];
      const path = `${at}/syscalls/${index}/names/${place}` as const;
      const near = nearestCall(name);
      return [
        warning(path, `${quote(name, 60)} is no system call that we know, and runtimes ignore such names`, {
          hint: near === undefined ? "syscalls(2) lists them" : `was ${near} meant?`,
          fix: near === undefined ? undefined : replacement(path, near),
          statement: "LX-SEC-16",
        }),
      ];
    }),
  );
}

function argumentTwice({ syscalls = [] }: Seccomp): readonly Complaint[] {
  return syscalls.flatMap(({ args = [] }, index) =>
    repeats(args, ({ index: argument }) => String(argument)).map(([again]) =>
      warning(`${at}/syscalls/${index}/args/${again}`, `tests argument ${args[again]?.index} again`, {
        hint: "runc then takes either test as enough, where the specification wants all: use two rules, or one masked test",
        statement: "LX-SEC-25",
      }),
    ),
  );
}
