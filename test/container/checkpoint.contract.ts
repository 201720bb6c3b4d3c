import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { counter, type Desk } from "./checkpoint.support.ts";

type Given = {
  readonly desk: Desk;
  readonly place: string;
  /** For ids and directories: one for each runtime. */
  readonly name: string;
  /** The runtime, and the root where it can restore. */
  readonly words: readonly string[];
};

/** What a checkpoint and a restore are, whatever runtime and kernel do them. */
export function checkpointContract({ desk, place, name, words }: Given): void {
  const { ocilab } = desk;
  const [id, other] = [`cp-${name}-${process.pid}`, `cp-${name}-other-${process.pid}`];
  const images = join(place, `images-${name}`);
  afterEach(async () => {
    for (const made of [id, other]) await ocilab([...words, "delete", "--force", made]);
  });

  test("a kept container ends with it, goes on with restore, and its exit code is read", async () => {
    await ocilab([...words, "run", "-d", "--name", id, "busybox", ...counter]);
    while ((await desk.counted(id)).length < 3);
    const pid = await desk.pid(id);
    expect(await ocilab(["checkpoint", "--image-path", images, id])).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    const before = (await desk.counted(id)).length;
    expect((await ocilab(["state", id])).stderr).toContain(
      `it ended with its checkpoint, which is in "${images}"`,
    );
    expect((await ocilab(["run", "-d", "--name", id, "busybox", "true"])).stderr).toContain("record-exists");

    expect(await ocilab(["restore", id])).toMatchObject({ exitCode: 0, stderr: "" });
    const now = await desk.pid(id);
    expect(now).not.toBe(pid);
    expect(readFileSync(`/proc/${now}/cmdline`, "utf8").split("\0").slice(0, -1)).toEqual(counter);
    while ((await desk.counted(id)).length < before + 3);
    const counted = await desk.counted(id);
    expect(counted).toEqual(counted.map((_, index) => index + 1));
    expect(desk.record(id)).toMatchObject({ keeper: expect.anything() });
    expect(desk.record(id)).not.toHaveProperty("checkpoint");

    await ocilab(["kill", id]);
    expect(await ocilab(["wait", id])).toMatchObject({ exitCode: 0, stdout: "7\n" });
    await ocilab(["delete", id]);
    expect(desk.left(id)).toEqual([]);
  });

  test("one that nobody keeps goes on beside its checkpoint, which another id is made of", async () => {
    const [bundle, saved] = [join(place, `b-${name}`), `${images}-2`];
    await ocilab(["bundle", "busybox", bundle, "--", ...counter]);
    expect(desk.silent([...words, "create", "--bundle", bundle, id])).toBe(0);
    await ocilab(["start", id]);
    const count = () => Number(readFileSync(join(bundle, "rootfs/tmp/count"), "utf8"));
    await expect.poll(count).toBeGreaterThan(3);
    const pid = await desk.pid(id);
    const kept = await ocilab(["checkpoint", "--leave-running", "--image-path", saved, id]);
    expect(kept).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await desk.pid(id)).toBe(pid);
    const then = count();
    await expect.poll(count).toBeGreaterThan(then);
    expect((await ocilab(["checkpoint", "--image-path", saved, id])).stderr).toContain("runtime.images");
    const restore = [...words, "restore", "--bundle", bundle, "--image-path"];
    expect((await ocilab([...restore, saved, id])).stderr).toContain("record-exists");

    await ocilab(["delete", "--force", id]);
    writeFileSync(join(bundle, "rootfs/tmp/count"), "0");
    expect((await ocilab([...restore, join(place, "no"), other])).stderr).toContain("there is no directory");
    mkdirSync(join(place, `empty-${name}`));
    expect((await ocilab([...restore, join(place, `empty-${name}`), other])).stderr).toContain(
      "no whole checkpoint",
    );
    expect(desk.silent([...restore, saved, other])).toBe(0);
    await expect.poll(count).toBeGreaterThan(3);
    expect(await desk.pid(other)).not.toBe(pid);
    expect(desk.record(other)).toMatchObject({ bundle, temporary: false });
    await ocilab(["delete", "--force", other]);
    await ocilab(["umount", "--delete", bundle]);
    expect(desk.left(id, other)).toEqual([]);
  });

  test("a terminal is another one afterwards, and what is printed goes on", async () => {
    const saved = `${images}-tty`;
    await ocilab([...words, "run", "-dt", "--name", id, "busybox", ...counter]);
    while ((await desk.counted(id)).length < 3);
    expect((await ocilab(["checkpoint", "--image-path", saved, id])).stderr).toBe("");
    const before = (await desk.counted(id)).length;
    expect((await ocilab(["restore", id])).stderr).toBe("");
    while ((await desk.counted(id)).length < before + 3);
    await ocilab(["delete", "--force", id]);
    expect(desk.left(id)).toEqual([]);
  });
}
