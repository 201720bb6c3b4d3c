import type { CapabilitySet } from "../../kernel/parse/status.ts";
import { type CapabilitySetName, capabilitySetNames, type ProcessView } from "../../kernel/view-type.ts";
import type { Spec } from "../../oci/spec.ts";
import { type ClaimFamily, claim, orProgram, type Undecided } from "../claim.ts";
import { without } from "../compare.ts";
import { effectiveUser } from "./user.ts";

const statementOf: Readonly<Record<CapabilitySetName, string>> = {
  effective: "CFG-LPROC-04",
  bounding: "CFG-LPROC-05",
  inheritable: "CFG-LPROC-06",
  permitted: "CFG-LPROC-07",
  ambient: "CFG-LPROC-08",
};

/** The five capability sets (config.md#linux-process). A set that the config leaves out is asked to be empty when `capabilities` is there. */
export const capabilityClaims: ClaimFamily = (spec) => {
  const sets = spec.process?.capabilities;
  if (sets === undefined) return [];
  return capabilitySetNames.map((name) =>
    claim({
      at: `/process/capabilities/${name}`,
      statements: [statementOf[name]],
      settled: "start",
      asked: [...new Set(sets[name] ?? [])],
      seen: (view) => view.capabilities[name],
      differs: (asked, seen, view) => setDiffers(name, { asked, seen, view, spec }),
    }),
  );
};

type Difference = {
  readonly asked: readonly string[];
  readonly seen: CapabilitySet;
  readonly view: ProcessView;
  readonly spec: Spec;
};

function setDiffers(name: CapabilitySetName, difference: Difference): string | Undecided | undefined {
  const missing = without<string | number>(difference.asked, difference.seen);
  const extra = without(difference.seen, difference.asked);
  if (missing.length === 0 && extra.length === 0) return undefined;
  const why = [
    ...(missing.length === 0 ? [] : [`missing: ${missing.join(", ")}`]),
    ...(extra.length === 0 ? [] : [`not asked for: ${extra.join(", ")}`]),
  ].join("; ");
  if (extra.length === 0 && switchedUser(difference) && name !== "bounding" && name !== "inheritable")
    return orProgram(`${why}; the process has left user 0 since, which clears the set (capabilities(7))`);
  if (missing.length === 0 && mayComeFromFile(name, difference))
    return orProgram(`${why}; the program's file may carry capabilities of its own (capabilities(7))`);
  const law = lawOf(name, difference);
  return law === undefined ? why : `${why}; ${law}`;
}

/** Capabilities of a file are granted within the bounding set, unless no_new_privs is set. */
function mayComeFromFile(name: CapabilitySetName, { asked, seen, view, spec }: Difference): boolean {
  const { bounding } = view.capabilities;
  const granted = name === "permitted" || name === "effective";
  const free = spec.process?.noNewPrivileges !== true && spec.process?.user?.uid !== 0;
  return granted && free && bounding.ok && without(without(seen, asked), bounding.value).length === 0;
}

/** Why Linux itself gives something else than what the config asks, where it does. */
function lawOf(name: CapabilitySetName, { asked, seen, spec }: Difference): string | undefined {
  const sets = spec.process?.capabilities ?? {};
  const missing = without<string | number>(asked, seen);
  const lacks = (other: CapabilitySetName): boolean =>
    missing.some((item) => !sets[other]?.includes(String(item)));
  if (name === "ambient" && missing.length > 0 && (lacks("permitted") || lacks("inheritable")))
    return "a capability can be ambient only while it is permitted and inheritable (capabilities(7))";
  if (name === "effective" && missing.length > 0 && lacks("permitted"))
    return "a capability can be effective only while it is permitted (capabilities(7))";
  const root = spec.process?.user?.uid === 0;
  if (!root && (name === "permitted" || name === "effective") && missing.length > 0 && lacks("ambient"))
    return "execve(2) by a user other than 0 keeps only ambient capabilities (capabilities(7))";
  if (root && (name === "permitted" || name === "effective") && seen.length > asked.length)
    return "execve(2) by user 0 makes permitted and effective out of inheritable and bounding (capabilities(7))";
  return undefined;
}

function switchedUser({ view, spec }: Difference): boolean {
  const user = effectiveUser(view);
  return spec.process?.user?.uid === 0 && user !== undefined && user !== 0;
}
