import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dockerImages } from "../support/docker-images.ts";
import { type Dockerd, startDockerd } from "../support/dockerd.ts";
import { describeWith } from "../support/needs.ts";
import { ocilabIn } from "../support/ocilab.ts";
import { scratch } from "../support/scratch.ts";

const byHand = dockerImages.find(({ name }) => name.startsWith("by hand: attributes"));

describeWith(["root", "dockerd", "setpriv", "unshare"], "spec --as-container", () => {
  const place = scratch();
  const shared = join(place.path, "shared");
  let daemon: Dockerd;
  let image = "";
  let ocilab: ReturnType<typeof ocilabIn>;
  let made = 0;
  beforeAll(async () => {
    daemon = await startDockerd(place.path, "vfs");
    process.env["DOCKER_HOST"] = `unix://${daemon.socket}`;
    image = (await byHand?.into(daemon, place.path)) ?? "";
    ocilab = ocilabIn(place.path);
    mkdirSync(shared);
  });
  afterAll(async () => {
    delete process.env["DOCKER_HOST"];
    await daemon[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });
  const common = ["--hostname", "box", "--network", "none", "--cgroupns", "private"] as const;
  const create = async (...flags: readonly string[]): Promise<string> => {
    const name = `made${made++}`;
    await daemon.docker("create", "--name", name, ...flags, image, "/bin/ping");
    return `docker-container:${name}`;
  };
  const spec = async (...words: readonly string[]) => {
    const { stdout, stderr } = await ocilab(["spec", ...words]);
    return { spec: stdout === "" ? undefined : (JSON.parse(stdout) as unknown), stderr };
  };

  test.each([
    [["--memory", "64m", "--memory-swap", "128m", "--memory-reservation", "32m"]],
    [["--cpus", "0.5", "--cpu-shares", "512", "--cpuset-cpus", "0"]],
    [["--cpu-quota", "20000", "--cpu-period", "50000", "--pids-limit", "50"]],
    [["--cap-drop", "ALL", "--cap-add", "NET_ADMIN", "--security-opt", "no-new-privileges"]],
    [["--privileged"]],
    [["--read-only", "--tmpfs", "/run:size=1m,mode=1777", "--tmpfs", "/scratch"]],
    [["--device", "/dev/null:/dev/nothing:r", "--device-cgroup-rule", "c 10:200 rwm"]],
    [["--ulimit", "nofile=100:200", "--oom-score-adj", "7", "--shm-size", "32m"]],
    [["--sysctl", "net.ipv4.ip_forward=1", "--group-add", "7", "--annotation", "org.example=1"]],
    [["--ipc", "none", "--pid", "host"]],
    [["--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined"]],
    [["--mount", "type=tmpfs,target=/t,tmpfs-size=4096,tmpfs-mode=700"]],
  ])("%j: what docker was told is what the flags would have said", { timeout: 60_000 }, async (flags) => {
    const reference = await create(...common, ...flags);
    const has = flags.includes("none") || flags.includes("--shm-size");
    const usual = [
      ...(has ? [] : ["--shm-size", "64m"]),
      ...(flags.includes("no-new-privileges") ? [] : ["--security-opt", "no-new-privileges=false"]),
    ];
    const expected = await spec(...common, ...usual, ...flags, reference);
    expect(expected.spec, expected.stderr).toBeDefined();
    expect(await spec("--as-container", reference)).toEqual({ ...expected, stderr: "" });
  });

  test("mounts are where they really lie, and the user's flags win", { timeout: 60_000 }, async () => {
    const reference = await create(
      ...[...common, "--memory", "64m", "-v", `${shared}:/data:ro`, "-v", "/kept", "--cpus", "2"],
    );
    const { spec: got, stderr } = await spec(
      ...["--as-container", "--memory", "32m", "--cpu-quota", "10000", reference],
    );
    expect(stderr).toBe("");
    expect(got).toMatchObject({
      mounts: expect.arrayContaining([
        expect.objectContaining({ destination: "/data", source: shared }),
        expect.objectContaining({
          destination: "/kept",
          source: expect.stringMatching(/\/volumes\/[0-9a-f]+\/_data$/),
        }),
      ]),
      linux: { resources: { memory: { limit: 32 * 2 ** 20 }, cpu: { quota: 10_000 } } },
    });
  });

  test("what has no counterpart is told, and so is what is no container", { timeout: 60_000 }, async () => {
    const reference = await create("--publish", "80:80", "--dns", "192.0.2.1");
    const { stderr } = await spec("--as-container", reference);
    expect(stderr).toMatch(/warn .*is left out what=\[.*"published ports","name servers of its own"/);
    expect((await spec("--as-container", "busybox")).stderr).toContain('and "busybox" is none');
    expect((await spec("--as-container")).stderr).toContain("--as-container would change nothing");
    expect((await spec("--as-container", "docker-container:nobody")).stderr).toContain("image.not-in-daemon");
  });

  test("a namespace of a container that does not run cannot be joined", { timeout: 60_000 }, async () => {
    const other = (await create(...common)).slice("docker-container:".length);
    const reference = await create("--hostname", "box", "--network", "none", "--ipc", `container:${other}`);
    expect((await spec("--as-container", reference)).stderr).toContain("which does not run");
  });
});
