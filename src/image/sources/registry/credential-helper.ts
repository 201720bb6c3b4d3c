import type { Cancel } from "../../../base/brand.ts";
import { OcilabError } from "../../../base/errors.ts";
import { runProgram } from "../../../base/process.ts";
import { quote } from "../../../base/text.ts";
import type { Credentials } from "./credentials.ts";

/** What a helper says when it has nothing for a server; it exits 1 then (docker-credential-helpers, credentials/error.go). */
const nothingFound = /credentials not found in native keychain/i;

/**
 * Ask docker-credential-NAME for the credentials of a server: `get`, the server's name on stdin, JSON on stdout (docker-credential-helpers
 * protocol). The user "<token>" means that the secret is an identity token. Undefined where the helper has none.
 * Error "registry.bad-credentials" when the helper is missing, fails or answers nonsense; secrets never get into it.
 */
export async function askHelper(
  name: string,
  options: Cancel & { readonly server: string; readonly file: string; readonly env: NodeJS.ProcessEnv },
): Promise<Credentials | undefined> {
  const { server, file, env, signal } = options;
  const program = `docker-credential-${name}`;
  const bad = (got: string, cause?: unknown): OcilabError =>
    new OcilabError("registry.bad-credentials", {
      doing: `ask ${quote(program)}, which ${quote(file)} names, for the credentials of ${quote(server)}`,
      got,
      hint: `install ${program}, take it out of that file, or give --creds USER:PASS`,
      cause,
    });
  if (!/^[\w.+-]+$/.test(name)) throw bad("that is no name of a program");
  const result = await runProgram(program, ["get"], { env, signal, input: server, timeout: 60_000 }).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      if (!(error instanceof OcilabError)) throw error;
      throw bad(error.got, error);
    },
  );
  if (result.exitCode === 0) return credentialsIn(result.stdout, bad);
  if (nothingFound.test(result.stdout) || nothingFound.test(result.stderr)) return undefined;
  throw bad(
    `it ended with ${result.exitCode ?? result.signal ?? "no exit code"}: ${quote((result.stderr || result.stdout).trim())}`,
  );
}

function credentialsIn(text: string, bad: (got: string) => OcilabError): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad("it answers no JSON");
  }
  const { Username: user, Secret: secret } = (value ?? {}) as Record<string, unknown>;
  if (typeof user !== "string" || typeof secret !== "string")
    throw bad("it answers without Username and Secret");
  if (secret === "") return undefined;
  return user === "<token>"
    ? { kind: "identity", token: secret }
    : { kind: "password", user, password: secret };
}
