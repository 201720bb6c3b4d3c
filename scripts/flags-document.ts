import { rootlessFlags } from "../src/cli/config/flags/rootless.ts";
import type { ConfigFlag } from "../src/cli/config/flags/table.ts";
import { configFlags } from "../src/cli/config/flags.ts";
import { refusedFlags } from "../src/cli/config/refused.ts";
import { explainField } from "../src/spec/explain.ts";

const specification = "https://github.com/opencontainers/runtime-spec/blob/v1.3.0";

/** docs/flags.md: every flag that says something about config.json, the fields that it sets, and their sections of the specification. */
export function flagsDocument(): string {
  const flags = Object.entries({ ...configFlags, ...rootlessFlags }) as readonly (readonly [
    string,
    ConfigFlag,
  ])[];
  const topics = [...new Set(flags.map(([, { topic }]) => topic ?? ""))];
  const sections = topics.map((topic) => {
    const rows = flags.filter(([, flag]) => flag.topic === topic).map(([name, flag]) => row(name, flag));
    return `## ${capital(topic)}\n\n| flag | what it does | config.json | specification |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  const refusals = Object.entries(refusedFlags).map(
    ([name, { short, got, hint }]) => `| ${flagName(name, short)} | ${cell(got)} | ${cell(hint)} |`,
  );
  return `${introduction}
${sections.join("\n")}
${differences}
## Flags of docker that are refused

| flag | why | what to do instead |
| --- | --- | --- |
${refusals.join("\n")}
`;
}

const introduction = `# Flags and config.json

\`ocilab run\`, \`bundle\` and \`spec\` take the flags of \`docker run\` that say something about a container, and some for what only
config.json has. Each row says which fields a flag sets; \`ocilab spec FLAGS\` shows the result, \`ocilab spec explain POINTER\` says what a
field does, and \`--spec-patch\` sets what no flag does. \`ociVersion\` is always the lowest that has every field in use. Flags marked * may
be given more than once. This page is printed from \`src/cli/config/\` by \`npm run docs\`, and a test holds every row against what the
flag really changes.
`;

const differences = `## Where a flag differs from docker's

- **Given twice**: a flag that takes one value is refused the second time; docker silently takes the last one.
- **-h** is help here; \`--hostname\` has no short form.
- **--memory** alone leaves swap unlimited; docker limits memory and swap together to twice the memory. 0 is refused: for docker it
  means no limit, for the kernel nothing at all. The same holds for 0 with \`--cpus\`, \`--cpu-shares\`, \`--cpu-quota\` and weights: leave
  the flag out.
- **HOSTNAME** is not set in the environment, and /etc/hostname, /etc/hosts and /etc/resolv.conf stay as the image has them: an engine
  makes them, no runtime does.
- **no_new_privs** is set unless \`--security-opt no-new-privileges=false\`; docker leaves it off.
- **-v** makes no directory on the host: a source that is missing is an error before anything is made. \`ro\` covers what is mounted
  below as well (\`rro\`, Linux 5.12). z, Z, U, nocopy, names of volumes and targets alone are refused, each with what to do.
- **--mount** without a type means bind when its source is a path; docker means a volume. \`idmap\`, \`ridmap\`, \`uidmap=\` and \`gidmap=\`
  ask for an id-mapped mount.
- **--network** is none or host, or the namespace of another container or of a path; ocilab makes no network. The same two forms,
  \`container:ID\` and \`ns:PATH\`, are there for every kind of namespace. A container that is joined must run; its id is looked up where
  \`ocilab list\` finds it. A user namespace that is joined needs crun, or runc 1.2 and later: runc 1.1 wants mappings, which it cannot have.
- **--ipc host** shows the host's /dev/shm inside, as with docker; **--ipc container:ID** shares queues and semaphores, but /dev/shm stays
  the container's own, since a mount cannot be taken from another mount namespace. **shareable** is the same as private: every
  namespace can be joined.
- **--cgroup-parent** works for \`run\`, where the id is known; a bundle takes \`--cgroups-path\`. A parent that was not there before is
  made by the runtime and stays, as with docker.
- **--device** takes a directory for all devices in it. Names of the Container Device Interface are refused.
- **--privileged** sets: every capability that the host can grant; every node below /dev but pts, shm, mqueue and the default ones;
  one rule that allows every device; no seccomp, no AppArmor profile, no SELinux label; no_new_privs off; no masked and no read-only path;
  /sys and the control groups writable (not with \`--read-only\`). Namespaces, limits and the user stay. The other flags narrow it:
  \`--cap-drop\`, \`--security-opt seccomp=default\`, \`--device-cgroup-rule\`.
- **--security-opt seccomp=FILE** takes a profile as config.json has it, or docker's and podman's form with conditions, which is resolved
  for this machine, its kernel and the container's capabilities.
- **--security-opt label=** starts from system_u:system_r:container_t:s0 and chooses no category of its own. \`mask=\` and \`unmask=\` are
  podman's.
- **--init** takes docker-init, tini-static, tini or catatonit of the host, or the program of \`--init-path\`: the first that needs no
  shared library. It stands at /sbin/docker-init inside.
- **--stop-signal** becomes the annotation org.opencontainers.image.stopSignal, which \`ocilab kill\` goes by.
- **--label** is an annotation, as there is nothing else in config.json that it could be.
`;

function row(name: string, flag: ConfigFlag): string {
  const value = flag.kind === "switch" ? "" : ` ${flag.value}`;
  const sections = [...new Set(flag.sets.map((at) => explainField(at)?.section ?? ""))].filter(
    (one) => one !== "",
  );
  const links = sections.map((section) => `[${section}](${specification}/${section})`);
  const many = flag.kind === "list" ? " *" : "";
  return `| ${flagName(name, flag.short, value)}${many} | ${cell(flag.help)} | ${flag.sets.map((at) => `\`${at}\``).join(" ")} | ${links.join(" ")} |`;
}

function flagName(name: string, short: string | undefined, value = ""): string {
  return `\`${short === undefined ? "" : `-${short}, `}--${name}${cell(value)}\``;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("\n", " ");
}
