import type { Flag, FlagTable } from "../../flags.ts";

/** A flag that says something about config.json, and which fields: JSON pointers, the first of which is where its section is looked up. */
export type ConfigFlag = Flag & { readonly sets: readonly [`/${string}`, ...(readonly `/${string}`[])] };
export type ConfigFlagTable = Readonly<Record<string, ConfigFlag>>;

/** The table with every flag under a heading of help and of docs/flags.md. */
export function under<const Table extends FlagTable>(topic: string, table: Table): Table {
  const entries = Object.entries(table).map(([name, flag]) => [name, { ...flag, topic }] as const);
  return Object.fromEntries(entries) as unknown as Table;
}
