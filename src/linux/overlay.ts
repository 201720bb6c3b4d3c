import { closeSync, constants, openSync } from "node:fs";
import { mount } from "./mount.ts";
import { changeDirectory } from "./process.ts";

/** asm-generic/fcntl.h */
const O_PATH = 0o10000000;
/** mount(2) takes a page of options, the closing NUL among them. */
const mostOptions = 4095;
/** What the kernel's configuration would else decide (filesystems/overlayfs.rst); these are what every kernel can undo by removing the upper directory. */
const fixed = "index=off,metacopy=off,redirect_dir=off";

/** How many lower directories one overlay surely holds: each takes up to 18 bytes of the page of options. */
export const mostLowerDirectories = 200;

export type OverlayOptions = {
  /** Directories, topmost first; absolute. */
  readonly lower: readonly string[];
  /** What takes the changes, its work directory on the same file system, and where it is mounted: all relative to `directory`. */
  readonly upper: string;
  readonly work: string;
  readonly target: string;
};

/**
 * Mount an overlay at DIRECTORY/target. The mount table shows the upper directory relative to `directory`, which may be moved, and the lower ones by
 * their paths, or as descriptors where those would not fit into a page of options (some 40 layers) or need quoting; some 200 layers are the
 * most. The working directory is another for a moment: nothing else of this thread may run meanwhile, and nothing does, as nothing here waits.
 * Errors: the kernel's; EINVAL for file systems that cannot be the upper one, an overlay for one.
 */
export function mountOverlay(directory: string, { lower, upper, work, target }: OverlayOptions): void {
  const opened: number[] = [];
  const open = (path: string): number => {
    const fd = openSync(path, O_PATH | constants.O_DIRECTORY);
    opened.push(fd);
    return fd;
  };
  try {
    const data = (paths: readonly string[]): string =>
      `lowerdir=${paths.join(":")},upperdir=${upper},workdir=${work},${fixed}`;
    const plain = data(lower);
    const fits = Buffer.byteLength(plain) <= mostOptions && !lower.some((path) => /[\\:,"]/.test(path));
    const options = fits ? plain : data(lower.map((path) => `/proc/self/fd/${open(path)}`));
    if (options.length > mostOptions) throw tooMany(lower.length);
    const here = open(".");
    changeDirectory(open(directory));
    try {
      mount(target, { source: "overlay", type: "overlay", data: options });
    } finally {
      changeDirectory(here);
    }
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

function tooMany(layers: number): Error {
  const message = `E2BIG: argument list too long, mount: ${layers} layers do not fit into a page of options`;
  return Object.assign(new Error(message), { code: "E2BIG", syscall: "mount" });
}
