import type { DeviceCgroup } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";

/** A device of the host that a container is to have, or a directory of them; its numbers are for the caller to read with stat. */
export type DeviceWish = { readonly source: string; readonly path: string; readonly access: string };

/** "/dev/fuse", "/dev/fuse:/dev/mine" or "/dev/fuse:/dev/mine:rw"; access is of r, w and m (mknod), default "rwm". Errors: "spec.bad-option". */
export function parseDevice(text: string): DeviceWish {
  const form = "HOST[:CONTAINER[:ACCESS]], with access of r, w and m";
  const [source = "", second, third, ...rest] = text.split(":");
  if (/^[^/=]+\/[^/=]+=/.test(text)) {
    const got = "it names a device by the Container Device Interface, whose files ocilab does not read";
    throw badValue("device", text, { got, form: "the paths of its nodes: --device /dev/NAME" });
  }
  if (rest.length > 0) throw badValue("device", text, { got: "it has more than three parts", form });
  const isAccess = third === undefined && second !== undefined && /^[rwm]+$/.test(second);
  const path = second === undefined || isAccess ? source : second;
  const access = third ?? (isAccess ? second : "rwm");
  if (!source.startsWith("/") || !path.startsWith("/")) {
    throw badValue("device", text, { got: "a path in it is not absolute", form });
  }
  if (!isAccessWord(access))
    throw badValue("device", text, { got: `${JSON.stringify(access)} is no access`, form });
  return { source, path, access };
}

/**
 * Docker's --device-cgroup-rule: "c 1:3 rwm", "b 8:* r", "a *:* rwm" (Documentation/admin-guide/cgroup-v1/devices.rst), allowed.
 * Errors: "spec.bad-option".
 */
export function parseDeviceRule(text: string): DeviceCgroup {
  const form = 'TYPE MAJOR:MINOR ACCESS, for example "c 42:* rwm"';
  const match = /^([abc]) (\d{1,7}|\*):(\d{1,7}|\*) ([rwm]{1,3})$/.exec(text.trim());
  const [, type = "", major = "", minor = "", access = ""] = match ?? [];
  if (match === null || !isAccessWord(access))
    throw badValue("device rule", text, { got: "it has another form", form });
  if (type === "a" && (major !== "*" || minor !== "*"))
    throw badValue("device rule", text, {
      got: "type a is every device and takes no numbers",
      form: "a *:* rwm",
    });
  return {
    allow: true,
    type,
    ...(major === "*" ? {} : { major: Number(major) }),
    ...(minor === "*" ? {} : { minor: Number(minor) }),
    access,
  };
}

function isAccessWord(access: string): boolean {
  return /^[rwm]+$/.test(access) && new Set(access).size === access.length;
}
