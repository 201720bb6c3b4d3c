import { readFileSync } from "node:fs";
import { errnoOf, OcilabError } from "../../../base/errors.ts";
import { quote } from "../../../base/text.ts";
import { parseJson } from "../../../oci/json.ts";

/** One entry of `auths`, its `auth` decoded. */
export type AuthEntry = {
  readonly user?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
};

/** The members of docker's config.json and podman's auth.json that hold credentials; all others are docker's business. */
export type AuthFile = {
  readonly path: string;
  readonly auths: Readonly<Record<string, AuthEntry>>;
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly credsStore: string | undefined;
};

/** The file at `path`, or undefined where there is none and it need not be. Error "registry.bad-credentials" never quotes what is in it. */
export function readAuthFile(
  path: string,
  { required }: { readonly required: boolean },
): AuthFile | undefined {
  const bad = (got: string, cause?: unknown): OcilabError =>
    new OcilabError("registry.bad-credentials", {
      doing: `read the credentials in ${quote(path)}`,
      got,
      cause,
    });
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const errno = errnoOf(error);
    if (!required && (errno === "ENOENT" || errno === "ENOTDIR")) return undefined;
    throw bad(`the system answered ${errno ?? String(error)}`, error);
  }
  if (text.trim() === "") return undefined;
  const value = parsed(text, path);
  if (value === undefined) throw bad("it is no JSON object");
  const auths = recordIn(value["auths"]);
  const helpers = recordIn(value["credHelpers"]);
  const store = value["credsStore"];
  if (auths === undefined || helpers === undefined) throw bad("auths or credHelpers is no object");
  return {
    path,
    auths: Object.fromEntries(
      Object.entries(auths).map(([key, one]) => [
        key,
        entryOf(one, () => bad(`the auth of ${quote(key)} is not the base64 of USER:PASS`)),
      ]),
    ),
    credHelpers: Object.fromEntries(Object.entries(helpers).filter(isNamed)),
    credsStore: typeof store === "string" && store !== "" ? store : undefined,
  };
}

function parsed(text: string, path: string): Record<string, unknown> | undefined {
  try {
    return recordIn(parseJson(text, { name: path }));
  } catch {
    return undefined;
  }
}

function recordIn(value: unknown): Record<string, unknown> | undefined {
  if (value === undefined || value === null) return {};
  return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function isNamed(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string" && entry[1] !== "";
}

function entryOf(value: unknown, bad: () => OcilabError): AuthEntry {
  const entry = recordIn(value) ?? {};
  const text = (name: string): string | undefined => {
    const member = entry[name];
    return typeof member === "string" && member !== "" ? member : undefined;
  };
  const auth = text("auth");
  const decoded =
    auth === undefined ? undefined : Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, "");
  const colon = decoded?.indexOf(":") ?? -1;
  if (decoded !== undefined && colon < 1) throw bad();
  const user = decoded?.slice(0, colon) ?? text("username");
  const password = decoded?.slice(colon + 1) ?? text("password");
  const [identitytoken, registrytoken] = [text("identitytoken"), text("registrytoken")];
  return {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(identitytoken === undefined ? {} : { identitytoken }),
    ...(registrytoken === undefined ? {} : { registrytoken }),
  };
}
