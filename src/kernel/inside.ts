import { readFileSync } from "node:fs";
import { posix } from "node:path";
import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { type ProgramResult, runProgram } from "../base/process.ts";
import type { NamespaceType } from "../oci/spec.ts";
import { kernelFiles } from "./files.ts";
import { good } from "./parse/parsed.ts";
import { attempt, readFact, unread } from "./read.ts";
import type { KernelCalls, KernelFiles, Reading } from "./reading.ts";
import type { ViewOptions } from "./view.ts";
import type { ProcessView, Questions } from "./view-type.ts";

/** What only a process inside the uts, ipc and net namespaces can read: /proc/sys shows the namespaces of its reader. */
export type InsideFacts = Pick<ProcessView, "hostname" | "domainname"> & {
  readonly sysctls: Readonly<Record<string, Reading<string>>>;
};

const hostnameFile = "/proc/sys/kernel/hostname";
const domainnameFile = "/proc/sys/kernel/domainname";

type Request = {
  readonly pid: number;
  readonly namespaces: ProcessView["namespaces"];
  readonly questions: Questions;
};

/**
 * Read hostname, domain name and sysctls. /proc/PID/root/proc/sys would show the reader's own namespaces, so this thread enters those of
 * the process for an instant (setns(2)), or a child does where that needs a user namespace entered first; where they are ours already, the
 * files are read directly.
 */
export async function readInside(request: Request, options: ViewOptions): Promise<InsideFacts> {
  const sysctls = [...new Set(request.questions.sysctls)];
  const paths = [hostnameFile, domainnameFile, ...sysctls.flatMap((name) => sysctlPath(name) ?? [])];
  const facts = await readPaths(request, paths, options);
  const at = (path = "/proc/sys"): Reading<string> =>
    facts.get(path) ?? unread(path, "absent", "there is no sysctl of this name");
  return {
    hostname: at(hostnameFile),
    domainname: at(domainnameFile),
    sysctls: Object.fromEntries(sysctls.map((name) => [name, at(sysctlPath(name))])),
  };
}

/** "net.ipv4.ip_forward" or, with a dot in a name, "net/ipv4/conf/eth0.1/forwarding" (sysctl(8)). Undefined for what would lead out of /proc/sys. */
export function sysctlPath(name: string): string | undefined {
  const path = posix.normalize(`/proc/sys/${name.includes("/") ? name : name.replaceAll(".", "/")}`);
  return /^\/proc\/sys\/[^/]/.test(path) ? path : undefined;
}

async function readPaths(
  request: Request,
  paths: readonly string[],
  options: ViewOptions,
): Promise<ReadonlyMap<string, Reading<string>>> {
  const files = options.files ?? kernelFiles;
  const others = foreign(request.namespaces);
  if (others.length === 0) return readDirectly(files, paths);
  const denied = others.map((type) => request.namespaces[type].inode).find((inode) => !inode.ok);
  if (denied?.ok === false) return refuse(paths, "denied", `${denied.source}: ${denied.detail}`);
  const { calls } = files;
  if (calls === undefined) return refuse(paths, "absent", "captured files: a namespace cannot be entered");
  const entered = await readEntered({ pid: request.pid, others, paths }, calls);
  return entered ?? readInChild(request, paths, { ...options, others });
}

/** Undefined when we may not enter them as we are. */
async function readEntered(
  request: {
    readonly pid: number;
    readonly others: readonly NamespaceType[];
    readonly paths: readonly string[];
  },
  calls: KernelCalls,
): Promise<ReadonlyMap<string, Reading<string>> | undefined> {
  const links = request.others.map((type) => `/proc/${request.pid}/ns/${type === "network" ? "net" : type}`);
  const source = (path: string) => `${path} in ${links.join(", ")}`;
  const read = (path: string) => {
    try {
      return { ok: true, text: readFileSync(path, "utf8") } as const;
    } catch (error) {
      return { ok: false, error } as const;
    }
  };
  const answers = await attempt("setns", async () =>
    calls.inNamespaces(links, () => request.paths.map(read)),
  );
  if (!answers.ok) return undefined;
  const facts = new Map<string, Reading<string>>();
  for (const [index, path] of request.paths.entries()) {
    const answer = answers.value[index];
    const fact = await attempt(source(path), async () => {
      if (answer?.ok !== true) throw answer?.error;
      return answer.text.replace(/\n$/, "");
    });
    facts.set(path, fact);
  }
  return facts;
}

async function readInChild(
  request: Request,
  paths: readonly string[],
  { signal, others }: Cancel & { readonly others: readonly NamespaceType[] },
): Promise<ReadonlyMap<string, Reading<string>>> {
  const flags = others.map((type) => `--${type === "network" ? "net" : type}`);
  const user = needsUser(request.namespaces) ? ["--user", "--preserve-credentials"] : [];
  const enter = ["--target", String(request.pid), ...user, ...flags];
  const source = `nsenter ${enter.join(" ")} cat`;
  try {
    const command = [...enter, "--", "sh", "-c", printAll, "sh", ...paths];
    const result = await runProgram("nsenter", command, { timeout: 10_000, signal });
    return fromOutput(result, paths, source);
  } catch (error) {
    if (!(error instanceof OcilabError) || error.code !== "host.program-missing") throw error;
    return refuse(paths, "absent", `${error.message}; the Debian package util-linux has it`, source);
  }
}

/** Prints "+content" or "-error" for each path, a NUL after each: the host's shell and the host's /proc in foreign namespaces. */
const printAll =
  'for f do if v=$(cat -- "$f" 2>&1); then printf "+%s\\0" "$v"; else printf "%s\\0" "-$v"; fi; done';

/** Those of the namespaces that /proc/sys depends on which are not ours. */
function foreign(namespaces: ProcessView["namespaces"]): readonly NamespaceType[] {
  return (["uts", "ipc", "network"] as const).filter((type) => {
    const { inode, own } = namespaces[type];
    return !inode.ok || !own.ok || inode.value !== own.value;
  });
}

/** Without privilege the user namespace must be entered first: it owns the others (user_namespaces(7)). */
function needsUser(namespaces: ProcessView["namespaces"]): boolean {
  const { inode, own } = namespaces.user;
  return process.getuid?.() !== 0 && inode.ok && own.ok && inode.value !== own.value;
}

async function readDirectly(
  files: KernelFiles,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Reading<string>>> {
  const facts = new Map<string, Reading<string>>();
  for (const path of paths)
    facts.set(path, await readFact(files, path, (text) => good(text.replace(/\n$/, ""))));
  return facts;
}

function fromOutput(
  result: ProgramResult,
  paths: readonly string[],
  source: string,
): ReadonlyMap<string, Reading<string>> {
  const answers = result.stdout.split("\0").slice(0, -1);
  if (answers.length !== paths.length)
    return refuse(paths, "denied", result.stderr.trim().split("\n")[0] || "nsenter printed nothing", source);
  return new Map(
    paths.map((path, index): readonly [string, Reading<string>] => {
      const answer = answers[index] ?? "";
      const named = `${source} ${path}`;
      if (answer.startsWith("+")) return [path, { source: named, ok: true, value: answer.slice(1) }];
      const reason = /permission denied|not permitted/i.test(answer) ? "denied" : "absent";
      return [path, unread(named, reason, answer.slice(1))];
    }),
  );
}

function refuse(
  paths: readonly string[],
  reason: "absent" | "denied",
  detail: string,
  source = "nsenter cat",
): ReadonlyMap<string, Reading<string>> {
  return new Map(paths.map((path) => [path, unread(`${source} ${path}`, reason, detail)]));
}
