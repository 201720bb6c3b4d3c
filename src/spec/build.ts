import { OcilabError } from "../base/errors.ts";
import type { ImageConfig } from "../oci/image.ts";
import type { Spec } from "../oci/spec.ts";
import type { SpecContext, SpecOption } from "./context.ts";
import { defaultSpec } from "./defaults.ts";
import { fromImage } from "./from-image.ts";
import { addEnv } from "./options/environment.ts";
import { homeOf, imageUser } from "./user.ts";
import { ociVersionFor } from "./version.ts";

/**
 * The config.json for a container of `image`: the engines' defaults, what the image asks (image-spec conversion.md), then the options in order.
 * Without an image the options must give the arguments; an image that has no execution parameters at all (`config`, which image-spec config.md calls
 * optional), as a bare root filesystem has none, gets the rootfs's shell. The result passes `validateSpec` and has no problem under `lintSpec`
 * as long as the options ask for nothing that has one.
 * The environment gets PATH and HOME where neither image nor options set them: runc and crun would add HOME on their own, and
 * so the config says what the process really gets. `ociVersion` is the lowest version that has every field in use.
 * Errors: "spec.no-arguments", "spec.unknown-user", "spec.unknown-group", and those of the options.
 */
export function buildSpec(
  context: SpecContext,
  image: ImageConfig | undefined,
  ...options: readonly SpecOption[]
): Spec {
  const full: SpecContext = { ...context, image };
  const start = withShell(fromImage(defaultSpec(full), image), full);
  const apply = (spec: Spec, chosen: readonly SpecOption[]) =>
    chosen.reduce((made, option) => option(made, full), spec);
  const asked = apply(
    start,
    options.filter(({ last }) => !last),
  );
  const named = withoutLostCapabilities(withImageUser(asked, full));
  const spec = addEnv(named, "HOME", homeOf(named.process?.user?.uid ?? 0, full.passwd));
  if ((spec.process?.args ?? []).length === 0) throw noArguments(image);
  return apply(
    { ...spec, ociVersion: ociVersionFor(spec) },
    options.filter(({ last }) => last),
  );
}

function withShell(spec: Spec, { image, shell }: SpecContext): Spec {
  if (image === undefined || saysHowItRuns(image) || shell === undefined || spec.process === undefined)
    return spec;
  return { ...spec, process: { ...spec.process, args: [shell] } };
}

/** Whether an image has execution parameters; what has none is run by the shell of its rootfs, if that has one. */
export function saysHowItRuns({ config }: ImageConfig): boolean {
  return config !== undefined && config !== null;
}

/** The image's user is looked up only when no option named another, so that `--user` works where the image's own is unknown. */
function withImageUser(spec: Spec, context: SpecContext): Spec {
  if (spec.process === undefined || spec.process.user !== undefined) return spec;
  return { ...spec, process: { ...spec.process, user: imageUser(context) } };
}

/**
 * A process that is not root loses its permitted and effective capabilities when it executes its program, but for ambient ones
 * (capabilities(7)): the config asks for what will be there.
 */
function withoutLostCapabilities(spec: Spec): Spec {
  const { process } = spec;
  const capabilities = process?.capabilities;
  if (process === undefined || capabilities === undefined || (process.user?.uid ?? 0) === 0) return spec;
  const kept = [...(capabilities.ambient ?? [])];
  const sets = { ...capabilities, effective: kept, permitted: [...kept] };
  return { ...spec, process: { ...process, capabilities: sets } };
}

function noArguments(image: ImageConfig | undefined): OcilabError {
  const bare = image !== undefined && !saysHowItRuns(image);
  const got =
    image === undefined
      ? "there is neither an image nor a command to take the arguments from"
      : bare
        ? "nothing says what it runs, and its rootfs has no /bin/sh"
        : `the image's ${state("Entrypoint", image.config?.Entrypoint)} and its ${state("Cmd", image.config?.Cmd)}`;
  return new OcilabError("spec.no-arguments", {
    doing: "build config.json",
    got,
    hint: `name the program to run as the last argument${bare ? "" : ", for example /bin/sh"}`,
  });
}

function state(name: string, value: readonly string[] | null | undefined): string {
  return `${name} is ${value === undefined || value === null ? "not set" : "empty"}`;
}
