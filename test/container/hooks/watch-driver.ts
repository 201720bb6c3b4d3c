// Watches a hook, and prints what became of it.

import type { HookScene } from "../../../src/container/hooks/hooks.ts";
import { watchHooks } from "../../../src/container/hooks/watch.ts";

const scene = { phase: "create", runtime: { kind: "runc" } } as unknown as HookScene;
using watch = await watchHooks([{ kind: "prestart", index: 0, path: "/bin/true" }], scene);
process.stdout.write(JSON.stringify(await watch.finish()));
