import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Finding } from "../../../src/audit/finding.ts";
import { runProgram } from "../../../src/base/process.ts";
import { createContainer, explained } from "../../audit/support/container.ts";
import { describeWith } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";
import { specOf } from "../config/world.ts";
import { type Proof, provenContainers } from "./containers.ts";

describeWith(
  ["root", "cgroup v2", "busybox", "losetup", "mkfs.ext4"],
  "flags, as the kernel shows them",
  () => {
    const place = mkdtempSync(join(tmpdir(), "ocilab-proofs-"));
    const mapped = join(place, "mapped");
    let disk = "";

    beforeAll(async () => {
      mkdirSync(mapped);
      disk = await looped(join(place, "disk"));
      await done("mkfs.ext4", ["-q", disk]);
      await done("mount", [disk, mapped]);
    });

    afterAll(async () => {
      if (disk !== "") {
        await runProgram("umount", [mapped]);
        await done("losetup", ["-d", disk]);
      }
      rmSync(place, { recursive: true, force: true });
    });

    for (const { title, needs, runtime, words, proofs } of provenContainers) {
      describeWith(needs, title, () => {
        test("nothing is broken, and each flag's wish is kept", async () => {
          await using bundle = scratch();
          // The root of a user namespace is another user, who must pass through to the rootfs.
          chmodSync(bundle.path, 0o711);
          const flags = words({ disk, mapped, id: String(process.pid) });
          const spec = specOf([...flags, "--entrypoint=sleep", "1000"], { cwd: place, seccomp: native });
          await using container = await createContainer(bundle.path, { spec, runtime });
          await container.start();
          const findings = await container.audit();
          expect(explained(findings, "broken")).toEqual([]);
          for (const { at, seen, asked } of proofs)
            expect(wanted(findings, { at, asked, flags: [] }), at).toContainEqual(
              expect.objectContaining({ verdict: "kept", ...(seen === undefined ? {} : { seen }) }),
            );
        });
      });
    }
  },
);

/** The default seccomp profile of `specOf` is that of this machine. */
const native = process.arch === "x64";

/** The findings at a place: "/mounts[/data]/options" are the options of the entry whose wish holds the word. */
function wanted(findings: readonly Finding[], { at, asked }: Proof): readonly Finding[] {
  const [, list = "", word = "", rest = ""] = /^([^[]*)\[([^\]]*)\](.*)$/.exec(at) ?? [];
  if (list === "")
    return findings.filter(
      (one) => one.at === at && (asked === undefined || JSON.stringify(one.asked) === JSON.stringify(asked)),
    );
  const entry = findings.find(
    (one) => new RegExp(`^${list}/\\d+$`).test(one.at) && holds(JSON.stringify(one.asked), word),
  );
  return wanted(findings, { at: `${entry?.at ?? "nowhere"}${rest}`, asked, flags: [] });
}

function holds(text: string, word: string): boolean {
  return text.includes(`"${word}"`) || text.endsWith(` ${word}"`);
}

async function looped(file: string): Promise<string> {
  writeFileSync(file, "");
  await done("truncate", ["-s", "8m", file]);
  await runProgram("modprobe", ["-a", "loop", "bfq"]);
  const disk = (await done("losetup", ["--find", "--show", file])).trim();
  await runProgram("sh", ["-c", `echo bfq > /sys/block/${disk.replace("/dev/", "")}/queue/scheduler`]);
  return disk;
}

async function done(program: string, words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(program, words);
  if (exitCode !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
  return stdout;
}
