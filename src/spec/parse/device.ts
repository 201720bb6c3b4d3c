import { badValue } from "./bad-value.ts";

/** A device of the host that a container is to have; its numbers are for the caller to read with stat. */
export type DeviceWish = { readonly source: string; readonly path: string; readonly access: string };

/** "/dev/fuse", "/dev/fuse:/dev/mine" or "/dev/fuse:/dev/mine:rw"; access is of r, w and m (mknod), default "rwm". Errors: "spec.bad-option". */
export function parseDevice(text: string): DeviceWish {
  const form = "HOST[:CONTAINER[:ACCESS]], with access of r, w and m";
  const [source = "", second, third, ...rest] = text.split(":");
  if (rest.length > 0) throw badValue("device", text, { got: "it has more than three parts", form });
  const isAccess = third === undefined && second !== undefined && /^[rwm]+$/.test(second);
  const path = second === undefined || isAccess ? source : second;
  const access = third ?? (isAccess ? second : "rwm");
  if (!source.startsWith("/") || !path.startsWith("/")) {
    throw badValue("device", text, { got: "a path in it is not absolute", form });
  }
  if (!/^[rwm]+$/.test(access) || new Set(access).size !== access.length) {
    throw badValue("device", text, { got: `${JSON.stringify(access)} is no access`, form });
  }
  return { source, path, access };
}
