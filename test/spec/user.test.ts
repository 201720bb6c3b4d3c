import { describe, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { homeOf, resolveUser } from "../../src/spec/user.ts";
import { context } from "./sample.ts";

describe("resolveUser", () => {
  test.each([
    ["", { uid: 0, gid: 0, additionalGids: [0, 10] }],
    ["root", { uid: 0, gid: 0, additionalGids: [0, 10] }],
    ["0", { uid: 0, gid: 0, additionalGids: [0, 10] }],
    ["ada", { uid: 1000, gid: 1000, additionalGids: [1000, 10, 20] }],
    ["1000", { uid: 1000, gid: 1000, additionalGids: [1000, 10, 20] }],
    ["ada:", { uid: 1000, gid: 1000, additionalGids: [1000, 10, 20] }],
    ["ada:fuse", { uid: 1000, gid: 20, additionalGids: [20] }],
    ["1000:20", { uid: 1000, gid: 20, additionalGids: [20] }],
    ["5000", { uid: 5000, gid: 0, additionalGids: [0] }],
    ["5000:6000", { uid: 5000, gid: 6000, additionalGids: [6000] }],
    ["5000:wheel", { uid: 5000, gid: 10, additionalGids: [10] }],
    [":wheel", { uid: 0, gid: 10, additionalGids: [10] }],
    ["1234", { uid: 77, gid: 78, additionalGids: [78] }],
    ["77", { uid: 77, gid: 78, additionalGids: [78] }],
  ])("%j is %j", (text, user) => {
    expect(resolveUser(text, context)).toEqual(user);
  });

  test("without files, numbers alone", () => {
    expect(resolveUser("7:8", { architecture: "amd64" })).toEqual({ uid: 7, gid: 8, additionalGids: [8] });
    expect(resolveUser("", { architecture: "amd64" })).toMatchObject({ uid: 0, gid: 0 });
    expect(() => resolveUser("web", { architecture: "amd64" })).toThrow("the rootfs has no /etc/passwd");
  });

  test("an unknown name lists those that there are and the nearest", () => {
    const error = thrown(() => resolveUser("wep", context));
    expect(error).toMatchObject({ code: "spec.unknown-user", hint: 'did you mean "web"?' });
    expect(error.got).toBe('/etc/passwd of the rootfs has only "root", "web", "ada", "1234"');
  });

  test("an unknown group is told apart", () => {
    expect(thrown(() => resolveUser("web:nogroup", context))).toMatchObject({ code: "spec.unknown-group" });
  });

  test.each(["-1", "4294967295", "99999999999", "1e3", "0x10", "a b"])("%j is no number", (text) => {
    expect(thrown(() => resolveUser(text, context))).toMatchObject({ code: "spec.unknown-user" });
  });

  test("hostile names are shown escaped", () => {
    const passwd = `${"x".repeat(500)}:x:1:1:::\n\u001b[31mred:x:2:2:::\n`;
    const { message } = thrown(() => resolveUser("nobody", { architecture: "amd64", passwd }));
    expect(message).not.toContain("\u001b");
    expect(message.length).toBeLessThan(400);
  });
});

test("homeOf is passwd's, else the root", () => {
  expect([homeOf(33, context.passwd), homeOf(5, context.passwd), homeOf(0, undefined)]).toEqual([
    "/var/www",
    "/",
    "/",
  ]);
});

function thrown(run: () => unknown): OcilabError {
  try {
    run();
  } catch (error) {
    if (error instanceof OcilabError) return error;
  }
  throw new Error("nothing was thrown");
}
