import type { Reading } from "../../kernel/reading.ts";
import type { PathView, ProcessView } from "../../kernel/view-type.ts";
import type { Device } from "../../oci/spec.ts";
import { type Claim, type ClaimFamily, claim, type Undecided, undecided } from "../claim.ts";
import { idInside, notAsked } from "../compare.ts";
import { mountAt } from "../mount-tree.ts";

/** linux.devices (config-linux.md#devices), looked up through the container's own root directory. */
export const deviceClaims: ClaimFamily = (spec) =>
  (spec.linux?.devices ?? []).flatMap((device, index) => [
    nodeClaim(device, index),
    ...(device.fileMode === undefined ? [] : [modeClaim(device, { index, mode: device.fileMode })]),
    ...(device.uid === undefined ? [] : [ownerClaim(device, { index, name: "uid", id: device.uid })]),
    ...(device.gid === undefined ? [] : [ownerClaim(device, { index, name: "gid", id: device.gid })]),
  ]);

const kinds = { c: "character", u: "character", b: "block", p: "fifo" } as const;

function nodeClaim(device: Device, index: number): Claim {
  const { type, path } = device;
  const number = type === "p" ? "" : ` ${device.major}:${device.minor}`;
  return claim({
    at: `/linux/devices/${index}`,
    statements: ["LX-DEV-01"],
    asked: `${type}${number} ${path}`,
    seen: (view) => answer(view, path),
    show: ({ status }) =>
      status.kind === "absent" ? "nothing" : `${status.kind} ${status.major}:${status.minor}`,
    differs: (_, { status }) => {
      if (status.kind === "absent") return "there is nothing at the path";
      if (status.kind !== kinds[type]) return `it is a ${status.kind}`;
      const same = status.major === Number(device.major ?? 0) && status.minor === Number(device.minor ?? 0);
      return type === "p" || same ? undefined : `it is device ${status.major}:${status.minor}`;
    },
  });
}

function modeClaim(device: Device, options: { readonly index: number; readonly mode: number }): Claim {
  return claim({
    at: `/linux/devices/${options.index}/fileMode`,
    statements: ["LX-DEV-07"],
    asked: octal(options.mode & 0o7777),
    seen: (view) => answer(view, device.path),
    show: ({ status }) => (status.kind === "absent" ? "nothing" : octal(status.mode)),
    differs: (asked, { status, resolved }, view) => {
      if (status.kind === "absent") return undecided("there is nothing at the path");
      return octal(status.mode) === asked
        ? undefined
        : orBound(`the mode is ${octal(status.mode)}`, resolved, view);
    },
  });
}

function ownerClaim(
  device: Device,
  options: { readonly index: number; readonly name: "uid" | "gid"; readonly id: number },
): Claim {
  const { index, name, id } = options;
  const owner = (view: ProcessView, found: PathView): number | undefined => {
    const map = view.idMaps[name];
    return found.status.kind === "absent" || !map.ok ? undefined : idInside(map.value, found.status[name]);
  };
  return claim({
    at: `/linux/devices/${index}/${name}`,
    statements: ["LX-DEV-08"],
    asked: id,
    seen: (view) => answer(view, device.path),
    show: (found, view) => owner(view, found) ?? "unmapped",
    differs: (asked, found, view) => {
      if (found.status.kind === "absent") return undecided("there is nothing at the path");
      const seen = owner(view, found) ?? "unmapped";
      return seen === asked ? undefined : orBound(`the ${name} is ${seen}`, found.resolved, view);
    },
  });
}

/** A runtime may bind the host's node instead of making one (it must in a user namespace): then mode and owner are the host's. */
function orBound(why: string, path: string, view: ProcessView): string | Undecided {
  const bound = view.mounts.ok && mountAt(view.mounts.value, path) !== undefined;
  return bound ? undecided(`${why}; the host's own node is bind-mounted there`) : why;
}

function answer(view: ProcessView, path: string): Reading<PathView> {
  return view.answers.paths[path] ?? notAsked(path);
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
