import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";
import type { Argument } from "../command.ts";

export const idArgument: Argument = { name: "ID", required: true, help: "the container's id" };
export const imageArgument: Argument = {
  name: "IMAGE",
  required: true,
  help: "[HOST/]NAME[:TAG] in a registry, oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE[:TAG], docker-daemon:NAME, docker-container:NAME, dir:DIR, rootfs-tar:FILE, a path to one of these, or busybox (built in)",
};

export const bundleArgument: Argument = { name: "DIR", required: true, help: "the bundle's directory" };

/** docker's, with its default. */
export const detachKeysFlag = {
  kind: "value",
  value: "KEYS",
  help: "what to type to leave its terminal and let it go on (default: ctrl-p,ctrl-q; empty: nothing)",
} as const;

/** A path as the user gave it. Errors: "usage.bad-argument" when it is empty, as an unset variable of a script makes it: it would mean the current directory. */
export function givenPath(text: string, name: string): string {
  if (text !== "") return text;
  throw new OcilabError("usage.bad-argument", {
    doing: "read the arguments",
    got: `${name} is empty`,
    hint: "write . for the current directory",
  });
}

/** A flag's number from 1 to `most`; undefined where the flag is not given. Errors: "usage.bad-argument". */
export function parseCount(
  text: string | undefined,
  { flag, most }: { readonly flag: string; readonly most: number },
): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= most) return number;
  throw new OcilabError("usage.bad-argument", {
    doing: "read the flags",
    got: `${flag} is a number from 1 to ${most}, not ${quote(text)}`,
  });
}

/** The value of --preserve-fds: so many descriptors, from 3 on. Errors: "usage.bad-argument". */
export function parseDescriptors(text: string, command: string): readonly number[] {
  if (/^\d{1,3}$/.test(text)) return Array.from({ length: Number(text) }, (_, index) => index + 3);
  throw new OcilabError("usage.bad-argument", {
    doing: `read the flags of ${command}`,
    got: `--preserve-fds is a number from 0 to 999, not ${quote(text)}`,
    hint: `ocilab ${command} --help`,
  });
}

/** The value of --interval, a number of seconds, in milliseconds; 1 s without it. Errors: "usage.bad-argument". */
export function parseInterval(text: string | undefined): number {
  if (text === undefined) return 1000;
  const seconds = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (seconds >= 0.1 && seconds <= 86_400) return Math.round(seconds * 1000);
  throw new OcilabError("usage.bad-argument", {
    doing: "read the flags",
    got: `--interval is a number of seconds from 0.1 to 86400, not ${quote(text)}`,
  });
}
