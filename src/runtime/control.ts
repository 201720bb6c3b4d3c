import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { temporaryDirectory } from "../base/temporary.ts";
import { quote } from "../base/text.ts";
import { formatJson } from "../oci/json.ts";
import type { Driver } from "./creation.ts";
import { follow } from "./events.ts";
import { parseRuntimePs } from "./output.ts";
import { attempt, doingOf, known, permit } from "./permission.ts";
import type { Runtime } from "./runtime.ts";

type Control = Pick<
  Runtime,
  "state" | "start" | "kill" | "delete" | "ps" | "pause" | "resume" | "update" | "events"
>;

/** The verbs that take a container and leave it the same one. */
export function control(driver: Driver): Control {
  const { ask } = driver;
  return {
    state: (id, { signal } = {}) =>
      known(driver, id, { doing: `read the state of container ${quote(id)}`, signal }),
    start: (id, { signal } = {}) =>
      attempt(driver, "start", {
        ...{ id, signal, act: (doing) => ask({ call: { verb: "start", id }, doing, signal }) },
      }),
    kill: (id, number, { signal, all = false } = {}) =>
      attempt(driver, "kill", {
        ...{ id, signal },
        act: (doing) => ask({ call: { verb: "kill", id, signal: number, all }, doing, signal }),
      }),
    async delete(id, { signal, force = false } = {}) {
      const call = { verb: "delete", id, force } as const;
      if (!force)
        return attempt(driver, "delete", { id, signal, act: (doing) => ask({ call, doing, signal }) });
      await ask({ call, doing: doingOf("delete", id), signal });
    },
    async ps(id, { signal } = {}) {
      const doing = await permit(driver, "ps", { id, signal });
      return parseRuntimePs((await ask({ call: { verb: "ps", id }, doing, signal })).stdout);
    },
    ...freezing(driver),
    async update(id, resources, { signal } = {}) {
      const doing = await permit(driver, "update", { id, signal });
      await using place = temporaryDirectory(tmpdir());
      const file = join(place.path, "resources.json");
      writeFileSync(file, formatJson(resources), { mode: 0o600 });
      await ask({ call: { verb: "update", id, resources: file }, doing, signal });
    },
    async *events(id, { signal, ...flags } = {}) {
      const doing = await permit(driver, "events", { id, signal });
      yield* follow(driver, { id, doing, signal, flags });
    },
  };
}

function freezing(driver: Driver): Pick<Runtime, "pause" | "resume"> {
  return {
    async pause(id, { signal } = {}) {
      const doing = await permit(driver, "pause", { id, signal });
      await driver.ask({ call: { verb: "pause", id }, doing, signal });
    },
    async resume(id, { signal } = {}) {
      const doing = await permit(driver, "resume", { id, signal });
      await driver.ask({ call: { verb: "resume", id }, doing, signal });
    },
  };
}
