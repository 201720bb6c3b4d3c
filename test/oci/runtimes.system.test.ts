import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { parseFeatures } from "../../src/oci/parse.ts";
import { describeWith, peer, programPath } from "../support/needs.ts";

const programs = [programPath("runc"), peer("runc"), peer("crun")].filter(
  (path): path is string => path !== undefined && existsSync(path),
);

describeWith(["runc"], "what runtimes print", () => {
  test.each(programs)("%s features is a features document", async (program) => {
    const { stdout } = await runProgram(program, ["features"]);
    const features = parseFeatures(stdout, { name: program });
    expect(features.linux?.namespaces).toContain("mount");
    expect(features.linux?.seccomp?.actions).toContain("SCMP_ACT_ERRNO");
  });
});
