import type { CodeTable } from "./table.ts";

export const registryCodes = {
  "registry.not-found": {
    meaning: "The registry has no such image: the repository, the tag or the digest is not there.",
    remedy:
      "Check the name; the message lists tags that are there. Registries often say the same of a private image: then log in, or give --creds.",
  },
  "registry.unauthorized": {
    meaning: "The registry does not let us read the image with the credentials that we have, or without any.",
    remedy:
      "Log in with `docker login HOST` (or podman, skopeo), or give --creds USER:PASS. A public image of this name may simply not exist.",
  },
  "registry.bad-credentials": {
    meaning: "Credentials could not be read: a file or a credential helper is missing, broken or failed.",
    remedy: "The message names the file or program: repair it, log in again, or give --creds USER:PASS.",
  },
  "registry.rate-limited": {
    meaning: "The registry answers that there were too many requests, and still did after we had waited.",
    remedy:
      "Wait as long as the message says, log in (limits are higher then), or use a mirror with --mirror.",
  },
  "registry.unreachable": {
    meaning: "The registry could not be reached, or the connection broke again and again.",
    remedy: "Check the host name, the network and HTTPS_PROXY; the message has the system's error.",
  },
  "registry.tls": {
    meaning: "The registry's certificate is not trusted, or it does not speak TLS.",
    remedy:
      "Put its CA into /etc/docker/certs.d/HOST/ca.crt or give --cert-dir; for a registry of your own without TLS give --insecure.",
  },
  "registry.failed": {
    meaning: "The registry answered with an error of its own.",
    remedy: "The message has what it said. Try again later or use a mirror with --mirror.",
  },
  "registry.bad-answer": {
    meaning: "The answer of the registry is not what the distribution specification promises.",
    remedy: "Check that the host is a registry and that no proxy changes what it says.",
  },
  "registry.bad-settings": {
    meaning: "registries.json, --mirror, --creds or --cert-dir cannot be used as it is.",
    remedy: "docs/registry.md shows what they look like; the message says what is wrong and where.",
    exit: 2,
  },
} as const satisfies CodeTable;
