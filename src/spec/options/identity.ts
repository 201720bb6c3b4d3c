import type { SpecOption } from "../context.ts";
import { badValue } from "../parse/bad-value.ts";

/** The host name inside; it needs a UTS namespace. Errors: "spec.bad-option" beyond the kernel's 64 bytes. */
export function withHostname(hostname: string): SpecOption {
  checkName("hostname", hostname);
  return (spec) => ({ ...spec, hostname });
}

/** The NIS domain name inside (setdomainname(2)); it needs a UTS namespace. Since 1.1.0. Errors: "spec.bad-option". */
export function withDomainname(domainname: string): SpecOption {
  checkName("domainname", domainname);
  return (spec) => ({ ...spec, domainname });
}

/** Annotations laid over those that are there. Errors: "spec.bad-option" for an empty key (config.md#annotations). */
export function withAnnotations(annotations: Readonly<Record<string, string>>): SpecOption {
  if (Object.hasOwn(annotations, "")) {
    throw badValue("annotation", "", { got: "the name is empty", form: "NAME=VALUE" });
  }
  return (spec) => ({ ...spec, annotations: { ...spec.annotations, ...annotations } });
}

/** The annotation of image-spec conversion.md#configstopsignal. */
export const stopSignalAnnotation = "org.opencontainers.image.stopSignal";

/** The signal that ends the program: an annotation, since a runtime only passes signals on. `ocilab kill` goes by it. */
export function withStopSignal(signal: string): SpecOption {
  return withAnnotations({ [stopSignalAnnotation]: signal });
}

/** __NEW_UTS_LEN of include/uapi/linux/utsname.h. */
function checkName(kind: string, name: string): void {
  if (name !== "" && Buffer.byteLength(name) <= 64 && !/\s|\0/.test(name)) return;
  throw badValue(kind, name, {
    got: "the kernel takes 1 to 64 bytes",
    form: "a name without blanks, at most 64 bytes",
  });
}
