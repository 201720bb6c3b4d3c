import { isDeepStrictEqual } from "node:util";
import type { Reading } from "./reading.ts";
import type { ProcessView } from "./view-type.ts";

/** A fact in which two processes differ; `at` is its place in the view, with the key of a list's entry: "mounts /proc". Undefined: one has no such entry. */
export type ViewDifference = {
  readonly at: string;
  readonly first: Reading<unknown> | undefined;
  readonly second: Reading<unknown> | undefined;
};

export type ViewComparison = {
  readonly differences: readonly ViewDifference[];
  /** How many facts are the same in both. */
  readonly same: number;
};

/**
 * Two views fact by fact, in the order of the view. What differs between any two processes and says nothing of their containers is left out: pids, start
 * times, counters and usage. Of what neither could read nothing is said.
 */
export function compareViews(first: ProcessView, second: ProcessView): ViewComparison {
  const one = factsOf(first);
  const other = factsOf(second);
  const places = [...one.keys(), ...[...other.keys()].filter((at) => !one.has(at))];
  const differences: ViewDifference[] = [];
  let same = 0;
  for (const at of places) {
    const [a, b] = [one.get(at), other.get(at)];
    if (a?.ok !== true && b?.ok !== true) continue;
    if (a?.ok && b?.ok && isDeepStrictEqual(a.value, b.value)) same += 1;
    else differences.push({ at, first: a, second: b });
  }
  return { differences, same };
}

function variable(assignment: string): readonly [string, string] {
  const at = assignment.indexOf("=");
  return at < 0 ? [assignment, ""] : [assignment.slice(0, at), assignment.slice(at + 1)];
}

type Facts = Map<string, Reading<unknown>>;

function factsOf(view: ProcessView): ReadonlyMap<string, Reading<unknown>> {
  const facts: Facts = new Map();
  const { program, user, capabilities, seccomp, noNewPrivileges, idMaps, security, scheduling } = view;
  const { env, ...rest } = program;
  collect(facts, "program", rest);
  entries(facts, "environment", env, (value) => value.map(variable));
  collect(facts, "user", user);
  collect(facts, "capabilities", capabilities);
  collect(facts, "seccomp", { mode: seccomp.mode, filters: seccomp.filters });
  collect(facts, "noNewPrivileges", noNewPrivileges);
  for (const [type, { inode }] of Object.entries(view.namespaces))
    collect(facts, `namespaces ${type}`, inode);
  collect(facts, "timeOffsets", view.timeOffsets);
  collect(facts, "hostname", view.hostname);
  collect(facts, "domainname", view.domainname);
  hierarchies(facts, view);
  mounts(facts, view);
  collect(facts, "idMaps", idMaps);
  entries(facts, "limits", view.limits, (value) => Object.entries(value));
  collect(facts, "oomScoreAdj", view.oomScoreAdj);
  collect(facts, "security", security);
  collect(facts, "personality", view.personality);
  collect(facts, "scheduling", scheduling);
  network(facts, view);
  return facts;
}

function isReading(node: object): node is Reading<unknown> {
  return "source" in node && "ok" in node;
}

function collect(facts: Facts, at: string, node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  if (isReading(node)) {
    facts.set(at, node);
    return;
  }
  for (const [key, below] of Object.entries(node)) collect(facts, `${at} ${key}`, below);
}

/** A fact that holds many is compared one by one. */
function entries<T>(
  facts: Facts,
  at: string,
  reading: Reading<T>,
  keyed: (value: T) => readonly (readonly [string, unknown])[],
): void {
  if (!reading.ok) {
    facts.set(at, reading);
    return;
  }
  for (const [key, value] of keyed(reading.value))
    facts.set(`${at} ${key}`, { source: reading.source, ok: true, value });
}

/** Ids of mounts and peer groups differ between any two mount namespaces: kinds and options do not. A later mount on the same point hides the earlier. */
function mounts(facts: Facts, { mounts: reading }: ProcessView): void {
  entries(facts, "mounts", reading, (value) =>
    value.map(({ mountPoint, type, source, root, flags, propagation, superOptions }) => [
      mountPoint,
      { type, source, root, flags, propagation: propagation.kind, options: superOptions },
    ]),
  );
}

const changing =
  /(\.current|\.peak|\.stat|\.stat\.local|\.events|\.events\.local|\.pressure|numa_stat|usage|usage_in_bytes|failcnt|io_service.*|cgroup\.procs)$/;

function hierarchies(facts: Facts, view: ProcessView): void {
  for (const { version, controllers, path, directory, files } of view.hierarchies) {
    const name = version === 2 ? "cgroup v2" : `cgroup v1 ${controllers.join(",")}`;
    facts.set(`${name} path`, { source: directory.source, ok: true, value: path });
    for (const [file, reading] of Object.entries(files))
      if (!changing.test(file)) facts.set(`${name} ${file}`, reading);
  }
}

function network(facts: Facts, { network: { devices, ipv4, ipv6, routes } }: ProcessView): void {
  entries(facts, "network device", devices, (value) => value.map(({ name }) => [name, name]));
  collect(facts, "network ipv4", ipv4);
  collect(facts, "network ipv6", ipv6);
  collect(facts, "network routes", routes);
}
