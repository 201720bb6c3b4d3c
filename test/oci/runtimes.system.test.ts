import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../../src/base/process.ts";
import { findDuplicateKeys, parseJson } from "../../src/oci/json.ts";
import { parseFeatures } from "../../src/oci/parse.ts";
import { validateSpec } from "../../src/oci/validate.ts";
import { describeWith, peer, programPath } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

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

  test.each([...programs, programPath("crun") ?? peer("crun")])(
    "%s spec is a config.json without a remark",
    async (program) => {
      await using place = scratch();
      await runProgram(program, ["spec"], { cwd: place.path });
      const text = await readFile(join(place.path, "config.json"), "utf8");
      expect(validateSpec(parseJson(text, { name: program }))).toEqual([]);
      expect(findDuplicateKeys(text)).toEqual([]);
    },
  );
});
