import type { SpecOption } from "../../spec/context.ts";

/** The option for a value that was given, or none. */
export function given<T>(value: T | undefined, option: (value: T) => SpecOption): readonly SpecOption[] {
  return value === undefined ? [] : [option(value)];
}
