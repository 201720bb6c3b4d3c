import { type Command, type CommandLoader, loadSubcommand, loadSubcommands } from "../command.ts";

/** Every command by name, loaded when it is asked for; help lists them in this order within their groups. */
export const commands: Readonly<Record<string, CommandLoader>> = {
  run: () => import("./run.ts"),
  pull: () => import("./pull.ts"),
  image: () => import("./image.ts"),
  bundle: () => import("./bundle.ts"),
  mount: () => import("./mount.ts"),
  umount: () => import("./umount.ts"),
  spec: () => import("./spec.ts"),
  explain: () => import("./explain.ts"),
  check: () => import("./check.ts"),
  create: () => import("./create.ts"),
  start: () => import("./start.ts"),
  exec: () => import("./exec.ts"),
  attach: () => import("./attach.ts"),
  logs: () => import("./logs.ts"),
  wait: () => import("./wait.ts"),
  state: () => import("./state.ts"),
  events: () => import("./events.ts"),
  stats: () => import("./stats.ts"),
  update: () => import("./update.ts"),
  pause: () => import("./pause.ts"),
  resume: () => import("./resume.ts"),
  checkpoint: () => import("./checkpoint.ts"),
  restore: () => import("./restore.ts"),
  kill: () => import("./kill.ts"),
  delete: () => import("./delete.ts"),
  list: () => import("./list.ts"),
  features: () => import("./features.ts"),
  inspect: () => import("./inspect.ts"),
  ps: () => import("./ps.ts"),
  top: () => import("./top.ts"),
  audit: () => import("./audit.ts"),
  compare: () => import("./compare.ts"),
  vm: () => import("./vm.ts"),
  completion: () => import("./completion.ts"),
  help: () => import("./help.ts"),
};

/** The command of that name, or undefined. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  const loader = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return loader === undefined ? undefined : (await loader()).command;
}

/** The command that some words name one below the other: "image", "list". Undefined where the first is none or a later one is not below it. */
export async function findCommand([name = "", ...below]: readonly string[]): Promise<Command | undefined> {
  let found = await loadCommand(name);
  for (const word of below) found = found && (await loadSubcommand(found, word));
  return found;
}

/** All commands, each followed by those below it, in the order of `commands`. */
export async function loadEveryCommand(): Promise<readonly Command[]> {
  const tops = await loadCommands();
  return (await Promise.all(tops.map(async (top) => [top, ...(await loadSubcommands(top))]))).flat();
}

/** All commands, in the order of `commands`. */
export async function loadCommands(): Promise<readonly Command[]> {
  const loaded = await Promise.all(Object.values(commands).map((loader) => loader()));
  return loaded.map(({ command }) => command);
}
