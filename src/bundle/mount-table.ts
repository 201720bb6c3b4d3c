/** The options, of mount and superblock, of the mount that holds `path`, by the text of a mountinfo file (proc_pid_mountinfo(5)). */
export function mountOptionsAt(mountinfo: string, path: string): readonly string[] {
  let best = { point: "", options: [] as readonly string[] };
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const fields = before.split(" ");
    const point = unescapeField(fields[4] ?? "");
    const holds = point === "/" || path === point || path.startsWith(`${point}/`);
    if (point === "" || !holds || point.length < best.point.length) continue;
    best = { point, options: [...(fields[5] ?? "").split(","), ...(after.split(" ")[2] ?? "").split(",")] };
  }
  return best.options;
}

/** Mount points at or below a directory, in the text of a mountinfo file. */
export function mountsBelow(mountinfo: string, directory: string): readonly string[] {
  return mountinfo
    .split("\n")
    .map((line) => unescapeField(line.split(" ")[4] ?? ""))
    .filter((point) => point === directory || point.startsWith(`${directory}/`));
}

/** The kernel writes space, tab, line feed and backslash as octal numbers. */
function unescapeField(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
