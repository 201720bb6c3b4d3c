import type { IdMapping } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";
import { parseInteger } from "./number.ts";

/** "CONTAINER:HOST:SIZE", for example "0:100000:65536" (user_namespaces(7)). Errors: "spec.bad-option". */
export function parseIdMapping(text: string): IdMapping {
  const parts = text.split(":");
  if (parts.length !== 3) {
    throw badValue("id mapping", text, {
      got: "it has another form",
      form: 'CONTAINER:HOST:SIZE, for example "0:100000:65536"',
    });
  }
  const [containerID = 0, hostID = 0, size = 0] = parts.map((part, index) =>
    parseInteger(part, { kind: "id mapping", least: index === 2 ? 1 : 0, most: 4294967295 }),
  );
  return { containerID, hostID, size };
}
