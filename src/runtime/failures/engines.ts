import type { Cause } from "./cause.ts";

/** What engines say when they cannot be reached: `ocilab run docker:…` says the same in its own words. */
export const engineCauses: readonly Cause[] = [
  {
    name: "daemon-unreachable",
    code: "runtime.failed",
    says: "there is no Docker daemon at the address that was tried, or this user may not talk to it; rootless Docker and podman have their sockets elsewhere",
    tries:
      "set DOCKER_HOST or `docker context use`; rootless: unix://$XDG_RUNTIME_DIR/docker.sock, podman: `systemctl --user start podman.socket` and unix://$XDG_RUNTIME_DIR/podman/podman.sock",
    shows: "DOCKER_HOST, the contexts and the sockets that were tried, with what each answered",
    words: [
      {
        by: "docker",
        pattern:
          /Cannot connect to the Docker daemon at (?<path>\S+?)\.? |Is the docker daemon running|permission denied while trying to connect to the Docker daemon/,
        example:
          "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      },
    ],
  },
  {
    name: "daemon-versions-differ",
    code: "runtime.failed",
    says: "client and daemon speak no common version of the Docker API: the client has {client}, the daemon wants at least {least}",
    tries:
      "use a newer client, or set DOCKER_API_VERSION to a version that both have; Docker 29 wants 1.44 or newer",
    shows: "the versions that client and daemon have",
    words: [
      {
        by: "docker",
        pattern:
          /client version (?<client>[\d.]+) is too old\. Minimum supported API version is (?<least>[\d.]+\d)/,
        example:
          "Error response from daemon: client version 1.32 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
      },
    ],
  },
];
