import { OcilabError } from "../../base/errors.ts";
import type { Argument } from "../command.ts";

export const idArgument: Argument = { name: "ID", required: true, help: "the container's id" };
export const imageArgument: Argument = {
  name: "IMAGE",
  required: true,
  help: "oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE[:TAG], a path to one of these, or busybox (built in)",
};

/** A path as the user gave it. Errors: "usage.bad-argument" when it is empty, as an unset variable of a script makes it: it would mean the current directory. */
export function givenPath(text: string, name: string): string {
  if (text !== "") return text;
  throw new OcilabError("usage.bad-argument", {
    doing: "read the arguments",
    got: `${name} is empty`,
    hint: "write . for the current directory",
  });
}
