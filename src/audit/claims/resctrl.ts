import { mapReading } from "../../kernel/read.ts";
import type { Reading } from "../../kernel/reading.ts";
import type { ProcessView } from "../../kernel/view-type.ts";
import type { IntelRdt, Spec } from "../../oci/spec.ts";
import { type Claim, type ClaimContext, type ClaimFamily, claim, unseeable } from "../claim.ts";
import { notAsked, without } from "../compare.ts";

const mountPoint = "/sys/fs/resctrl";

type ResctrlFiles = { readonly tasks: string; readonly schemata: string; readonly monitored: string };

/** intelRdt (config-linux.md#intelrdt), read from the resctrl filesystem (Documentation/filesystems/resctrl.rst). */
export const resctrlClaims: ClaimFamily = (spec, context) => {
  const rdt = spec.linux?.intelRdt;
  if (rdt === undefined) return [];
  const files = resctrlFiles(spec, context);
  if (files === undefined) return [withoutName(rdt)];
  const { closID, l3CacheSchema, memBwSchema, schemata, enableMonitoring } = rdt;
  const lines = {
    l3CacheSchema: [l3CacheSchema ?? []].flat(),
    memBwSchema: [memBwSchema ?? []].flat(),
    schemata,
  };
  return [
    taskClaim({ at: "/linux/intelRdt/closID", file: files.tasks, asked: closID ?? "the container's id" }),
    ...(["l3CacheSchema", "memBwSchema", "schemata"] as const).flatMap((name) => {
      const asked = lines[name] ?? [];
      return asked.length === 0
        ? []
        : schemataClaim(`/linux/intelRdt/${name}`, { asked, file: files.schemata });
    }),
    ...(enableMonitoring === true
      ? [taskClaim({ at: "/linux/intelRdt/enableMonitoring", file: files.monitored, asked: true })]
      : []),
  ];
};

/** The files that the claims read; undefined without intelRdt, or when the directory bears the id of a container and that is not known. */
export function resctrlFiles({ linux }: Spec, { id }: ClaimContext): ResctrlFiles | undefined {
  if (linux?.intelRdt === undefined) return undefined;
  const name = linux.intelRdt.closID ?? id;
  if (name === undefined) return undefined;
  const directory = name === "/" ? mountPoint : `${mountPoint}/${name}`;
  return {
    tasks: `${directory}/tasks`,
    schemata: `${directory}/schemata`,
    monitored: `${directory}/mon_groups/${id ?? name}/tasks`,
  };
}

function withoutName(asked: IntelRdt): Claim {
  const why = "the class of service bears the container's id, which is not known";
  return unseeable({ at: "/linux/intelRdt/closID", statements: ["LX-RDT-15"], asked, why });
}

function taskClaim(wish: {
  readonly at: `/${string}`;
  readonly file: string;
  readonly asked: unknown;
}): Claim {
  return claim({
    at: wish.at,
    statements: [wish.at.endsWith("closID") ? "LX-RDT-01" : "LX-RDT-22"],
    asked: wish.asked,
    seen: (view) => mapReading(answer(view, wish.file), (text) => ({ pid: view.pid, tasks: linesOf(text) })),
    show: ({ tasks }) => `${tasks.length} tasks`,
    differs: (_, { pid, tasks }) =>
      tasks.includes(String(pid)) ? undefined : `process ${pid} is not among the tasks`,
  });
}

/** A line that was written may be one of several: the kernel shows every domain, and blanks as it likes. */
function schemataClaim(
  at: `/${string}`,
  { asked, file }: { readonly asked: readonly string[]; readonly file: string },
): Claim {
  return claim({
    at,
    statements: ["LX-RDT-10", "LX-RDT-13"],
    asked,
    seen: (view) => mapReading(answer(view, file), linesOf),
    differs: (wanted, seen) => {
      const missing = without(wanted.flatMap(domainsOf), seen.flatMap(domainsOf));
      return missing.length === 0 ? undefined : `missing: ${missing.join(", ")}`;
    },
  });
}

/** "L3:0=f;1=0f" as "L3:0=f" and "L3:1=f": masks are hexadecimal, and the kernel fills them up with zeros. */
function domainsOf(line: string): readonly string[] {
  const [resource = "", domains = ""] = line.replaceAll(/\s/g, "").split(":");
  return domains.split(";").map((domain) => {
    const [name = "", value = ""] = domain.split("=");
    return `${resource}:${Number(name)}=${value.replace(/^0+(?=.)/, "").toLowerCase()}`;
  });
}

function answer(view: ProcessView, file: string): Reading<string> {
  return view.answers.hostFiles[file] ?? notAsked(file);
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
