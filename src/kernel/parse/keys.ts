import type { KeyringView } from "../view-parts.ts";
import { all, bad, good, linesOf, type Parsed, wordsOf } from "./parsed.ts";

/**
 * The session keyrings of /proc/keys (proc_keys(5)), "_ses" and what a runtime joins under a name of its own, "_ses.ID". The file shows
 * only what its reader may view, of its own user namespace.
 */
export function parseSessionKeyrings(text: string): Parsed<readonly KeyringView[]> {
  const rows = all(linesOf(text).map(parseKey));
  if (!rows.ok) return rows;
  return good(rows.value.flatMap((key) => key ?? []));
}

function parseKey(line: string): Parsed<KeyringView | undefined> {
  const [id = "", , , , permissions = "", user = "", , type, ...rest] = wordsOf(line);
  if (!/^[0-9a-f]{8}$/.test(id) || !/^[0-9a-f]{8}$/.test(permissions) || !/^-?\d+$/.test(user))
    return bad("ID FLAGS USAGE EXPIRY PERMISSIONS UID GID TYPE DESCRIPTION", line);
  const [, description, content] = /^(.*?): (empty|\d+)$/.exec(rest.join(" ")) ?? [];
  if (type !== "keyring" || description === undefined || !description.startsWith("_ses"))
    return good(undefined);
  return good({
    id,
    description,
    user: Number(user),
    permissions: Number.parseInt(permissions, 16),
    keys: content === "empty" ? 0 : Number(content),
  });
}
