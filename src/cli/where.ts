import type { Where } from "../container/find.ts";
import type { Context } from "./command.ts";

/** Where containers are looked for: the runtime and root that the user gave, if any; and what the runtime is called with. */
export function whereOf({ configuration, runtime, root, runtimeFlags, signal }: Context): Where {
  return { configuration, runtime, root, flags: runtimeFlags, signal };
}
