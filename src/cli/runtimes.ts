import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import type { Reading } from "../kernel/reading.ts";
import { openRuntime } from "../runtime/runtime.ts";

/** A runtime of this machine: what it prints of itself. */
export type RuntimeFacts = {
  readonly name: string;
  readonly path: Reading<string>;
  readonly version: Reading<string>;
  /** The version of the runtime specification that it names. */
  readonly spec: Reading<string>;
  readonly features: Reading<Readonly<Record<string, unknown>>>;
};

/** The low-level runtimes that we know by name; those that are not in PATH are left out. */
const known = ["runc", "crun", "runsc", "youki", "kata-runtime"] as const;

/** The known runtimes that are installed, with their versions and features. A runtime that does not answer says so. */
export async function findRuntimes({ signal }: Cancel): Promise<readonly RuntimeFacts[]> {
  const found = await Promise.all(known.map((name) => factsOf(name, { signal })));
  return found.flat();
}

async function factsOf(name: string, { signal }: Cancel): Promise<readonly RuntimeFacts[]> {
  try {
    const runtime = await openRuntime({ runtime: name, signal });
    const { version, spec } = runtime.version;
    const said = `${name} --version`;
    return [
      {
        name,
        path: good("PATH", runtime.path),
        version: good(said, version),
        spec: spec === undefined ? bad(said, "absent", "it does not say") : good(said, spec),
        features: await featuresOf(name, () => runtime.features({ signal })),
      },
    ];
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof OcilabError) || error.code === "host.program-missing") return [];
    const unread = bad(`${name} --version`, "malformed", error.got);
    return [{ name, path: unread, version: unread, spec: unread, features: unread }];
  }
}

async function featuresOf(
  name: string,
  ask: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<RuntimeFacts["features"]> {
  try {
    return good(`${name} features`, await ask());
  } catch (error) {
    if (error instanceof OcilabError) return bad(`${name} features`, "absent", error.got);
    throw error;
  }
}

function good<T>(source: string, value: T): Reading<T> {
  return { source, ok: true, value };
}

function bad(source: string, reason: "absent" | "malformed", detail: string): Reading<never> {
  return { source, ok: false, reason, detail };
}
