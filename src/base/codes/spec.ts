import type { CodeTable } from "./table.ts";

export const specCodes = {
  "spec.bad-json": {
    meaning: "A file that should be JSON is not.",
    remedy: "The message names line and column and shows the line with a caret below the fault.",
  },
  "spec.invalid": {
    meaning: "A document is JSON but breaks the schema of the specification it belongs to.",
    remedy: "Each problem names the place as a JSON pointer and what is expected there.",
  },
  "spec.bad-digest": {
    meaning: "A digest is not written as the image specification wants it.",
    remedy: "Write sha256: and 64 lower-case hex digits, or sha512: and 128.",
  },
  "spec.bad-platform": {
    meaning: "A platform cannot be understood.",
    remedy: "Write OS/ARCHITECTURE[/VARIANT], as in linux/amd64 or linux/arm/v7.",
    exit: 2,
  },
  "spec.bad-reference": {
    meaning: "An image reference cannot be understood, or names a transport that ocilab does not read.",
    remedy:
      "Write oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME:TAG], docker-daemon:NAME, docker-container:NAME, dir:DIR, rootfs-tar:FILE, the name of an image in a registry, a path, or busybox.",
    exit: 2,
  },
  "spec.bad-container-id": {
    meaning: "A container id has a form that runtimes refuse.",
    remedy: "Use letters, digits and the characters _ + - . only.",
    exit: 2,
  },
  "spec.no-arguments": {
    meaning:
      "Nothing says which program the container is to run: the image has neither an Entrypoint nor a Cmd.",
    remedy: "Name the program after the image.",
  },
  "spec.unknown-user": {
    meaning: "The user is not in the rootfs's /etc/passwd.",
    remedy: "Use one of the users that the message lists, or a number.",
  },
  "spec.unknown-group": {
    meaning: "The group is not in the rootfs's /etc/group.",
    remedy: "Use one of the groups that the message lists, or a number.",
  },
  "spec.unknown-capability": {
    meaning: "A capability has a name that Linux does not know.",
    remedy: "Use a name of capabilities(7), with or without CAP_; ALL stands for every one.",
    exit: 2,
  },
  "spec.bad-patch": {
    meaning:
      "A patch of the config is no JSON Patch (RFC 6902) or merge patch (RFC 7396), or cannot be applied.",
    remedy: "The message names the operation, its line in the patch, and what the config has there.",
    exit: 2,
  },
  "spec.bad-option": {
    meaning: "A wish for the config has a value that cannot be understood.",
    remedy: "The message says which form is expected.",
    exit: 2,
  },
} as const satisfies CodeTable;
