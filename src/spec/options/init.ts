import type { SpecOption } from "../context.ts";
import { badValue } from "../parse/bad-value.ts";
import { withMount } from "./mounts.ts";

/** Where docker puts it. */
const place = "/sbin/docker-init";

/**
 * A small init of the host as the container's first process: it starts the program, passes signals on and collects what ends
 * (docker's --init). `source` is a program that needs no library of the rootfs and takes `-- PROGRAM ARGUMENT...`, as tini and
 * catatonit do. To be applied after whatever sets the arguments. Errors: "spec.bad-option" when processes are shared, where nothing
 * can be the first.
 */
export function withInit(source: string): SpecOption {
  const mount = withMount({ destination: place, type: "bind", source, options: ["bind", "rprivate", "ro"] });
  return (spec, context) => {
    const pid = spec.linux?.namespaces?.find(({ type }) => type === "pid");
    if (pid === undefined || pid.path !== undefined) {
      const got =
        "the container has no process namespace of its own, so that its init would not be process 1";
      throw badValue("init", source, { got, form: "--pid private, or leave out --init" });
    }
    const process = spec.process ?? { cwd: "/" };
    return mount({ ...spec, process: { ...process, args: [place, "--", ...(process.args ?? [])] } }, context);
  };
}
