import { expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { describeWith, repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

describeWith(["vagrant"], "the Vagrantfile", () => {
  test("is one that vagrant accepts", async () => {
    await using home = scratch();
    const env = {
      ...process.env,
      VAGRANT_HOME: home.path,
      VAGRANT_DOTFILE_PATH: `${home.path}/dot`,
      VAGRANT_CHECKPOINT_DISABLE: "1",
    };
    const result = await runProgram("vagrant", ["validate", "--ignore-provider"], { cwd: repository, env });
    expect(result).toMatchObject({ exitCode: 0 });
  });
});
