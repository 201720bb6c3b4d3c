import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { errnoOf, OcilabError } from "../../../base/errors.ts";
import { quote } from "../../../base/text.ts";

/** What node:tls takes of it. `ca` replaces the certificates that Node would trust. */
export type TlsSettings = {
  readonly ca?: string[];
  readonly cert?: string[];
  readonly key?: string[];
  readonly rejectUnauthorized: boolean;
};

/** Where docker and podman look for certificates of a registry (docker's "Verify repository client with certificates", containers-certs.d(5)). */
const certificateDirectories = ["/etc/docker/certs.d", "/etc/containers/certs.d"] as const;

/** Where distributions keep the certificates that a system trusts; the first that is there counts. */
const systemBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
] as const;

/**
 * The certificates for a host: `*.crt` are authorities to trust besides the system's, `NAME.cert` with `NAME.key` is ours. From `directory` for
 * every host, else from certs.d/HOST[:PORT] of docker and podman. `insecure` accepts every certificate.
 * Errors: "registry.bad-settings" for a directory that cannot be read, or a certificate without its key.
 */
export function tlsSettings(
  host: string,
  {
    directory,
    insecure,
    env,
  }: { readonly directory: string | undefined; readonly insecure: boolean; readonly env: NodeJS.ProcessEnv },
): TlsSettings {
  const places =
    directory === undefined ? certificateDirectories.map((place) => join(place, host)) : [directory];
  const files = places.flatMap((place) => filesIn(place, { mustBe: directory !== undefined }));
  const authorities = files.filter((path) => path.endsWith(".crt")).map(read);
  const certificates = files.filter((path) => path.endsWith(".cert"));
  const keys = certificates.map((path) => keyOf(path, files));
  return {
    rejectUnauthorized: !insecure,
    ...(insecure ? {} : { ca: [...systemAuthorities(env), ...authorities] }),
    ...(certificates.length === 0 ? {} : { cert: certificates.map(read), key: keys.map(read) }),
  };
}

function systemAuthorities(env: NodeJS.ProcessEnv): readonly string[] {
  const extra = env["NODE_EXTRA_CA_CERTS"];
  const given = env["SSL_CERT_FILE"];
  for (const path of given === undefined || given === "" ? systemBundles : [given]) {
    try {
      return [readFileSync(path, "utf8"), ...(extra === undefined || extra === "" ? [] : [read(extra)])];
    } catch (error) {
      if (given !== undefined && given !== "") throw unreadable(path, error);
    }
  }
  return getCACertificates("default");
}

function filesIn(directory: string, { mustBe }: { readonly mustBe: boolean }): readonly string[] {
  try {
    return readdirSync(directory)
      .sort()
      .map((name) => join(directory, name));
  } catch (error) {
    if (!mustBe && ["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return [];
    throw unreadable(directory, error);
  }
}

function keyOf(certificate: string, files: readonly string[]): string {
  const key = certificate.replace(/\.cert$/, ".key");
  if (files.includes(key)) return key;
  throw new OcilabError("registry.bad-settings", {
    doing: `read the certificate ${quote(certificate)}`,
    got: `there is no key ${quote(key)} beside it`,
    hint: "an authority to trust has a name that ends in .crt; our own certificate is NAME.cert with NAME.key",
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): OcilabError {
  return new OcilabError("registry.bad-settings", {
    doing: `read certificates from ${quote(path)}`,
    got: `the system answered ${errnoOf(error) ?? String(error)}`,
    cause: error,
  });
}
