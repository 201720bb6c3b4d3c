import type { Command } from "../command.ts";

type Loader = () => Promise<{ readonly command: Command }>;

/** Every command by name, loaded when it is asked for; help lists them in this order within their groups. */
export const commands: Readonly<Record<string, Loader>> = {
  run: () => import("./run.ts"),
  image: () => import("./image.ts"),
  bundle: () => import("./bundle.ts"),
  spec: () => import("./spec.ts"),
  explain: () => import("./explain.ts"),
  check: () => import("./check.ts"),
  create: () => import("./create.ts"),
  start: () => import("./start.ts"),
  state: () => import("./state.ts"),
  kill: () => import("./kill.ts"),
  delete: () => import("./delete.ts"),
  list: () => import("./list.ts"),
  inspect: () => import("./inspect.ts"),
  audit: () => import("./audit.ts"),
  vm: () => import("./vm.ts"),
  completion: () => import("./completion.ts"),
  help: () => import("./help.ts"),
};

/** The command of that name, or undefined. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  const loader = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return loader === undefined ? undefined : (await loader()).command;
}

/** All commands, in the order of `commands`. */
export async function loadCommands(): Promise<readonly Command[]> {
  const loaded = await Promise.all(Object.values(commands).map((loader) => loader()));
  return loaded.map(({ command }) => command);
}
