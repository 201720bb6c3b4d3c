import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "./images.ts";

/** Paths of a certificate and its key, both PEM. */
export type Certificate = { readonly crt: string; readonly key: string };

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** An authority of the test's own, below DIRECTORY/NAME, valid for two days. Needs "openssl". */
export async function makeAuthority(directory: string, name: string): Promise<Certificate> {
  const home = join(directory, name);
  mkdirSync(home, { recursive: true });
  const made = { crt: join(home, "ca.crt"), key: join(home, "ca.key") };
  const files = ["-keyout", made.key, "-out", made.crt];
  await must("openssl", ["req", "-x509", ...curve, ...files, "-days", "2", "-subj", `/CN=${name}`]);
  return made;
}

/** A certificate that the authority signs, for these names ("DNS:localhost", "IP:127.0.0.1"); beside the authority's, as NAME.cert and NAME.key. */
export async function makeCertificate(
  authority: Certificate,
  name: string,
  { names = [], days = "2" }: { readonly names?: readonly string[]; readonly days?: string } = {},
): Promise<Certificate> {
  const at = (ending: string): string => join(authority.crt, "..", `${name}.${ending}`);
  writeFileSync(at("ext"), names.length === 0 ? "" : `subjectAltName=${names.join(",")}\n`);
  await must("openssl", ["req", ...curve, "-keyout", at("key"), "-out", at("csr"), "-subj", `/CN=${name}`]);
  const signer = ["-CA", authority.crt, "-CAkey", authority.key, "-CAcreateserial"];
  const files = ["-in", at("csr"), "-out", at("cert"), "-extfile", at("ext"), "-days", days];
  await must("openssl", ["x509", "-req", ...signer, ...files]);
  return { crt: at("cert"), key: at("key") };
}
