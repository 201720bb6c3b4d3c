import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, id, tidy } from "./bench.ts";
import { deviates, type Item, type Outcome, untried, yes } from "./item.ts";

const area = "verbs";
const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;

/** Call the runtime itself; a verb that it has not is "refuses" with its words. */
async function tries(bench: Bench, words: readonly string[]): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await bench.raw(words);
  if (exitCode === 0) return yes;
  const lines = `${stderr}\n${stdout}`.trim().split("\n");
  const said = lines.find((line) => /level=(error|fatal)|"level":"error"|panic/.test(line)) ?? lines[0] ?? "";
  return {
    result: "refuses",
    how: tidy(said.replace(/^time="?\S+"? /, "").replace(/,?"time":"[^"]*"/, "")) || `exit ${exitCode}`,
  };
}

const running =
  (words: readonly string[]) =>
  async (bench: Bench): Promise<Outcome> => {
    await bench.sleeping();
    return await tries(bench, words);
  };

const statusAfter = async (bench: Bench, words: readonly string[], status: string): Promise<Outcome> => {
  const first = await tries(bench, words);
  if (first.result !== "yes") return first;
  const seen = (await bench.runtime.state(id)).status;
  return seen === status ? yes : deviates(`afterwards its status is ${seen}`);
};

const lifecycle: readonly Item[] = [
  {
    ...{
      id: "create-start-state",
      title: "create, start, state: created, then running",
      area,
      statements: ["RT-STATE-05", "RT-STATE-06"],
    },
    async attempt(bench) {
      await bench.runtime.create(id, bench.bundle(), quiet);
      const created = (await bench.runtime.state(id)).status;
      await bench.runtime.start(id);
      const started = (await bench.runtime.state(id)).status;
      return created === "created" && started === "running"
        ? yes
        : deviates(`it is ${created}, then ${started}`);
    },
  },
  {
    ...{
      id: "state-stopped",
      title: "state: stopped when the program has ended",
      area,
      statements: ["RT-STATE-07"],
    },
    async attempt(bench) {
      await bench.run(() => undefined, "true");
      return (await bench.stopped()) ? yes : deviates("after 5 s it is not stopped");
    },
  },
  {
    ...{ id: "state-bundle", title: "state: bundle is an absolute path", area, statements: ["RT-STATE-13"] },
    async attempt(bench) {
      const bundle = bench.bundle();
      await bench.runtime.create(id, bundle, quiet);
      const seen = (await bench.runtime.state(id)).bundle;
      return seen === bundle.path ? yes : deviates(`it is ${tidy(seen)}`);
    },
  },
  {
    ...{
      id: "state-annotations",
      title: "state: the annotations of config.json",
      area,
      statements: ["RT-STATE-15"],
    },
    async attempt(bench) {
      const bundle = bench.bundle((spec) =>
        Object.assign(spec, { annotations: { "org.example.contract": "yes" } }),
      );
      await bench.runtime.create(id, bundle, quiet);
      const { annotations } = await bench.runtime.state(id);
      return annotations?.["org.example.contract"] === "yes"
        ? yes
        : { result: "ignores", how: "they are not there" };
    },
  },
  {
    ...{ id: "state-unknown", title: "state of an unknown id is an error", area, statements: ["RT-Q-02"] },
    attempt: async (bench) =>
      (await bench.raw(["state", "no-such"])).exitCode === 0 ? deviates("exit 0") : yes,
  },
  {
    ...{
      id: "create-twice",
      title: "create with an id that is taken is an error, and the first container stays",
      area,
      statements: ["RT-STATE-03"],
    },
    async attempt(bench) {
      const bundle = bench.bundle();
      await bench.runtime.create(id, bundle, quiet);
      const pid = await bench.pid();
      const again = await bench.raw(["create", "--bundle", bundle.path, id]);
      const still = await bench.runtime.find(id);
      if (still !== undefined) return again.exitCode === 0 ? deviates("it succeeds") : yes;
      process.kill(pid, "SIGKILL");
      return deviates("it is an error, and the first container's state is deleted");
    },
  },
  {
    ...{
      id: "start-twice",
      title: "start of a running container is an error",
      area,
      statements: ["RT-START-03"],
    },
    async attempt(bench) {
      await bench.sleeping();
      return (await bench.raw(["start", id])).exitCode === 0 ? deviates("exit 0") : yes;
    },
  },
  { id: "list", title: "list --format json", area, attempt: running(["list", "--format", "json"]) },
  { id: "list-quiet", title: "list --quiet", area, attempt: running(["list", "-q"]) },
  {
    id: "kill-number",
    title: "kill with a signal's number",
    area,
    statements: ["RT-KILL-04"],
    attempt: running(["kill", id, "9"]),
  },
  { id: "kill-name", title: "kill with a signal's name", area, attempt: running(["kill", id, "SIGKILL"]) },
  { id: "kill-all", title: "kill --all", area, attempt: running(["kill", "--all", id, "9"]) },
  {
    ...{ id: "kill-created", title: "kill of a created container", area, statements: ["RT-KILL-04"] },
    async attempt(bench) {
      await bench.runtime.create(id, bench.bundle(), quiet);
      return await tries(bench, ["kill", id, "9"]);
    },
  },
  {
    ...{
      id: "kill-stopped",
      title: "kill of a stopped container is an error",
      area,
      statements: ["RT-KILL-03"],
    },
    async attempt(bench) {
      await bench.run(() => undefined, "true");
      return (await bench.raw(["kill", id, "9"])).exitCode === 0 ? deviates("exit 0") : yes;
    },
  },
  {
    ...{ id: "delete", title: "delete of a stopped container", area, statements: ["RT-OPS-01"] },
    async attempt(bench) {
      await bench.run(() => undefined, "true");
      return await tries(bench, ["delete", id]);
    },
  },
  {
    ...{ id: "delete-running", title: "delete of a running container is an error", area },
    async attempt(bench) {
      await bench.sleeping();
      return (await bench.raw(["delete", id])).exitCode === 0 ? deviates("exit 0") : yes;
    },
  },
  {
    id: "delete-force",
    title: "delete --force of a running container",
    area,
    attempt: running(["delete", "--force", id]),
  },
  {
    id: "delete-force-unknown",
    title: "delete --force of an unknown id is no error",
    area,
    attempt: (bench) => tries(bench, ["delete", "--force", "no-such"]),
  },
];

const further: readonly Item[] = [
  { id: "exec", title: "exec", area, attempt: running(["exec", id, "true"]) },
  {
    ...{ id: "exec-code", title: "exec: the program's exit code", area },
    async attempt(bench) {
      await bench.sleeping();
      const { exitCode } = await bench.raw(["exec", id, "sh", "-c", "exit 7"]);
      return exitCode === 7 ? yes : deviates(`exit ${exitCode}`);
    },
  },
  {
    ...{ id: "exec-detach", title: "exec --process FILE --detach --pid-file FILE", area },
    async attempt(bench) {
      await bench.sleeping();
      const process = bench.bundle().spec.process;
      if (process === undefined) throw new Error("the bundle has no process");
      const pid = await bench.runtime.execDetached(id, { ...process, args: ["sleep", "50"] }, quiet);
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return command === "sleep 50"
        ? yes
        : deviates("the pid is of a process of the runtime, not of the program");
    },
  },
  {
    ...{ id: "exec-created", title: "exec in a created container", area },
    async attempt(bench) {
      await bench.runtime.create(id, bench.bundle(), quiet);
      return await tries(bench, ["exec", id, "true"]);
    },
  },
  {
    ...{ id: "ps", title: "ps --format json: pids of the host", area },
    async attempt(bench) {
      await bench.sleeping();
      const pids = await bench.runtime.ps(id);
      return pids.includes(await bench.pid()) ? yes : deviates("they are the sandbox's own");
    },
  },
  { id: "ps-table", title: "ps as a table", area, attempt: running(["ps", id]) },
  {
    ...{ id: "pause", title: "pause: status paused", area },
    async attempt(bench) {
      await bench.sleeping();
      return await statusAfter(bench, ["pause", id], "paused");
    },
  },
  {
    ...{ id: "resume", title: "resume: status running", area },
    async attempt(bench) {
      await bench.sleeping();
      await bench.raw(["pause", id]);
      return await statusAfter(bench, ["resume", id], "running");
    },
  },
  {
    ...{ id: "update", title: "update --resources FILE", area },
    async attempt(bench) {
      await bench.sleeping();
      const file = join(bench.place, "resources.json");
      writeFileSync(file, JSON.stringify({ pids: { limit: 77 } }));
      return await tries(bench, ["update", "--resources", file, id]);
    },
  },
  {
    id: "update-flag",
    title: "update --pids-limit N",
    area,
    attempt: running(["update", "--pids-limit", "78", id]),
  },
  { id: "events-stats", title: "events --stats", area, attempt: running(["events", "--stats", id]) },
  { id: "features", title: "features", area, attempt: (bench) => tries(bench, ["features"]) },
  {
    ...{ id: "run", title: "run --detach", area },
    async attempt(bench) {
      const { path } = bench.bundle();
      return await tries(bench, [
        "run",
        "--detach",
        "--bundle",
        path,
        "--pid-file",
        join(bench.place, "pid"),
        id,
      ]);
    },
  },
  {
    ...{ id: "spec", title: "spec writes a config.json", area },
    async attempt(bench) {
      const folder = join(bench.place, "spec");
      mkdirSync(folder);
      return await tries(bench, ["spec", "--bundle", folder]);
    },
  },
  {
    id: "checkpoint",
    title: "checkpoint and restore",
    area,
    attempt: async () =>
      untried("tried apart, by test/container/checkpoint.system.test.ts: criu has to know the kernel"),
  },
];

export const verbItems: readonly Item[] = [...lifecycle, ...further];
