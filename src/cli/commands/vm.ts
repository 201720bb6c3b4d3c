import { isAbsolute, resolve } from "node:path";
import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import { machineCache } from "../../vm/cache.ts";
import {
  defaultSize,
  type KernelChoice,
  type MachineOptions,
  parseKernelPackage,
  parseMemory,
  parseShare,
  parseTimeout,
} from "../../vm/options.ts";
import { ownSuite } from "../../vm/packages.ts";
import { machinePlatform } from "../../vm/platform.ts";
import { type Context, defineCommand, type Input } from "../command.ts";
import type { FlagTable } from "../flags.ts";

const flags = {
  cpus: { kind: "value", value: "N", help: "processors of the machine (default: 2)" },
  memory: { kind: "value", short: "m", value: "SIZE", help: "memory of the machine: 512m, 2g (the default)" },
  timeout: {
    kind: "value",
    value: "TIME",
    help: "end machine and command after 90s, 5m, 1h (default: never)",
  },
  tty: { kind: "switch", short: "t", help: "give the command a terminal: this one" },
  user: { kind: "value", short: "u", value: "NAME", help: "run as this user, with a cgroup delegated to it" },
  write: { kind: "switch", help: "let writes below the current directory through to the host" },
  share: {
    kind: "list",
    value: "DIR[:ro]",
    help: "another directory of the host, writable unless :ro",
  },
  env: {
    kind: "list",
    short: "e",
    value: "NAME[=VALUE]",
    help: "an environment variable for the command",
  },
  init: {
    kind: "value",
    value: "NAME",
    choices: ["none", "systemd"],
    help: "PID 1: none (a script) or systemd",
  },
  network: { kind: "switch", help: "a network card that reaches out through the host (default: only lo)" },
  kernel: {
    kind: "value",
    value: "PATH",
    help: "boot this kernel image; modules beside it or in /lib/modules",
  },
  "kernel-package": { kind: "value", value: "NAME[/SUITE]", help: "boot the kernel of this Debian package" },
  cold: { kind: "switch", help: "boot even when there is a snapshot" },
  "keep-console": { kind: "switch", help: "write the machine's console to ./vm-console-PID.log" },
} as const satisfies FlagTable;

type VmValue =
  | { readonly exitCode: number }
  | { readonly release: string; readonly from: string; readonly directory: string }
  | {
      readonly made: boolean;
      readonly directory: string;
      readonly bytes: number;
      readonly milliseconds: number;
    };

export const command = defineCommand({
  name: "vm",
  group: "this tool",
  summary: "run a command in a Linux machine of its own, with pure cgroup v2, in seconds",
  description:
    "Boots a Linux under QEMU whose root is this host's own, read-only below a layer in memory, and runs COMMAND there in the current directory. `shell` opens a root shell, `prepare` fetches the kernel, `snapshot` saves a booted machine so that later ones start in a second. It ends with COMMAND's exit code, 125 when the machine fails.",
  arguments: [
    {
      name: "shell|prepare|snapshot|-- COMMAND",
      help: "what to do; the command's arguments follow it",
      many: true,
    },
  ],
  flags,
  examples: [
    { line: "ocilab vm -- cat /sys/fs/cgroup/cgroup.controllers", says: "every controller of cgroup v2" },
    { line: "ocilab vm shell", says: "a root shell in it" },
    {
      line: "ocilab vm --user nobody -- crun --version",
      says: "as an ordinary user, with a cgroup of its own",
    },
    { line: "ocilab vm --kernel-package linux-image-amd64/trixie -- uname -r", says: "another kernel" },
  ],
  exitOf: async (error) => (error instanceof OcilabError && error.code.startsWith("usage.") ? 2 : 125),
  async run(input: Input<typeof flags>, context): Promise<{ value: VmValue; exit?: number }> {
    const { words, command } = splitAtDashes(input.positionals, process.argv);
    const options = machineOptions(input, context);
    const [verb, extra] = words;
    if (verb === undefined && command.length > 0) return await runIn(command, { input, context, options });
    if (extra === undefined && command.length === 0) {
      if (verb === "shell")
        return await runIn(["/bin/sh", "-c", shellScript], { input, context, options, terminal: true });
      if (verb === "prepare") return { value: await prepare(options) };
      if (verb === "snapshot") return { value: await snapshot(options) };
    }
    throw usage(
      verb === undefined
        ? "the command is missing"
        : `${quote(extra ?? verb)} is not shell, prepare or snapshot`,
    );
  },
  render(value) {
    if ("exitCode" in value) return "";
    if ("release" in value) return `${value.release} from ${value.from}\n  ${value.directory}\n`;
    const size = `${Math.round(value.bytes / 1e6)} MB`;
    return `${value.made ? `saved in ${value.milliseconds} ms` : "fresh already"}, ${size}\n  ${value.directory}\n`;
  },
});

/** bash where there is one, without its start files: they are made for the host, and can take an emulated machine half a minute. */
const shellScript = "export PS1='\\u@vm:\\w\\$ '; [ -x /bin/bash ] && exec /bin/bash --norc; exec /bin/sh";

/** What stands before the `--` and what after; the parser has dropped the `--` itself, and no flag's value can be one. */
export function splitAtDashes(positionals: readonly string[], argv: readonly string[]) {
  const dashes = argv.indexOf("--");
  const count = dashes < 0 ? 0 : argv.length - dashes - 1;
  const at = positionals.length - count;
  return { words: positionals.slice(0, at), command: positionals.slice(at) };
}

function machineOptions({ flags: given }: Input<typeof flags>, context: Context): MachineOptions {
  const size = defaultSize();
  const cpus = given.cpus === undefined ? size.cpus : Number(given.cpus);
  const memory = given.memory === undefined ? size.memory : parseMemory(given.memory);
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > 64)
    throw usage(`--cpus is a number from 1 to 64, not ${quote(given.cpus ?? "")}`);
  if (memory === undefined)
    throw usage(`--memory is a size such as 512m or 2g, at least 128m, not ${quote(given.memory ?? "")}`);
  return {
    cache: machineCache(context.configuration, context.env, process.getuid?.() ?? 0),
    kernel: kernelChoice(given.kernel, given["kernel-package"]),
    size: { cpus, memory },
    signal: context.signal,
    onNote: (note) => void process.stderr.write(`ocilab vm: ${note}\n`),
  };
}

function kernelChoice(path: string | undefined, name: string | undefined): KernelChoice {
  if (path !== undefined && name !== undefined)
    throw usage("--kernel and --kernel-package contradict each other");
  if (path !== undefined) return { kind: "file", path: resolve(path) };
  const choice = parseKernelPackage(name ?? machinePlatform().kernelPackage, ownSuite());
  if (choice === undefined)
    throw usage(`--kernel-package is PACKAGE or PACKAGE/SUITE, not ${quote(name ?? "")}`);
  return choice;
}

async function prepare(options: MachineOptions): Promise<VmValue> {
  const { prepareKernel } = await import("../../vm/prepare.ts");
  const { release, from, directory } = await prepareKernel({ ...options, renew: true });
  return { release, from, directory };
}

async function snapshot(options: MachineOptions): Promise<VmValue> {
  const { snapshotMachine } = await import("../../vm/run.ts");
  const started = performance.now();
  const { made, directory, bytes } = await snapshotMachine(options);
  return { made, directory, bytes, milliseconds: Math.round(performance.now() - started) };
}

type Here = {
  readonly input: Input<typeof flags>;
  readonly context: Context;
  readonly options: MachineOptions;
  readonly terminal?: boolean;
};

async function runIn(command: readonly string[], { input, context, options, terminal = false }: Here) {
  const { flags: given } = input;
  const { attachTerminal, forwardSignals } = await import("../vm-attachment.ts");
  const { runInMachine } = await import("../../vm/run.ts");
  using screen = given.tty || terminal ? attachTerminal() : undefined;
  using forwarding = forwardSignals(context);
  const exitCode = await runInMachine(command, {
    ...options,
    directory: process.cwd(),
    environment: environmentFor(given.env, { env: context.env, terminal: screen !== undefined }),
    shares: given.share.map(parseShare).map((share) => ({ ...share, path: resolve(share.path) })),
    write: given.write,
    user: given.user,
    terminal: screen?.size,
    init: given.init === "systemd" ? "systemd" : "none",
    network: given.network,
    timeout: timeoutOf(given.timeout),
    console: given["keep-console"] ? resolve(`vm-console-${process.pid}.log`) : undefined,
    cold: given.cold,
    signal: forwarding.signal,
    stdin: process.stdin,
    stdout: context.json ? process.stderr : process.stdout,
    stderr: process.stderr,
    onRunning: (running) => {
      forwarding.to(running);
      screen?.start(running);
    },
  });
  return { value: { exitCode }, exit: exitCode };
}

function timeoutOf(text: string | undefined): number | undefined {
  const timeout = text === undefined ? undefined : parseTimeout(text);
  if (text !== undefined && timeout === undefined)
    throw usage(`--timeout is a time such as 90s or 5m, not ${quote(text)}`);
  return timeout;
}

/** Programs are found where the host finds them, and speak its language; the rest is asked for by --env. */
function environmentFor(
  asked: readonly string[],
  { env, terminal }: { readonly env: Context["env"]; readonly terminal: boolean },
) {
  const taken = ["LANG", "LC_ALL", "TZ", ...(terminal ? ["TERM", "COLORTERM"] : [])];
  const system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  const own = (env["PATH"] ?? "").split(":").filter((path) => isAbsolute(path));
  const rows = [...taken, ...asked].map((word) => {
    const [, name = "", value] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === "") throw usage(`--env is NAME or NAME=VALUE, not ${quote(word)}`);
    return [name, value ?? env[name]] as const;
  });
  const given = Object.fromEntries(
    rows.filter((row): row is readonly [string, string] => row[1] !== undefined),
  );
  return { PATH: [...new Set([...own, ...system])].join(":"), ...given };
}

function usage(got: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the arguments of vm",
    got,
    hint: "ocilab vm -- COMMAND, or ocilab vm --help",
  });
}
