import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { errnoOf, OcilabError } from "../base/errors.ts";
import { temporaryDirectory } from "../base/temporary.ts";
import { quote } from "../base/text.ts";
import { readSpecContext } from "../bundle/context.ts";
import { sayProblems } from "../bundle/create.ts";
import { removeBundle } from "../bundle/removal.ts";
import { formatJson } from "../oci/json.ts";
import type { Spec } from "../oci/spec.ts";
import { validateSpec } from "../oci/validate.ts";
import { buildSpec } from "../spec/build.ts";
import { lintSpec } from "../spec/lint.ts";
import { withArgs } from "../spec/options/arguments.ts";
import { rootlessOptions } from "../spec/options/rootless.ts";
import { makeBundle } from "./bundle.ts";
import type { Context } from "./command.ts";
import type { RootlessValues } from "./config/flags/rootless.ts";
import type { ConfigValues, SourceValues } from "./config/flags.ts";
import { readConfigOptions } from "./config/read.ts";
import { rootlessOf } from "./config/rootless.ts";

export type SpecWish = {
  readonly image: string | undefined;
  readonly command: readonly string[];
  readonly flags: ConfigValues &
    RootlessValues &
    SourceValues & {
      readonly "as-container": boolean;
      readonly bundle: string | undefined;
    };
};

/** The config for an image, as `bundle` would write it, or without one the defaults running "sh". */
export async function makeSpec(wish: SpecWish, context: Context): Promise<Spec> {
  if (wish.image === undefined) {
    const rootfs = resolve(wish.flags.bundle ?? ".", "rootfs");
    const { command, flags } = wish;
    const options = await readConfigOptions(flags, { command, context });
    const rootless = rootlessOf(flags);
    const wishes = rootless === undefined ? options : rootlessOptions(rootless.maps, options);
    const spec = buildSpec(readSpecContext(rootfs), undefined, withArgs(["sh"]), ...wishes);
    refuseProblems(spec);
    return spec;
  }
  await using place = temporaryDirectory(tmpdir(), removeBundle);
  const directory = join(place.path, "bundle");
  try {
    const { bundle } = await makeBundle({ ...wish, reference: wish.image, directory }, context);
    return bundle.spec;
  } catch (error) {
    throw withoutBundle(error);
  }
}

/** Nobody asked for the bundle in which the config is made. */
function withoutBundle(error: unknown): unknown {
  if (!(error instanceof OcilabError) || error.code !== "bundle.invalid") return error;
  const { code, got, hint, cause } = error;
  const { path: _ours, ...facts } = error.facts;
  return new OcilabError(code, { doing: "make config.json", got, hint, facts, cause });
}

/** What `bundle` would refuse is not printed either. Errors: "bundle.invalid". */
function refuseProblems(spec: Spec): void {
  const problems = [...validateSpec(spec), ...lintSpec(spec)].filter(({ level }) => level === "error");
  if (problems.length === 0) return;
  throw new OcilabError("bundle.invalid", {
    doing: "make config.json",
    got: sayProblems(problems),
    hint: problems.find(({ hint }) => hint !== undefined)?.hint,
    facts: { problems },
  });
}

/** Write DIR/config.json; one that exists stays. Errors: "usage.bad-argument". */
export function writeSpec(directory: string, spec: Spec): void {
  const path = resolve(directory, "config.json");
  try {
    writeFileSync(path, formatJson(spec, { indent: 2 }), { flag: "wx", mode: 0o600 });
  } catch (error) {
    const exists = errnoOf(error) === "EEXIST";
    throw new OcilabError("usage.bad-argument", {
      doing: `write ${quote(path)}`,
      got: exists ? "there is one already" : `the kernel answered ${errnoOf(error) ?? String(error)}`,
      hint: exists
        ? "remove it first, or leave out --bundle to print"
        : "--bundle names an existing directory",
      cause: error,
    });
  }
}
