import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "../../base/configuration.ts";
import type { ContainerId } from "../../oci/spec.ts";

/** What a keeper leaves beside the record of its container: HOME/containers/ID.log, ID.log.1 (what was before it), ID.exit and ID.socket. */
export type KeeperFiles = {
  readonly log: string;
  readonly olderLog: string;
  readonly exit: string;
  readonly socket: string;
};

export function keeperFiles({ containers }: Configuration, id: ContainerId): KeeperFiles {
  const at = (suffix: string): string => join(containers, `${id}.${suffix}`);
  return { log: at("log"), olderLog: at("log.1"), exit: at("exit"), socket: at("socket") };
}

/** Remove them; those that are not there are no error. */
export function removeKeeperFiles(configuration: Configuration, id: ContainerId): void {
  for (const path of Object.values(keeperFiles(configuration, id))) rmSync(path, { force: true });
}
