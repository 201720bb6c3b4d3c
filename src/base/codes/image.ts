import type { CodeTable } from "./table.ts";

export const imageCodes = {
  "image.not-found": {
    meaning: "There is no file or directory where the image should be.",
    remedy: "Check the path; the message names what is there by a similar name.",
  },
  "image.unreadable": {
    meaning: "The system refused to read the image, or to write what has to be unpacked of it.",
    remedy:
      "The message gives the kernel's error: check permissions, and the free space where OCILAB_HOME is.",
  },
  "image.unrecognised": {
    meaning: "What lies at the path is neither an OCI image layout nor an archive of an image.",
    remedy: "Give a layout directory, an OCI archive, or what `docker save` writes.",
  },
  "image.is-bundle": {
    meaning: "The path is an OCI bundle (config.json and rootfs), not an image.",
    remedy: "Use the commands that take a bundle: `ocilab run DIR` or `ocilab create --bundle DIR ID`.",
  },
  "image.unknown-builtin": {
    meaning: "There is no built-in image of this name.",
    remedy: "The built-in image is `busybox`.",
    exit: 2,
  },
  "image.no-such-tag": {
    meaning: "The layout or archive holds no image of this tag.",
    remedy: "Use one of the names that the message lists.",
  },
  "image.ambiguous": {
    meaning: "The layout or archive holds several images and the reference does not say which.",
    remedy: "Add one of the names that the message lists after a colon.",
  },
  "image.no-such-platform": {
    meaning: "The image has nothing for the platform that was asked for.",
    remedy: "Choose one of the platforms that the message lists with `--platform`.",
  },
  "image.blob-missing": {
    meaning: "A blob that the image refers to is not there.",
    remedy: "Copy the image again, completely; for an image of several platforms copy all of them or one.",
  },
  "image.wrong-size": {
    meaning: "A blob has not as many bytes as its descriptor says.",
    remedy: "The copy is cut or was changed. Copy the image again.",
  },
  "image.wrong-digest": {
    meaning: "The bytes of a blob are not those that its digest names.",
    remedy: "The copy is damaged or was changed. Copy the image again from a source that you trust.",
  },
  "image.blob-too-large": {
    meaning: "An index, manifest or configuration claims to be larger than any real one.",
    remedy: "The image is broken or hostile. Make it again.",
  },
  "image.bad-document": {
    meaning: "An index, manifest or configuration contradicts itself or what refers to it.",
    remedy: "Make the image again; `skopeo copy` often mends such images.",
  },
  "image.bad-archive": {
    meaning: "The archive cannot be read: it is cut, damaged or no tar file.",
    remedy: "Save or copy the image again.",
  },
  "image.archive-too-large": {
    meaning: "The archive decompresses to more than there is room for.",
    remedy: "Make room where OCILAB_HOME is, or decompress the archive yourself.",
  },
  "image.schema-1": {
    meaning:
      "The image has a Docker schema 1 manifest, a format given up in 2017 that does not name a root filesystem exactly.",
    remedy: "Convert it: `skopeo copy --format oci` or a pull and save with a newer docker.",
  },
  "image.not-an-image": {
    meaning:
      "The manifest describes something else than a container image (an artifact such as a chart, a signature or an attestation).",
    remedy: "Choose another tag or digest.",
  },
  "image.unknown-layer": {
    meaning: "A layer has a media type that cannot be unpacked, for example an encrypted one.",
    remedy: "Convert the image: `skopeo copy` decrypts and recompresses layers.",
  },
  "image.foreign-layer": {
    meaning: "A layer is not part of the image: its manifest only says where it can be downloaded.",
    remedy: "Copy the image with its foreign layers, or choose another base image.",
  },
  "image.layer-count": {
    meaning: "The manifest and the configuration disagree about how many layers the image has.",
    remedy: "The image is broken. Make it again.",
  },
  "image.daemon-unreachable": {
    meaning: "No Docker daemon answered at any of the places where one may be.",
    remedy:
      "The message lists each place and what happened there. Start the daemon, or set DOCKER_HOST to where it is.",
  },
  "image.daemon-address": {
    meaning: "DOCKER_HOST or a docker context names a daemon in a way that cannot be used.",
    remedy: "Write unix://PATH or tcp://HOST:PORT; for ssh:// forward the socket first.",
    exit: 2,
  },
  "image.daemon-version": {
    meaning: "There is no version of the Docker API that both the daemon and ocilab speak.",
    remedy: "The message says both ranges. Unset DOCKER_API_VERSION, or use an older or newer daemon.",
  },
  "image.daemon-refused": {
    meaning: "The Docker daemon answered with an error.",
    remedy: "The message has the daemon's own words.",
  },
  "image.daemon-broken": {
    meaning: "The Docker daemon ended the connection too soon, or answered what makes no sense.",
    remedy: "Run the command again; the daemon's log says what happened there.",
  },
  "image.not-in-daemon": {
    meaning: "The Docker daemon has no image or container of that name.",
    remedy: "Use one of the names that the message lists, or bring the image there with `docker pull`.",
  },
  "image.tree-changed": {
    meaning: "A file of the directory changed while it was read.",
    remedy: "Stop what writes into the directory, then run the command again.",
  },
} as const satisfies CodeTable;
