import type { CgroupNode, NamespaceNode } from "../../kernel/trees.ts";
import type { DrawnHierarchy, TreeValue } from "../inspect-views.ts";
import { cut, oneLine, paint, type Terminal } from "./terminal.ts";
import { type Branch, drawTree } from "./tree.ts";
import { count } from "./value.ts";

/** Namespaces below the user namespaces that own them, and the cgroups. */
export function renderTree(value: TreeValue, terminal: Terminal): string {
  const draw = (root: Branch) => drawTree(root, (line) => cut(line, terminal.columns));
  const heading = (text: string) => `${paint(text, "bold", terminal)}\n`;
  const roots = namespaceRoots(value).map(draw).join("");
  const hidden =
    value.hidden === 0 ? "" : `${count(value.hidden, "process", "processes")} more may not be looked at\n`;
  const cgroups = value.hierarchies.map((one) => draw(hierarchyBranch(one)));
  const namespaces = `${heading(`Namespaces of ${oneLine(value.name)}`)}${roots}${hidden}`;
  return `${namespaces}\n${heading("Cgroups")}${cgroups.join("")}`;
}

/** User namespaces whose parent is not among them, and owners that nobody lives in, each with what it owns. */
function namespaceRoots({ namespaces, host }: TreeValue): readonly Branch[] {
  const users = new Map(namespaces.filter(({ type }) => type === "user").map((one) => [one.inode, one]));
  const ownerOf = ({ owner }: NamespaceNode) => (owner.ok ? owner.value : undefined);
  const owners = new Set(namespaces.map(ownerOf));
  const branch = (inode: number | undefined): Branch => {
    const below = namespaces.filter((one) => ownerOf(one) === inode && one.inode !== inode);
    const nested = below.filter(({ type }) => type === "user").map((one) => branch(one.inode));
    const owned = below
      .filter(({ type }) => type !== "user")
      .map((one) => ({ line: lineOf(one, host), below: [] }));
    const own = inode === undefined ? undefined : users.get(inode);
    const line =
      own !== undefined
        ? lineOf(own, host)
        : inode === undefined
          ? "owner not shown by the kernel"
          : `user ${inode}${host.includes(inode) ? ", the host's" : ""}, no process that we look at`;
    return { line, below: [...owned, ...nested] };
  };
  const isTop = (inode: number | undefined) => {
    const own = inode === undefined ? undefined : users.get(inode);
    return own === undefined || ownerOf(own) === undefined || !owners.has(ownerOf(own));
  };
  const tops = [...new Set([...owners, ...users.keys()])].filter((inode) => isTop(inode) && !onlyTops(inode));
  return tops.map(branch);

  /** The first user namespace has no owner that is shown: it is a top itself, not a branch of "owner not shown". */
  function onlyTops(inode: number | undefined): boolean {
    return (
      inode === undefined && namespaces.every((one) => ownerOf(one) !== undefined || one.type === "user")
    );
  }
}

function lineOf({ type, inode, processes }: NamespaceNode, host: readonly number[]): string {
  const whose = host.includes(inode) ? ", the host's" : "";
  const named = processes.slice(0, 3).map(({ pid, command }) => `${oneLine(command)} (${pid})`);
  const more = processes.length > named.length ? ", …" : "";
  return `${type} ${inode}${whose}: ${count(processes.length, "process", "processes")}: ${named.join(", ")}${more}`;
}

function hierarchyBranch({ version, controllers, tree }: DrawnHierarchy): Branch {
  const name = `v${version}${version === 1 ? ` ${controllers.join(",")}` : ""}`;
  if (!tree.ok) return { line: `${name} ${tree.source}: ${tree.detail}`, below: [] };
  const { path } = tree.value;
  return { ...cgroupBranch(tree.value), line: `${name} ${oneLine(path)}${membersOf(tree.value)}` };
}

function cgroupBranch(node: CgroupNode): Branch {
  return { line: `${oneLine(node.name)}${membersOf(node)}`, below: node.children.map(cgroupBranch) };
}

function membersOf({ processes, controllers }: CgroupNode): string {
  const has = controllers.length === 0 ? "" : ` [${controllers.join(" ")}]`;
  if (processes.length === 0) return has;
  const shown = processes.slice(0, 6).join(" ");
  return `${has}: ${count(processes.length, "process", "processes")}: ${shown}${processes.length > 6 ? " …" : ""}`;
}
