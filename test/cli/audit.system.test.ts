import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditSummary } from "../../src/audit/audit.ts";
import type { Finding } from "../../src/audit/finding.ts";
import type { TemporaryDirectory } from "../../src/base/temporary.ts";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";
import { checked } from "./schemas.ts";

describeWith(["root", "runc", "busybox"], "audit of a container whose limits were updated", () => {
  const at = "/linux/resources/pids/limit";
  let place: TemporaryDirectory;
  let home: string;
  let ocilab: ReturnType<typeof ocilabIn>;
  const audit = async (...flags: readonly string[]): Promise<AuditSummary & { readonly exit: number }> => {
    const { stdout, exitCode } = await ocilab(["--json", "audit", ...flags, "box"]);
    return { ...(checked("audit", stdout) as AuditSummary), exit: exitCode ?? -1 };
  };
  const find = ({ findings }: AuditSummary, pointer = at): Finding | undefined =>
    findings.find((finding) => finding.at === pointer);

  beforeAll(async () => {
    place = scratch();
    home = join(place.path, "home");
    mkdirSync(home);
    ocilab = ocilabIn(home);
    const bundle = join(place.path, "bundle");
    const flags = ["--pids-limit", "50", "--memory", "64m", "--workdir", "/tmp"];
    await ocilab(["bundle", "--copy", ...flags, "busybox", bundle, "--", "sh", "-c", "cd /; sleep 1000; :"]);
    expect(await ocilab(["create", "--bundle", bundle, "box"])).toMatchObject({ exitCode: 0 });
    await ocilab(["start", "box"]);
  });
  afterAll(async () => {
    await ocilab(["delete", "--force", "box"]);
    await place[Symbol.asyncDispose]();
  });

  test("what update asked for counts, and the rest of config.json as before", async () => {
    expect(find(await audit())).toMatchObject({ verdict: "kept", asked: 50 });
    expect((await ocilab(["update", "--pids-limit", "70", "box"])).exitCode).toBe(0);
    expect((await ocilab(["update", "--memory-reservation", "32m", "box"])).exitCode).toBe(0);
    const after = await audit();
    expect(find(after)).toMatchObject({ verdict: "kept", asked: 70, seen: 70 });
    expect(find(after, "/linux/resources/memory/reservation")).toMatchObject({ verdict: "kept" });
    expect(find(after, "/linux/resources/memory/limit")).toMatchObject({ verdict: "kept", asked: 67108864 });
    expect(after.broken).toBe(0);
  });

  test("a limit written behind its back is broken against the updated value", async () => {
    const { source = "" } = find(await audit()) ?? {};
    expect(readFileSync(source, "utf8")).toBe("70\n");
    writeFileSync(source, "50");
    const changed = await audit();
    expect(changed).toMatchObject({ broken: 1, exit: 3 });
    expect(find(changed)).toMatchObject({ verdict: "broken", asked: 70, seen: 50 });
    expect((await ocilab(["update", "--pids-limit", "70", "box"])).exitCode).toBe(0);
  });

  test("what the program changed itself is unseen, and with --strict broken", async () => {
    expect(find(await audit(), "/process/cwd")).toMatchObject({ verdict: "unseen" });
    expect(find(await audit("--strict"), "/process/cwd")).toMatchObject({ verdict: "broken", seen: "/" });
  });
});
