import type { Where } from "../container/find.ts";
import type { Context } from "./command.ts";

/** Where containers are looked for: the runtime and root that the user gave, if any. */
export function whereOf({ configuration, runtime, root, signal }: Context): Where {
  return { configuration, runtime, root, signal };
}
