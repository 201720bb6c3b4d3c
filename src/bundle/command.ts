import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { nearest, quote } from "../base/text.ts";
import { elfStart } from "../linux/elf.ts";
import { platformOf } from "../oci/platform.ts";
import type { Problem, Spec } from "../oci/spec.ts";
import type { Bundle } from "./bundle.ts";
import { readExecutable, runsNatively } from "./executable.ts";
import { type Inside, readStart, resolveInside } from "./inside.ts";
import { mountOptionsAt } from "./mount-table.ts";

/** Why the program of a bundle cannot be executed; "missing" ends a run with 127, "denied" with 126, as shells do. */
export type CommandFault = { readonly kind: "missing" | "denied"; readonly problem: Problem };

/**
 * Look in the rootfs for what process.args[0] names, as the runtime will (PATH of process.env, then execve(2)), and say what keeps it
 * from running: not there, no execute bit, noexec mount, missing interpreter or ELF loader, CRLF, another architecture, no format.
 * Undefined when nothing is wrong, or when a mount of the config covers the place and so the rootfs does not tell.
 * A warning when hooks could still put it there.
 */
export function commandFault(bundle: Bundle): CommandFault | undefined {
  const { spec, rootfs } = bundle;
  const name = spec.process?.args?.[0];
  if (name === undefined || name === "") return undefined;
  const fault = findFault(name, { spec, rootfs });
  if (fault === undefined) return undefined;
  const { prestart = [], createRuntime = [], createContainer = [] } = spec.hooks ?? {};
  const level = prestart.length + createRuntime.length + createContainer.length > 0 ? "warning" : "error";
  return { ...fault, problem: { ...fault.problem, level } };
}

type Place = { readonly spec: Spec; readonly rootfs: string };

function findFault(name: string, place: Place): CommandFault | undefined {
  const candidates = candidatesOf(name, place.spec);
  if (candidates.some((path) => isCovered(path, place.spec))) return undefined;
  const found = candidates
    .map((path) => resolveInside(place.rootfs, path))
    .find((inside) => inside !== undefined);
  if (found === undefined) return notFound(name, place);
  if (mountOptionsAt(readFileSync("/proc/self/mountinfo", "utf8"), place.rootfs).includes("noexec")) {
    const hint = "put the bundle on a file system that is mounted without noexec";
    return denied(
      `the rootfs ${quote(place.rootfs)} lies on a mount with noexec: nothing in it can be executed`,
      hint,
    );
  }
  return faultOfFile(found, { ...place, depth: 0, asked: name });
}

function candidatesOf(name: string, spec: Spec): readonly string[] {
  if (name.includes("/")) return [posix.resolve("/", spec.process?.cwd ?? "/", name)];
  return searchPath(spec).map((folder) => posix.resolve("/", spec.process?.cwd ?? "/", folder, name));
}

function searchPath(spec: Spec): readonly string[] {
  const entry = spec.process?.env?.findLast((variable) => variable.startsWith("PATH="));
  return (entry ?? "PATH=").slice("PATH=".length).split(":").filter(Boolean);
}

function isCovered(path: string, spec: Spec): boolean {
  const destinations = (spec.mounts ?? []).map(({ destination }) => posix.resolve("/", destination));
  return destinations.some((point) => point === "/" || path === point || path.startsWith(`${point}/`));
}

function notFound(name: string, { spec, rootfs }: Place): CommandFault {
  const path = searchPath(spec);
  if (name.includes("/")) {
    const near = nearestName(posix.basename(name), rootfs, [
      posix.dirname(candidatesOf(name, spec)[0] ?? "/"),
    ]);
    return missing(`there is no ${quote(name)} in the rootfs`, near);
  }
  if (path.length === 0) {
    return missing(
      `${quote(name)} cannot be found: process.env has no PATH`,
      "add PATH=/usr/bin:/bin to process.env",
    );
  }
  return missing(
    `${quote(name)} is in none of the rootfs's PATH directories (${path.join(", ")})`,
    nearestName(name, rootfs, path),
  );
}

function nearestName(name: string, rootfs: string, folders: readonly string[]): string {
  const names = [...new Set(folders.flatMap((folder) => namesIn(rootfs, folder)))].sort();
  const near = nearest(name, names);
  if (near !== undefined) return `did you mean ${quote(near)}?`;
  if (names.length === 0) return "there is nothing in these directories: is the rootfs the right one?";
  const shells = ["sh", "bash", "ash", "dash"].filter((shell) => names.includes(shell));
  const shown = [...new Set([...shells, ...names])].slice(0, 12).join(", ");
  return `there is: ${shown}${names.length > 12 ? `, … (${names.length})` : ""}`;
}

function namesIn(rootfs: string, folder: string): readonly string[] {
  const inside = resolveInside(rootfs, folder);
  return inside?.stats.isDirectory() ? readdirSync(inside.hostPath) : [];
}

type Trail = Place & { readonly depth: number; readonly asked: string };

/** Interpreters can need interpreters; the kernel follows four (fs/exec.c). */
function faultOfFile(file: Inside, trail: Trail): CommandFault | undefined {
  const name = quote(file.path);
  if (file.stats.isDirectory()) return denied(`${name} is a directory`, "name a program");
  if (!file.stats.isFile()) return denied(`${name} is no regular file`, "name a program");
  if ((file.stats.mode & 0o111) === 0) {
    const mode = (file.stats.mode & 0o7777).toString(8).padStart(4, "0");
    const hint = `name a program; if this is one, give it the execute bit where the rootfs comes from: chmod +x ${file.path}`;
    return denied(`${name} has mode ${mode}: nobody may execute it`, hint);
  }
  const content = readExecutable(readStart(file.hostPath, elfStart));
  if (content.kind === "unknown") {
    return denied(
      `${name} is neither an ELF program nor a script that begins with #!`,
      'put "#!/bin/sh" on its first line',
    );
  }
  if (content.kind === "elf" && !canRun(content.architecture)) {
    const here = platformOf(process.arch).architecture;
    const got = `${name} is a program for ${content.architecture}, and this machine is ${here}`;
    return denied(got, `use the image's ${here} variant (--platform linux/${here})`);
  }
  return faultOfInterpreter(file, { ...trail, content });
}

type WithContent = Trail & {
  readonly content: Exclude<ReturnType<typeof readExecutable>, { kind: "unknown" }>;
};

function faultOfInterpreter(file: Inside, { content, ...trail }: WithContent): CommandFault | undefined {
  const { interpreter } = content;
  if (interpreter === undefined || trail.depth > 4) return undefined;
  const name = quote(file.path);
  if (content.kind === "script" && content.carriageReturn) {
    const got = `${name} has Windows line ends: its first line asks for ${quote(`${interpreter}\r`)}, which does not exist`;
    return missing(got, "convert it: sed -i 's/\\r$//' FILE");
  }
  if (!interpreter.startsWith("/") || isCovered(interpreter, trail.spec)) return undefined;
  const found = resolveInside(trail.rootfs, interpreter);
  if (found !== undefined) return faultOfFile(found, { ...trail, depth: trail.depth + 1 });
  const role = content.kind === "script" ? "interpreter" : "loader (PT_INTERP)";
  const hint =
    content.kind === "script"
      ? "install it in the image, or change the first line of the script"
      : "the image lacks the C library that the program was built for: build it statically or add the library";
  return missing(`${name} is there, but its ${role} ${quote(interpreter)} is not in the rootfs`, hint);
}

/** An emulator registered with the kernel (binfmt_misc) can run any machine's programs. */
function canRun(architecture: string): boolean {
  if (runsNatively(architecture, platformOf(process.arch).architecture)) return true;
  try {
    return readdirSync("/proc/sys/fs/binfmt_misc").some((name) => name !== "register" && name !== "status");
  } catch {
    return false;
  }
}

function missing(says: string, hint: string): CommandFault {
  return { kind: "missing", problem: { at: "/process/args/0", says, hint, from: "host", level: "error" } };
}

function denied(says: string, hint: string): CommandFault {
  return { kind: "denied", problem: { at: "/process/args/0", says, hint, from: "host", level: "error" } };
}
