import type { DeviceCgroup } from "../../oci/spec.ts";
import { type Branch, setOf } from "./tree.ts";

/** A rule as Linux reads it: "a" and "*" are any. */
type Rule = {
  readonly allow: boolean;
  readonly type: string;
  readonly major: string;
  readonly minor: string;
  readonly access: string;
};

/**
 * linux.resources.devices by what the rules do. What a rule for all devices follows is undone by it; a rule that changes nothing, since
 * no earlier one says otherwise of these devices, is left out; among rules that all allow, or all deny, the order means nothing, so each
 * such turn is a set. Several turns are a sequence.
 */
export function deviceRules(given: readonly DeviceCgroup[] | undefined): Branch {
  const rules = (given ?? []).map(ruleOf);
  const forAll = rules.findLastIndex(isForAll);
  const first = rules[forAll];
  const turns: Rule[][] = [];
  for (const rule of rules.slice(forAll + 1)) {
    if (rule.allow === first?.allow && !turns.flat().some((other) => opposes(other, rule))) continue;
    const last = turns.at(-1);
    if (last?.[0]?.allow === rule.allow) last.push(rule);
    else turns.push([rule]);
  }
  const start = first === undefined ? [] : [ruleText(first)];
  const texts = turns.flatMap((turn) => [...new Set(turn.map(ruleText))].sort());
  return turns.length > 1 ? [...start, ...texts] : (setOf([...start, ...texts]) ?? {});
}

function ruleOf({ allow, type, major, minor, access }: DeviceCgroup): Rule {
  const number = (value: number | bigint | undefined) =>
    value === undefined || Number(value) < 0 ? "*" : String(value);
  const letters = [..."rwm"].filter((letter) => (access ?? "rwm").includes(letter)).join("");
  return { allow, type: type ?? "a", major: number(major), minor: number(minor), access: letters };
}

function ruleText({ allow, type, major, minor, access }: Rule): string {
  return `${allow ? "allow" : "deny"} ${type} ${major}:${minor} ${access}`;
}

function isForAll({ type, major, minor, access }: Rule): boolean {
  return type === "a" && major === "*" && minor === "*" && access === "rwm";
}

/** Whether the two say otherwise of some device and some access. */
function opposes(a: Rule, b: Rule): boolean {
  const meet = (one: string, other: string, any: string) => one === other || one === any || other === any;
  return (
    a.allow !== b.allow &&
    meet(a.type, b.type, "a") &&
    meet(a.major, b.major, "*") &&
    meet(a.minor, b.minor, "*") &&
    [...a.access].some((letter) => b.access.includes(letter))
  );
}
