import { accessSync, constants } from "node:fs";
import { errnoOf, OcilabError } from "../../base/errors.ts";
import { formatEndpoint } from "../../image/sources/daemon/endpoint.ts";
import { daemonPlaces } from "../../image/sources/daemon/places.ts";
import type { Evidence, Gathered } from "./evidence.ts";

/** Every address at which a Docker daemon is looked for (DOCKER_HOST, contexts, known sockets), and whether its socket is there for us. */
export function daemonEvidence(): Gathered {
  try {
    return {
      evidence: daemonPlaces().map(({ from, endpoint }): Evidence => {
        const says = endpoint.kind === "unix" ? socketAt(endpoint.path) : "is an address of the network";
        return { source: `${formatEndpoint(endpoint)} (${from})`, says };
      }),
    };
  } catch (error) {
    if (!(error instanceof OcilabError)) throw error;
    return { evidence: [{ source: error.doing, says: error.got }], hint: error.hint };
  }
}

function socketAt(path: string): string {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return "is there, and this user may use it";
  } catch (error) {
    return errnoOf(error) === "EACCES" ? "is there, and this user may not use it" : "is not there";
  }
}
