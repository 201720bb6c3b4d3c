import type { CgroupValue } from "../../kernel/parse/cgroup.ts";
import type { DeviceRow } from "../../kernel/view-parts.ts";
import type { HierarchyView, ProcessView } from "../../kernel/view-type.ts";
import type { DeviceCgroup, Resources } from "../../oci/spec.ts";
import { type CgroupWish, cgroupClaim } from "../cgroup-wish.ts";
import { type Claim, claim, type Undecided, undecided } from "../claim.ts";
import { notAsked } from "../compare.ts";
import { programsDiffer } from "./device-programs.ts";

/** resources.devices (config-linux.md#allowed-device-list): v1 lists what is allowed, v2 holds the rules in a program. */
function deviceRuleWishes({ devices = [] }: Resources): readonly CgroupWish[] {
  return devices.map((rule, index) => ({
    at: `/linux/resources/devices/${index}`,
    statements: ["LX-CGD-01", "LX-CGD-03"],
    asked: rule,
    controller: "devices",
    v2: "on cgroup v2 the rules are BPF programs and no file",
    v1: [
      {
        file: "devices.list",
        differs: (seen) => ruleDiffers(rule, { later: devices.slice(index + 1), seen }),
      },
    ],
  }));
}

/** The rules of resources.devices. On v2 they are BPF programs, which are run to see what they answer; without one every device is allowed. */
export function deviceRuleClaims(resources: Resources): readonly Claim[] {
  const { devices = [] } = resources;
  return deviceRuleWishes(resources).map((wish, index) => {
    const rule = wish.asked as DeviceCgroup;
    const onV1 = cgroupClaim(wish);
    const onV2 = claim({
      ...{ at: wish.at, statements: wish.statements, asked: wish.asked },
      seen: (view) => unifiedOf(view)?.deviceFilter ?? notAsked("bpf(BPF_PROG_QUERY)"),
      show: (filter, view) => {
        const answers = unifiedOf(view)?.deviceAnswers;
        return answers?.ok === true ? rowsAbout(rule, answers.value) : filter.effective;
      },
      differs: (_, filter) => programsDiffer(rule, { later: devices.slice(index + 1), filter }),
    });
    return { ...onV1, judge: (view, options) => (isOnV1(view) ? onV1 : onV2).judge(view, options) };
  });
}

/** The rows about what a rule names; the one that counts where it names one device. */
function rowsAbout(rule: DeviceCgroup, rows: readonly DeviceRow[]): readonly string[] {
  const asked = entryOf(rule);
  const about = rows
    .filter(({ type, major, minor }) =>
      overlaps(
        { type, major: String(major), minor: String(minor), access: "rwm" },
        { ...asked, access: "rwm" },
      ),
    )
    .map(({ type, major, minor, access }) => `${type} ${major}:${minor} ${access || "none"}`);
  const isOne = asked.type !== "a" && asked.major !== "*" && asked.minor !== "*";
  return isOne ? about.slice(-1) : about;
}

function isOnV1({ hierarchies }: ProcessView): boolean {
  return hierarchies.some(({ version, controllers }) => version === 1 && controllers.includes("devices"));
}

function unifiedOf({ hierarchies }: ProcessView): HierarchyView | undefined {
  return hierarchies.find(({ version }) => version === 2);
}

type Entry = {
  readonly type: string;
  readonly major: string;
  readonly minor: string;
  readonly access: string;
};

/** A rule on which a later one says otherwise is not judged alone: rules apply in order (config-linux.md#allowed-device-list). */
function ruleDiffers(
  rule: DeviceCgroup,
  options: { readonly later: readonly DeviceCgroup[]; readonly seen: CgroupValue },
): string | Undecided | undefined {
  if (!Array.isArray(options.seen)) return "the kernel's list is malformed";
  const entries = (options.seen as readonly unknown[]).flatMap((line) => parseEntry(String(line)));
  const asked = entryOf(rule);
  if (!rule.allow && covers(asked, everything)) return allDenied(entries, options.later);
  if (options.later.some((other) => other.allow !== rule.allow && overlaps(entryOf(other), asked)))
    return undecided("a later rule says otherwise of some of it");
  const allowed = expand(asked).every((part) => isAllowed(part, entries));
  if (rule.allow) return allowed ? undefined : "the kernel's list does not allow it";
  const any = entries.some((entry) => overlaps(entry, asked));
  return any ? "the kernel's list allows some of it" : undefined;
}

const everything: Entry = { type: "a", major: "*", minor: "*", access: "rwm" };

/**
 * "Deny all" comes first and others allow some after it; runtimes add the default devices of their own account (config-linux.md#default-devices)
 * and the making of nodes. So no kind of device may be readable or writable as a whole, unless a later rule allows that.
 */
function allDenied(
  entries: readonly Entry[],
  later: readonly DeviceCgroup[],
): string | Undecided | undefined {
  const allowed = later.filter(({ allow }) => allow).map(entryOf);
  if (allowed.some((entry) => covers(entry, everything)))
    return undecided("a later rule allows everything again");
  const open = expand(everything).filter(
    (part) => part.access !== "m" && isAllowed(part, entries) && !isAllowed(part, allowed),
  );
  if (open.length === 0) return undefined;
  return `the kernel's list allows ${open.map(({ type, access }) => `${type} *:* ${access}`).join(", ")}`;
}

function parseEntry(line: string): readonly Entry[] {
  const [, type, major, minor, access] = /^([abc]) (\d+|\*):(\d+|\*) ([rwm]+)$/.exec(line) ?? [];
  return type && major && minor && access ? [{ type, major, minor, access }] : [];
}

function entryOf(rule: DeviceCgroup): Entry {
  const number = (value: DeviceCgroup["major"]): string =>
    value === undefined || BigInt(value) === -1n ? "*" : String(value);
  return {
    type: rule.type === undefined || rule.type === "" ? "a" : rule.type,
    major: number(rule.major),
    minor: number(rule.minor),
    access: rule.access || "rwm",
  };
}

/** "All" may stand as one entry or as one for each kind, and each access may stand on its own. */
function expand(entry: Entry): readonly Entry[] {
  const types = entry.type === "a" ? ["b", "c"] : [entry.type];
  return types.flatMap((type) => [...entry.access].map((access) => ({ ...entry, type, access })));
}

function isAllowed(part: Entry, entries: readonly Entry[]): boolean {
  return entries.some((entry) => covers(entry, part));
}

function covers(entry: Entry, part: Entry): boolean {
  const number = (a: string, b: string): boolean => a === "*" || a === b;
  return (
    (entry.type === "a" || entry.type === part.type) &&
    number(entry.major, part.major) &&
    number(entry.minor, part.minor) &&
    [...part.access].every((access) => entry.access.includes(access))
  );
}

function overlaps(a: Entry, b: Entry): boolean {
  const same = (left: string, right: string, any: string): boolean =>
    left === any || right === any || left === right;
  return (
    same(a.type, b.type, "a") &&
    same(a.major, b.major, "*") &&
    same(a.minor, b.minor, "*") &&
    [...a.access].some((access) => b.access.includes(access))
  );
}
