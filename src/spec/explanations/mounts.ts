import type { Explanations } from "./table.ts";

/** Mounts, hooks and annotations. */
export const mountExplanations: Explanations = {
  "/mounts": [
    "config.md#mounts",
    "Lists what is mounted into the root filesystem, one after the other; /proc/PID/mountinfo shows the result.",
  ],
  "/mounts/*": ["config.md#mounts", "Mounts one filesystem, or one file or directory of the host."],
  "/mounts/*/destination": [
    "config.md#mounts",
    "Is where it appears inside; the runtime makes the directory or file when it is missing.",
  ],
  "/mounts/*/type": [
    "config.md#mounts",
    "Names the filesystem, one of /proc/filesystems; for a bind mount it says nothing.",
  ],
  "/mounts/*/source": [
    "config.md#mounts",
    "Is what is mounted: for a bind mount a path of the host, for kernel filesystems only a name that mount tables show.",
  ],
  "/mounts/*/options": [
    "config.md#linux-mount-options",
    "Restricts and tunes the mount: ro, nosuid, nodev and noexec take rights away, r-forms as rro reach what lies below, others go to the filesystem.",
  ],
  "/mounts/*/uidMappings": [
    "config.md#mounts",
    "Shows the files of this mount with other owners than the disk has, without changing the disk.",
  ],
  "/mounts/*/gidMappings": [
    "config.md#mounts",
    "Shows the files of this mount with other groups than the disk has.",
  ],
  "/mounts/*/uidMappings/*": ["config.md#mounts", "Maps one range of user ids of this mount."],
  "/mounts/*/gidMappings/*": ["config.md#mounts", "Maps one range of group ids of this mount."],
  "/mounts/*/*/*/containerID": ["config.md#mounts", "Is the first id of the range as the disk has it."],
  "/mounts/*/*/*/hostID": ["config.md#mounts", "Is the first id that the mount shows for it."],
  "/mounts/*/*/*/size": ["config.md#mounts", "Counts the ids of the range."],
  "/hooks": [
    "config.md#posix-platform-hooks",
    "Lets programs of one's own do something at fixed points of the container's life, as engines do for networks.",
  ],
  "/hooks/prestart": [
    "config.md#posix-platform-hooks",
    "Runs on the host during create, once the namespaces are there; deprecated for createRuntime.",
  ],
  "/hooks/createRuntime": [
    "config.md#posix-platform-hooks",
    "Runs on the host during create, once the namespaces are there and before pivot_root: the place to connect a network.",
  ],
  "/hooks/createContainer": [
    "config.md#posix-platform-hooks",
    "Runs in the container's namespaces during create, but still with the host's root: the place for mounts of one's own.",
  ],
  "/hooks/startContainer": [
    "config.md#posix-platform-hooks",
    "Runs inside the container, from its own files, just before the program.",
  ],
  "/hooks/poststart": [
    "config.md#posix-platform-hooks",
    "Runs on the host after the program has started and before start returns.",
  ],
  "/hooks/poststop": [
    "config.md#posix-platform-hooks",
    "Runs on the host after the container is deleted: the place to clean up.",
  ],
  "/hooks/*/*": [
    "config.md#posix-platform-hooks",
    "Is one program to run; it reads the container's state as JSON from its standard input, and its failure ends most operations.",
  ],
  "/hooks/*/*/path": [
    "config.md#posix-platform-hooks",
    "Is the program, an absolute path where the hook runs: on the host, but for startContainer.",
  ],
  "/hooks/*/*/args": ["config.md#posix-platform-hooks", "Are its arguments; the first is its own name."],
  "/hooks/*/*/env": ["config.md#posix-platform-hooks", "Is its whole environment."],
  "/hooks/*/*/timeout": [
    "config.md#posix-platform-hooks",
    "Kills the hook after so many seconds and counts that as its failure.",
  ],
  "/annotations": [
    "config.md#annotations",
    "Carries notes that the state operation and hooks see; runtimes obey a few of their own, and image labels end up here.",
  ],
  "/annotations/*": [
    "config.md#annotations",
    "Is one note; keys of org.opencontainers.image. tell of the image.",
  ],
};
