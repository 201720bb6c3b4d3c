import { expect, test } from "vitest";
import { specOf } from "./world.ts";

const destinations = (...argv: string[]) =>
  specOf(argv, { cwd: "/" }).mounts?.map(({ destination }) => destination);

const defaults = destinations() ?? [];

test.for<[name: string, argv: readonly string[], added: readonly string[]]>([
  ["a volume in a directory in memory", ["-v", "/a:/run/x", "--tmpfs", "/run"], ["/run", "/run/x"]],
  ["a directory in memory in a volume", ["--tmpfs", "/b/c", "-v", "/a:/b"], ["/b", "/b/c"]],
  ["three levels", ["-v", "/a:/b/c/d", "-v", "/a:/b", "-v", "/a:/b/c"], ["/b", "/b/c", "/b/c/d"]],
  ["as given where none is in another", ["-v", "/a:/z", "-v", "/a:/y", "--tmpfs", "/x"], ["/z", "/y", "/x"]],
  ["written in other ways", ["-v", "/a:/b//c/../d", "--tmpfs", "/b/"], ["/b/", "/b//c/../d"]],
])("mounts are made from the root on: %s", ([, argv, added]) => {
  expect(destinations(...argv)).toEqual([...defaults, ...added]);
});

test.for(["/dev", "/sys/"])("nothing is mounted into what is shown at %s", (place) => {
  const at = place.replace(/\/$/, "");
  const left = defaults.filter((destination) => !destination.startsWith(`${at}/`));
  expect(left).not.toEqual(defaults);
  expect(destinations("-v", `/a:${place}`)).toEqual(left.map((one) => (one === at ? place : one)));
  expect(destinations("-v", `/a:${place}`, "-v", `/a:${at}/shm`)).toContain(`${at}/shm`);
});
