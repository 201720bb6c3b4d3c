import { quote } from "../../base/text.ts";
import { capabilityNames } from "../../oci/capabilities.ts";
import type { Capabilities, Spec } from "../../oci/spec.ts";
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

/** Rules about process.capabilities (capabilities(7), capset(2)). */
export const capabilityRules: readonly Rule[] = [
  { name: "capability-unknown", check: unknown },
  { name: "capability-twice", check: twice },
  { name: "effective-not-permitted", check: (spec) => outside(spec, effectiveIn) },
  { name: "inheritable-not-bounding", check: (spec) => outside(spec, inheritableIn) },
  { name: "permitted-not-bounding", check: (spec) => outside(spec, permittedIn) },
  { name: "ambient-not-permitted", check: (spec) => outside(spec, ambientInPermitted) },
  { name: "ambient-not-inheritable", check: (spec) => outside(spec, ambientInInheritable) },
  { name: "capability-lost-by-exec", check: lostByExec },
];

const sets = ["bounding", "permitted", "effective", "inheritable", "ambient"] as const;
type SetName = (typeof sets)[number];

function eachName(
  spec: Spec,
  check: (name: string, at: `/${string}`, set: SetName) => readonly Complaint[],
): readonly Complaint[] {
  const all: Capabilities = spec.process?.capabilities ?? {};
  return sets.flatMap((set) =>
    (all[set] ?? []).flatMap((name, index) => check(name, `/process/capabilities/${set}/${index}`, set)),
  );
}

/** runc and crun leave such a name out, runc with a warning (config.md#linux-process). */
function unknown(spec: Spec): readonly Complaint[] {
  const nearestName = nearestOf(capabilityNames);
  return eachName(spec, (name, at) => {
    if (isKnown(name)) return [];
    const prefixed = `CAP_${name.toUpperCase()}`;
    const near = isKnown(prefixed) ? prefixed : nearestName(name.toUpperCase());
    return [
      warning(at, `${quote(name, 60)} is no capability, so the process will not have it`, {
        hint: near === undefined ? "capabilities(7) lists them" : `was ${near} meant?`,
        fix: near === undefined ? removal(at) : replacement(at, near),
        statement: "CFG-LPROC-02",
      }),
    ];
  });
}

function isKnown(name: string): boolean {
  return (capabilityNames as readonly string[]).includes(name);
}

function twice(spec: Spec): readonly Complaint[] {
  return sets.flatMap((set) =>
    repeats(spec.process?.capabilities?.[set] ?? [], (name) => name).map(([index]) =>
      warning(`/process/capabilities/${set}/${index}`, "is listed already", {
        fix: removal(`/process/capabilities/${set}/${index}`),
      }),
    ),
  );
}

type Inclusion = {
  readonly set: SetName;
  readonly within: SetName;
  readonly says: string;
  readonly level: "error" | "warning";
};

const effectiveIn: Inclusion = {
  set: "effective",
  within: "permitted",
  says: "can only be effective when it is permitted: the kernel answers EPERM",
  level: "error",
};
const inheritableIn: Inclusion = {
  set: "inheritable",
  within: "bounding",
  says: "can only be inheritable when it is in the bounding set: the kernel answers EPERM",
  level: "error",
};
const permittedIn: Inclusion = {
  set: "permitted",
  within: "bounding",
  says: "is lost when the program is executed, since it is not in the bounding set",
  level: "warning",
};
const ambientInPermitted: Inclusion = {
  set: "ambient",
  within: "permitted",
  says: "cannot become ambient, since it is not permitted",
  level: "warning",
};
const ambientInInheritable: Inclusion = {
  set: "ambient",
  within: "inheritable",
  says: "cannot become ambient, since it is not inheritable",
  level: "warning",
};

function outside(spec: Spec, { set, within, says, level }: Inclusion): readonly Complaint[] {
  const allowed = spec.process?.capabilities?.[within] ?? [];
  const fix =
    spec.process?.capabilities?.[within] === undefined
      ? (name: string) => [{ op: "add", path: `/process/capabilities/${within}`, value: [name] }] as const
      : (name: string) => [{ op: "add", path: `/process/capabilities/${within}/-`, value: name }] as const;
  return eachName(spec, (name, at, here) => {
    if (here !== set || !isKnown(name) || allowed.includes(name)) return [];
    const more = { hint: `add it to ${within}, or take it out of ${set}`, fix: fix(name) };
    return [level === "error" ? error(at, `${name} ${says}`, more) : warning(at, `${name} ${says}`, more)];
  });
}

function lostByExec(spec: Spec): readonly Complaint[] {
  const { process } = spec;
  if (process?.user === undefined || process.user.uid === 0) return [];
  const ambient = process.capabilities?.ambient ?? [];
  const lost = (process.capabilities?.effective ?? []).filter(
    (name) => isKnown(name) && !ambient.includes(name),
  );
  if (lost.length === 0) return [];
  return [
    warning(
      "/process/capabilities/effective",
      `a process that is not root loses ${lost.length === 1 ? lost[0] : `${lost.length} capabilities`} when it executes its program`,
      { hint: "only ambient ones stay: list them in ambient, inheritable and permitted as well" },
    ),
  ];
}
