/** Something drawn as a line with others below it. */
export type Branch = { readonly line: string; readonly below: readonly Branch[] };

/** A tree with ├ and └; every line ends in a line feed. */
export function drawTree(root: Branch, shorten: (line: string) => string = (line) => line): string {
  const lines: string[] = [shorten(root.line)];
  const walk = (branches: readonly Branch[], indent: string): void => {
    for (const [index, { line, below }] of branches.entries()) {
      const last = index === branches.length - 1;
      lines.push(shorten(`${indent}${last ? "└─ " : "├─ "}${line}`));
      walk(below, `${indent}${last ? "   " : "│  "}`);
    }
  };
  walk(root.below, "");
  return `${lines.join("\n")}\n`;
}
