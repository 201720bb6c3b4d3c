import { expect, test } from "vitest";
import { firstError, OcilabError } from "../../src/base/errors.ts";

test("the error that came first is the one to tell, however many clearing up adds", async () => {
  const first = new OcilabError("host.interrupted", { doing: "run", got: "SIGINT came" });
  const clearing = (name: string): AsyncDisposable => ({
    async [Symbol.asyncDispose]() {
      throw new Error(name);
    },
  });
  const fails = async () => {
    await using _one = clearing("one");
    await using _other = clearing("other");
    throw first;
  };
  const caught = await fails().catch((error: unknown) => error);
  expect(caught).toMatchObject({ name: "SuppressedError" });
  expect(firstError(caught)).toBe(first);
  for (const plain of [first, new Error("plain"), undefined, "text"]) expect(firstError(plain)).toBe(plain);
});
