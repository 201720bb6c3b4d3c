import { audit, summarise } from "../audit/audit.ts";
import { questions } from "../audit/questions.ts";
import { mergeResources, withStandingLimit } from "../audit/updated.ts";
import { OcilabError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { quote } from "../base/text.ts";
import { readBundle } from "../bundle/read.ts";
import { findContainer } from "../container/find.ts";
import { rememberUpdate, updatesOf } from "../container/updates.ts";
import { viewProcess } from "../kernel/view.ts";
import { parseContainerId } from "../oci/container-id.ts";
import { parseResources } from "../oci/parse.ts";
import type { Resources, Spec } from "../oci/spec.ts";
import type { Context } from "./command.ts";
import { readGivenFile } from "./config/environment.ts";
import type { ResourceValues } from "./config/flags/resources.ts";
import { resourceOptions } from "./config/resources.ts";
import { processOf } from "./look.ts";
import { readStandardInput } from "./standard-input.ts";
import { whereOf } from "./where.ts";

export type UpdateWish = {
  readonly id: string;
  readonly flags: ResourceValues;
  /** A JSON document with resources, "-" for standard input; flags win over it. */
  readonly file: string | undefined;
};

/** Change a container's limits and hold what was asked against the kernel. Undefined when nothing was asked. Errors: those of the flags, findContainer and Runtime.update. */
export async function updateContainer({ id: text, flags, file }: UpdateWish, context: Context) {
  const id = parseContainerId(text);
  const resources = resourcesOf(flags, await readResources(file, context));
  if (Object.keys(resources).length === 0) return undefined;
  const where = whereOf(context);
  const { runtime, state, record } = await findContainer(id, where);
  await runtime.update(id, resources, { signal: context.signal });
  if (record !== undefined) rememberUpdate(where.configuration, record, resources);
  else
    log.warn("ocilab did not make this container and cannot remember the update: audit goes by config.json", {
      id,
    });
  const { pid, status } = processOf(state);
  const before = mergeResources(resourcesIn(state.bundle), updatesOf(record) ?? {});
  const spec: Spec = { ociVersion: "1.0.0", linux: { resources: withStandingLimit(resources, before) } };
  const view = await viewProcess(pid, { signal: context.signal, questions: questions(spec) });
  const stands = resources.memory?.limit === undefined ? "/linux/resources/memory/limit" : undefined;
  const findings = audit(spec, view, { status });
  return summarise(
    id,
    findings.filter(({ at }) => at.startsWith("/linux/resources") && at !== stands),
  );
}

/** The limits of a bundle's config.json; none where it can no longer be read. */
function resourcesIn(bundle: string): Resources {
  try {
    return readBundle(bundle).spec.linux?.resources ?? {};
  } catch {
    return {};
  }
}

type Given = { readonly text: string; readonly name: string };

async function readResources(file: string | undefined, context: Context): Promise<Given> {
  if (file === undefined) return { text: "{}", name: "" };
  if (file === "-") return { text: await readStandardInput(context), name: "standard input" };
  return { text: readGivenFile(file, "--resources"), name: file };
}

function resourcesOf(flags: ResourceValues, { text, name }: Given): Resources {
  const resources = parseResources(text, { name });
  refuseUnknown(resources, name);
  const begun: Spec = { ociVersion: "1.0.0", linux: { resources } };
  const options = resourceOptions(flags, { id: undefined });
  const changed = options.reduce((spec, option) => option(spec, { architecture: "" }), begun);
  return changed.linux?.resources ?? {};
}

/** What nobody knows changes nothing: a runtime would pass over it without a word. */
function refuseUnknown(resources: Resources, name: string): void {
  const unknown = Object.keys(resources).find((member) => !Object.hasOwn(members, member));
  if (unknown === undefined) return;
  throw new OcilabError("usage.bad-argument", {
    doing: `read ${name}`,
    got: `${quote(unknown)} is no member of linux.resources`,
    hint: `it has ${Object.keys(members).join(", ")}; the document is what stands in config.json at /linux/resources`,
  });
}

const members: Readonly<Record<keyof Resources, true>> = {
  ...{ memory: true, cpu: true, pids: true, blockIO: true, hugepageLimits: true, devices: true },
  ...{ network: true, rdma: true, unified: true },
};
