import { quote } from "../base/text.ts";
import { readWithoutRootfs } from "../bundle/read.ts";
import { type Driver, refuseUnknownFlag } from "./creation.ts";
import { orNothing, refuseUsedImages, requireCriu, requireImages, withLastWords } from "./criu.ts";
import { sparedDevices } from "./devices.ts";
import { futureCgroups, removeCgroups, removeCopiedCgroups } from "./leftovers.ts";
import { permit } from "./permission.ts";
import type { Runtime } from "./runtime.ts";
import { alreadyExists } from "./stale.ts";

/** The verbs `checkpoint` and `restore`, which need criu(8) on this machine. */
export function checkpointing(driver: Driver): Pick<Runtime, "checkpoint" | "restore"> {
  const { ask, find, place, version } = driver;
  return {
    async checkpoint(id, { signal, ...flags }) {
      const doing = await permit(driver, "checkpoint", { id, signal });
      const call = { verb: "checkpoint", id, ...flags } as const;
      refuseUnknownFlag(doing, call, driver);
      await requireCriu(doing, version);
      refuseUsedImages(doing, flags);
      const state = await find(id, { signal });
      const pid = state !== undefined && "pid" in state ? state.pid : 0;
      const save = () => orNothing(() => ask({ call, doing, signal }), { places: flags, pid });
      await withLastWords(save, { places: flags, name: "dump.log" });
    },
    async restore(id, bundle, options) {
      const doing = `restore container ${quote(id)}`;
      const { signal, stdin, stdout, stderr, ...flags } = options;
      const call = { verb: "restore", id, bundle: bundle.path, detach: true, ...flags } as const;
      refuseUnknownFlag(doing, call, driver);
      const state = await find(id, { signal });
      if (state !== undefined) throw alreadyExists(doing, { state, place, now: new Date() });
      await requireCriu(doing, version);
      requireImages(doing, flags);
      const cgroups = futureCgroups(id, cgroupsPathOf(bundle.path));
      using streams = await sparedDevices({ stdin, stdout, stderr });
      const stdio = { stdin: streams.stdin, stdout: streams.stdout, stderr: streams.stderr, fds: [] };
      try {
        const act = () => ask({ call, doing, signal, stdio });
        await withLastWords(act, { places: flags, name: "restore.log" });
      } catch (error) {
        await ask({ call: { verb: "delete", id, force: true }, doing }).catch(() => undefined);
        removeCopiedCgroups(cgroups);
        await removeCgroups(cgroups);
        throw error;
      }
      removeCopiedCgroups(cgroups);
    },
  };
}

function cgroupsPathOf(bundle: string): string | undefined {
  try {
    return readWithoutRootfs(bundle).spec.linux?.cgroupsPath;
  } catch {
    return undefined;
  }
}
