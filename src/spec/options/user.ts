import type { Process, User } from "../../oci/spec.ts";
import type { SpecContext, SpecOption } from "../context.ts";
import { imageUser, resolveGroup, resolveUser } from "../user.ts";
import { editProcess } from "./edit.ts";

/**
 * The user as `docker run --user` takes it: "name", "uid", "name:group", "uid:gid" (see `resolveUser`). A umask that was set stays.
 * A HOME that an earlier option or the image set stays as well. Errors: "spec.unknown-user", "spec.unknown-group".
 */
export function withUser(text: string): SpecOption {
  return editProcess((process, context) => {
    const umask = process.user?.umask;
    return { ...process, user: { ...resolveUser(text, context), ...(umask === undefined ? {} : { umask }) } };
  });
}

/** Further groups of the process, by name or number, after those it has. Errors: "spec.unknown-group". */
export function withAdditionalGroups(groups: readonly string[]): SpecOption {
  return editProcess((process, context) => {
    const user = currentUser(process, context);
    const gids = groups.map((group) => resolveGroup(group, context));
    return {
      ...process,
      user: { ...user, additionalGids: [...new Set([...(user.additionalGids ?? []), ...gids])] },
    };
  });
}

/** The user that is set, or the one of the image. */
export function currentUser(process: Process, context: SpecContext): User {
  return process.user ?? imageUser(context);
}
