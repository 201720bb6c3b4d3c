import type { Argument } from "../command.ts";

export const idArgument: Argument = { name: "ID", required: true, help: "the container's id" };
export const imageArgument: Argument = {
  name: "IMAGE",
  required: true,
  help: "oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE[:TAG], a path to one of these, or busybox (built in)",
};
