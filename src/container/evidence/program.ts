import { join, posix } from "node:path";
import { quote } from "../../base/text.ts";
import type { Bundle } from "../../bundle/bundle.ts";
import { commandFault } from "../../bundle/command.ts";
import { resolveInside } from "../../bundle/inside.ts";
import type { Evidence, Gathered, Scene } from "./evidence.ts";

/** Why the program cannot be executed, as the rootfs tells: what commandFault finds, the shells that are there, and a mount that covers it. */
export function programEvidence({ bundle }: Scene): Gathered {
  if (bundle === undefined) return { evidence: [] };
  const args = bundle.spec.process?.args ?? [];
  if ((args[0] ?? "") === "")
    return { evidence: [{ source: "/process/args", says: `is ${JSON.stringify(args)}` }] };
  const fault = commandFault(bundle)?.problem;
  const seen = fault === undefined ? [] : [{ source: bundle.rootfs, says: fault.says }];
  return { evidence: [...seen, ...coveringMount(bundle), ...shellsIn(bundle)], hint: fault?.hint };
}

/** A mount of the config over the program's place: then the image's file of that name does not count, but the mount's. */
function coveringMount({ spec }: Bundle): readonly Evidence[] {
  const name = spec.process?.args?.[0] ?? "";
  if (!name.startsWith("/")) return [];
  return (spec.mounts ?? []).flatMap(({ destination, source = "none", options = [] }, index) => {
    const point = posix.resolve("/", destination);
    if (point === "/" || !(name === point || name.startsWith(`${point}/`))) return [];
    const what = `${quote(source)} is mounted over ${quote(point)}, with the options ${options.join(",") || "none"}`;
    const why = options.includes("noexec") ? ": noexec forbids to execute anything there" : "";
    return [{ source: `/mounts/${index}`, says: `${what}${why}` }];
  });
}

const shells = [
  "/bin/sh",
  "/bin/bash",
  "/bin/ash",
  "/bin/dash",
  "/bin/busybox",
  "/usr/bin/bash",
  "/usr/bin/fish",
];

function shellsIn({ rootfs }: Bundle): readonly Evidence[] {
  const there = shells.filter((shell) => resolveInside(rootfs, shell)?.stats.isFile() === true);
  const says = there.length === 0 ? "there is no shell in it" : `the shells in it are ${there.join(", ")}`;
  return [{ source: join(rootfs, "bin"), says }];
}
