import {
  type DeviceAccess,
  type DevicePrograms,
  type DeviceRequest,
  kindsOfAccess,
  largest,
  parseDevicePrograms,
} from "../../kernel/parse/bpf/devices.ts";
import type { DeviceFilter } from "../../kernel/view-parts.ts";
import type { DeviceCgroup } from "../../oci/spec.ts";
import { type Undecided, undecided } from "../claim.ts";

/**
 * Why the device programs of a cgroup do not answer what a rule asks, or undefined when they do. They are run on every kind of request that the
 * rule is about; where it leaves a number open, on all numbers that the programs or the config know and on one that they do not. What a later rule says
 * otherwise of is left to that one (config-linux.md#allowed-device-list: rules apply in order).
 */
export function programsDiffer(
  rule: DeviceCgroup,
  { later, filter }: { readonly later: readonly DeviceCgroup[]; readonly filter: DeviceFilter },
): string | Undecided | undefined {
  if (filter.effective.length === 0)
    return rule.allow ? undefined : "no program decides about devices: all are allowed";
  const programs = parseDevicePrograms(filter);
  if (!programs.ok) return undecided(`what the programs say cannot be read: ${programs.detail}`);
  const all = requestsOf(rule, { later, programs: programs.value });
  const own = all.filter(
    (request) => !later.some((other) => other.allow !== rule.allow && meets(other, request)),
  );
  if (own.length === 0) return undecided("a later rule says otherwise of all of it");
  const wrong: DeviceRequest[] = [];
  for (const request of own) {
    const answer = programs.value.allows(request);
    if (!answer.ok) return undecided(`what the programs say cannot be read: ${answer.detail}`);
    if (answer.value !== rule.allow && !(leavesOpen(rule) && isDefault(request))) wrong.push(request);
  }
  return wrong.length === 0 ? undefined : `the programs ${rule.allow ? "deny" : "allow"} ${shown(wrong)}`;
}

/** Every request that the rule is about, one for many where it leaves the numbers open. */
function requestsOf(
  rule: DeviceCgroup,
  { later, programs }: { readonly later: readonly DeviceCgroup[]; readonly programs: DevicePrograms },
): readonly DeviceRequest[] {
  const types = (["c", "b"] as const).filter((type) => isOfType(rule, type));
  const numbers = (name: "major" | "minor"): readonly number[] => {
    const asked = numberOf(rule[name]);
    if (asked !== undefined) return [asked];
    const known = [...programs.numbers, ...later.flatMap((other) => numberOf(other[name]) ?? [])];
    return [...new Set([...known, programs.other[name]])].filter((number) => number <= largest[name]);
  };
  const minors = numbers("minor");
  const accesses = accessesOf(rule);
  return types.flatMap((type) =>
    numbers("major").flatMap((major) =>
      minors.flatMap((minor) => accesses.map((access) => ({ type, major, minor, access }))),
    ),
  );
}

/** What is allowed must be all of it; what is denied must not be a part of it. */
function accessesOf({ allow, access }: DeviceCgroup): readonly DeviceAccess[] {
  const letters = access || "rwm";
  return kindsOfAccess.filter((kind) =>
    allow ? [...kind].every((letter) => letters.includes(letter)) : shares(kind, letters),
  );
}

function meets(rule: DeviceCgroup, { type, major, minor, access }: DeviceRequest): boolean {
  const [itsMajor, itsMinor] = [numberOf(rule.major), numberOf(rule.minor)];
  return (
    isOfType(rule, type) &&
    (itsMajor === undefined || itsMajor === major) &&
    (itsMinor === undefined || itsMinor === minor) &&
    shares(access, rule.access || "rwm")
  );
}

/** "a", "" and no type are both. */
function isOfType(rule: DeviceCgroup, type: "b" | "c"): boolean {
  return rule.type === type || (rule.type !== "b" && rule.type !== "c");
}

function shares(kind: string, letters: string): boolean {
  return [...kind].some((letter) => letters.includes(letter));
}

/** Undefined and -1 are every number. */
function numberOf(value: DeviceCgroup["major"]): number | undefined {
  return value === undefined || BigInt(value) === -1n ? undefined : Number(value);
}

function leavesOpen({ major, minor }: DeviceCgroup): boolean {
  return numberOf(major) === undefined || numberOf(minor) === undefined;
}

/** null, zero, full, random, urandom, tty, console, ptmx, tun. */
const defaults = ["1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:1", "5:2", "10:200"];
const ptys = 136;

/** What runtimes allow on their own account whatever is denied as a whole: default devices (config-linux.md#default-devices), ptys, and making any node. */
function isDefault({ type, major, minor, access }: DeviceRequest): boolean {
  if (access === "m") return true;
  return type === "c" && (major === ptys || defaults.includes(`${major}:${minor}`));
}

const mostShown = 4;

/** "c 10:229 rw, b 8:0 m": the letters of one device together; "rw at once" where each alone is as asked. */
function shown(requests: readonly DeviceRequest[]): string {
  const kinds = new Map<string, readonly DeviceAccess[]>();
  for (const { type, major, minor, access } of requests) {
    const name = `${type} ${major}:${minor}`;
    kinds.set(name, [...(kinds.get(name) ?? []), access]);
  }
  const rows = [...kinds].map(([name, accesses]) => `${name} ${lettersOf(accesses)}`);
  const more = rows.length > mostShown ? ` and ${rows.length - mostShown} more` : "";
  return `${rows.slice(0, mostShown).join(", ")}${more}`;
}

function lettersOf(accesses: readonly DeviceAccess[]): string {
  const alone = accesses.filter((access) => access !== "rw").join("");
  return /[rw]/.test(alone) || !accesses.includes("rw") ? alone : `${alone}rw at once`;
}
