import { OcilabError } from "../../../base/errors.ts";
import { quote } from "../../../base/text.ts";
import type { Descriptor } from "../../../oci/image.ts";
import type { Patience } from "./passing.ts";
import type { Timeouts } from "./timeouts.ts";

/** How to reach registries: what the flags --creds, --insecure, --mirror and --cert-dir say. */
export type RegistryOptions = {
  /** OCILAB_HOME, where registries.json may be. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** USER:PASS, for the registry itself and not for mirrors. Default: what docker, podman and skopeo have stored. */
  readonly creds?: string | undefined;
  /** Accept every certificate, and plain HTTP where nothing speaks TLS. */
  readonly insecure?: boolean | undefined;
  /** `HOST=URL`, tried in this order before the registry itself. */
  readonly mirrors?: readonly string[] | undefined;
  /** Certificates for every host, instead of those in certs.d. */
  readonly certDirectory?: string | undefined;
  readonly patience?: Patience | undefined;
  readonly timeouts?: Timeouts | undefined;
  /** A line for people: whom we have been waiting for, and which try comes next. */
  readonly onNotice?: ((line: string) => void) | undefined;
  /** Milliseconds of silence until the first of these; default 5000. */
  readonly noticeAfter?: number | undefined;
  /** Bytes of a blob that are there so far, those before an offset too, with each piece that arrives. */
  readonly onProgress?:
    | ((progress: { readonly target: Descriptor; readonly received: number }) => void)
    | undefined;
};

/** Refuse flags about registries for an image that is in none: they would change nothing. Error "registry.bad-settings". */
export function refuseForOthers(options: RegistryOptions | undefined, reference: string): void {
  const { creds, insecure, mirrors = [], certDirectory, timeouts } = options ?? {};
  const given = [
    creds === undefined ? [] : ["--creds"],
    insecure === true ? ["--insecure"] : [],
    mirrors.length === 0 ? [] : ["--mirror"],
    certDirectory === undefined ? [] : ["--cert-dir"],
    timeouts === undefined ? [] : ["--registry-timeout"],
  ].flat();
  if (given.length === 0) return;
  throw new OcilabError("registry.bad-settings", {
    doing: `open the image ${quote(reference)}`,
    got: `${given.join(" and ")} would change nothing: the image is in no registry`,
    hint: `leave out ${given.join(" and ")}, or write docker://NAME for an image in a registry`,
  });
}
