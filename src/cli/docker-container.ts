import type { Cancel } from "../base/brand.ts";
import { OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { quote } from "../base/text.ts";
import { connectDaemon, type Daemon } from "../image/sources/daemon/connect.ts";
import { notInDaemon } from "../image/sources/daemon/names.ts";
import { parseReference } from "../oci/reference.ts";
import { flagsOfContainer, withContainerFlags } from "./config/as-container.ts";
import type { ConfigValues } from "./config/flags.ts";

/**
 * The user's flags over those that the container of a Docker daemon was made with. What has no counterpart is logged as a warning.
 * Errors: "usage.bad-argument" for another image, those of the daemon.
 */
export async function containerFlags<Flags extends ConfigValues>(
  reference: string,
  flags: Flags,
  { signal }: Cancel,
): Promise<Flags> {
  const parsed = parseReference(reference);
  if (parsed.kind !== "docker-container") throw noContainer(reference);
  const doing = `read how the container ${quote(parsed.name)} was made`;
  const daemon = await connectDaemon({ signal, doing });
  const found = await inspected(daemon, parsed.name, { signal });
  const { flags: theirs, joins, lost } = flagsOfContainer(found);
  if (lost.length > 0)
    log.warn(`what docker-container:${parsed.name} has besides is left out`, { what: lost });
  const joined: Record<string, string> = {};
  for (const { flag, container } of joins) {
    const pid = pidOf(await inspected(daemon, container, { signal }), { container, doing });
    joined[flag] = `ns:/proc/${pid}/ns/${flag === "network" ? "net" : flag}`;
  }
  return withContainerFlags(flags, { ...theirs, ...joined });
}

async function inspected(daemon: Daemon, name: string, options: Cancel): Promise<unknown> {
  const found = await daemon.json(`/containers/${name}/json`, options);
  if (found === undefined) throw await notInDaemon("container", name, { daemon, ...options });
  return found;
}

function pidOf(
  found: unknown,
  { container, doing }: { readonly container: string; readonly doing: string },
): number {
  const { State } = found as { readonly State?: { readonly Pid?: unknown } };
  if (typeof State?.Pid === "number" && State.Pid > 0) return State.Pid;
  throw new OcilabError("usage.bad-argument", {
    doing,
    got: `it shares a namespace of the container ${quote(container)}, which does not run`,
    hint: "start that one, or name another namespace: --ipc, --pid or --network",
  });
}

function noContainer(reference: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "read the flags",
    got: `--as-container is about a container of a Docker daemon, and ${quote(reference)} is none`,
    hint: "write docker-container:NAME, or leave it out",
  });
}
