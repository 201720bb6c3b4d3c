import { mergeResources } from "../audit/updated.ts";
import type { Configuration } from "../base/configuration.ts";
import { formatJson } from "../oci/json.ts";
import { parseResources } from "../oci/parse.ts";
import type { Resources } from "../oci/spec.ts";
import { type ContainerRecord, replaceRecord } from "./records.ts";

/** What updates have asked for since the container was created, later ones over earlier ones; undefined when there were none. Errors: "spec.invalid" when the record was written by another hand. */
export function updatesOf(record: ContainerRecord | undefined): Resources | undefined {
  if (record?.updated === undefined) return undefined;
  return parseResources(record.updated, { name: `the updates in the record of ${record.id}` });
}

/** Keep in the container's record that an update asked for these limits, so that a later audit goes by them. */
export function rememberUpdate(
  configuration: Configuration,
  record: ContainerRecord,
  resources: Resources,
): void {
  const all = mergeResources(updatesOf(record) ?? {}, resources);
  replaceRecord(configuration, { ...record, updated: formatJson(all) });
}
