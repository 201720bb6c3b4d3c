/** System calls that serve one purpose, and on what terms a container has them. */
export type SyscallGroup = {
  readonly purpose: string;
  /** Why the calls are allowed, or on which terms: one line. */
  readonly why: string;
  /** Names on all architectures; a filter passes over the names that an architecture lacks. */
  readonly calls: readonly string[];
  readonly when?: Condition;
  /** Allowed only when one of these holds for an argument of the call. Left out: whatever the arguments are. */
  readonly only?: readonly ArgumentTest[];
  /** Refused with this errno instead of being allowed. */
  readonly refuseWith?: number;
};

/** The group holds when each given part does. */
export type Condition = {
  /** The container has at least one of these capabilities. */
  readonly any?: readonly string[];
  /** The container has none of these capabilities. */
  readonly none?: readonly string[];
  /** The machine is one of these, in the spelling of image platforms. */
  readonly architectures?: readonly string[];
  /** The machine is none of these. */
  readonly notOn?: readonly string[];
};

/** seccomp_rule_add(3): the argument with this index, counted from 0, compared with a value; `mask` applies to it first. */
export type ArgumentTest = {
  readonly index: number;
  readonly compare: "equal" | "less" | "greater" | "masked";
  readonly value: number;
  readonly mask?: number;
};

/** The words of a text, for tables of names. */
export function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
