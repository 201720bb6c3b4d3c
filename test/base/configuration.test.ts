import { expect, test } from "vitest";
import { readConfiguration } from "../../src/base/configuration.ts";

test.each<[string, Record<string, string>, number, string, string | undefined]>([
  ["root", {}, 0, "/var/lib/ocilab", undefined],
  ["root, moved", { OCILAB_HOME: "/x" }, 0, "/x", "/x/run"],
  [
    "a user of a session",
    { HOME: "/h", XDG_RUNTIME_DIR: "/run/user/7" },
    7,
    "/h/.local/share/ocilab",
    undefined,
  ],
  ["a user without a session", { HOME: "/h" }, 7, "/h/.local/share/ocilab", "/h/.local/share/ocilab/run"],
  ["a user, moved", { OCILAB_HOME: "/x", XDG_RUNTIME_DIR: "/run/user/7" }, 7, "/x", "/x/run"],
])("%s", (_name, env, uid, home, runtimeRoot) => {
  expect(readConfiguration(env, uid)).toMatchObject({ home, runtimeRoot });
});
