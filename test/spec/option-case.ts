import type { SpecOption } from "../../src/spec/context.ts";

/** An option, and the JSON pointers at which it changes the default config, with what stands there afterwards. */
export type OptionCase = {
  readonly name: string;
  readonly option: SpecOption;
  readonly changes: Readonly<Record<string, unknown>>;
  /** Places that it changes only when other options came before. */
  readonly also?: readonly string[];
  /** Adds another element each time. */
  readonly adds?: true;
};
