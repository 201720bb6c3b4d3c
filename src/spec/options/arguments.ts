import type { SpecOption } from "../context.ts";
import { editProcess } from "./edit.ts";

/** `process.args`, exactly these: the image's Entrypoint and Cmd are left out. */
export function withArgs(args: readonly string[]): SpecOption {
  return editProcess((process) => ({ ...process, args: [...args] }));
}

/** The arguments replace the image's Cmd and follow its Entrypoint, as in `docker run IMAGE COMMAND`. */
export function withCommand(command: readonly string[]): SpecOption {
  return editProcess((process, { image }) => ({
    ...process,
    args: [...(image?.config?.Entrypoint ?? []), ...command],
  }));
}

/** Another entrypoint, as in `docker run --entrypoint`: the image's Cmd is dropped, `command` follows. */
export function withEntrypoint(entrypoint: readonly string[], command: readonly string[] = []): SpecOption {
  return withArgs([...entrypoint, ...command]);
}
