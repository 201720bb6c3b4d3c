import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { RuntimeCall } from "./argv.ts";
import type { Ask } from "./call.ts";
import { sparedDevices } from "./devices.ts";
import { refuseNotGiven } from "./handed-on.ts";
import { endStrays, futureCgroups, removeCgroups } from "./leftovers.ts";
import type { RuntimeVersion } from "./output.ts";
import type { Runtime } from "./runtime.ts";
import { alreadyExists, halfMade, isHalfMade, mayBeTaken, type Place } from "./stale.ts";
import { unknownFlag } from "./unknown-flags.ts";

/** What the verbs of one runtime share. */
export type Driver = {
  readonly ask: Ask;
  readonly find: Runtime["find"];
  readonly place: Place;
  readonly version: RuntimeVersion;
  /** The command line of a call that somebody else starts. */
  readonly command: (call: RuntimeCall) => { readonly file: string; readonly args: readonly string[] };
};

/** The verb `create`: refuses an id that is taken, and removes what a failed or aborted call has left. */
export function creation(driver: Driver): Runtime["create"] {
  return async (id, bundle, options = {}) => {
    const doing = `create container ${quote(id)}`;
    const { signal, preserveFds = [], stdin, stdout, stderr, ...flags } = options;
    const preserve = preserveFds.length === 0 ? {} : { preserveFds: preserveFds.length };
    const request = { verb: "create", id, bundle: bundle.path, ...flags, ...preserve } as const;
    refuseUnknownFlag(doing, request, driver);
    refuseNotGiven(doing, options);
    await refuseTaken(doing, id, { ...driver, signal });
    const { cgroupsPath } = bundle.spec.linux ?? {};
    const cgroups = futureCgroups(id, cgroupsPath);
    try {
      using streams = await sparedDevices({ stdin, stdout, stderr });
      await driver.ask({ call: request, doing, signal, stdio: { ...streams, fds: preserveFds } });
    } catch (error) {
      if (error instanceof OcilabError && error.code === "runtime.exists")
        throw await explained(error, { doing, id, driver });
      await driver.ask({ call: { verb: "delete", id, force: true }, doing }).catch(() => undefined);
      endStrays(cgroups, { id, root: driver.place.root });
      await removeCgroups(cgroups);
      throw error;
    }
  };
}

/** A runtime that does not know a flag says so in many words on the container's standard error, and in none that we could read. Errors: "runtime.unsupported". */
export function refuseUnknownFlag(doing: string, call: RuntimeCall, { place, version }: Driver): void {
  const unknown = unknownFlag(call, version);
  if (unknown === undefined) return;
  throw new OcilabError("runtime.unsupported", {
    doing,
    got: `${place.name} ${version.version} has no ${unknown.flag} for ${call.verb}`,
    hint: `leave it out, or use a runtime that has it: ${unknown.knownBy}`,
    facts: { flag: unknown.flag, runtime: place.name, version: version.version },
  });
}

async function explained(
  error: OcilabError,
  { doing, id, driver }: { readonly doing: string; readonly id: ContainerId; readonly driver: Driver },
): Promise<OcilabError> {
  const state = await driver.find(id).catch(() => undefined);
  return state === undefined ? error : alreadyExists(doing, { state, place: driver.place, now: new Date() });
}

/**
 * A call of the runtime is spared where it has nothing of the container's: then only the runtime itself may still refuse. Where it has, runsc
 * 20240729 must never be asked to create: it refuses, and deletes the state of the container that is there.
 */
async function refuseTaken(
  doing: string,
  id: ContainerId,
  { find, place, signal }: Driver & { readonly signal: AbortSignal | undefined },
): Promise<void> {
  if (!mayBeTaken(id, place.root)) return;
  const state = await find(id, { signal });
  if (state !== undefined) throw alreadyExists(doing, { state, place, now: new Date() });
  if (isHalfMade(id, place.root)) throw halfMade(doing, id, place);
}
