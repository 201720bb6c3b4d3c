import type { IdMapping } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";

/** "CONTAINER:HOST:SIZE", for example "0:100000:65536" (user_namespaces(7)). Errors: "spec.bad-option". */
export function parseIdMapping(text: string): IdMapping {
  const match = /^(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(text.trim());
  const [containerID = 0, hostID = 0, size = 0] = (match ?? []).slice(1).map(Number);
  const form = 'CONTAINER:HOST:SIZE, for example "0:100000:65536"';
  if (match === null) throw badValue("id mapping", text, { got: "it has another form", form });
  if (size === 0) throw badValue("id mapping", text, { got: "it maps no id", form });
  // The last id of 32 bits stands for none (chown(2)).
  if (Math.max(containerID, hostID) + size > 4294967295) {
    throw badValue("id mapping", text, { got: "it goes beyond the largest id, 4294967294", form });
  }
  return { containerID, hostID, size };
}
