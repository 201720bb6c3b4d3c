import { describe, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import { validateSpec } from "../../src/oci/validate.ts";
import { buildSpec } from "../../src/spec/build.ts";
import type { SpecContext } from "../../src/spec/context.ts";
import { withArgs, withCommand, withEntrypoint } from "../../src/spec/options/arguments.ts";
import { withEnv } from "../../src/spec/options/environment.ts";
import { withTerminal } from "../../src/spec/options/process.ts";
import { withUser } from "../../src/spec/options/user.ts";
import { context, defaultSpec, image } from "./sample.ts";

describe("the default config", () => {
  test("is what engines give", () => {
    const spec = defaultSpec();
    expect(validateSpec(spec)).toEqual([]);
    expect(spec.process).toMatchObject({
      args: ["/bin/sh"],
      cwd: "/",
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"],
      noNewPrivileges: true,
      user: { uid: 0, gid: 0, additionalGids: [0, 10] },
    });
    expect(spec.process?.capabilities?.bounding).toHaveLength(14);
    expect(spec.process?.capabilities).not.toHaveProperty("ambient");
    expect(spec.process).not.toHaveProperty("rlimits");
    expect(spec.process).not.toHaveProperty("oomScoreAdj");
    expect(spec.mounts?.map(({ destination }) => destination)).toEqual([
      "/proc",
      "/dev",
      "/dev/pts",
      "/sys",
      "/sys/fs/cgroup",
      "/dev/mqueue",
      "/dev/shm",
    ]);
    expect(spec.linux?.namespaces?.map(({ type }) => type)).toEqual([
      "pid",
      "network",
      "ipc",
      "uts",
      "mount",
      "cgroup",
    ]);
    expect(spec.linux?.resources?.devices?.[0]).toEqual({ allow: false, access: "rwm" });
    expect(spec).toMatchObject({ ociVersion: "1.1.0", root: { path: "rootfs" }, hostname: "box" });
  });

  test("leaves out the capabilities that the host cannot grant", () => {
    const poor: SpecContext = { ...context, grantable: ["CAP_KILL", "CAP_SYS_ADMIN"] };
    const sets = buildSpec(poor, image({ Cmd: ["x"] })).process?.capabilities;
    expect(sets).toEqual({ bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"] });
  });

  test("gives a user that is not root a bounding set and nothing that execve would take away", () => {
    const sets = buildSpec(context, image({ Cmd: ["x"], User: "web" })).process?.capabilities;
    expect(sets?.bounding).toHaveLength(14);
    expect(sets).toMatchObject({ effective: [], permitted: [] });
  });
});

describe("what the image asks", () => {
  test.each([
    { config: { Cmd: ["a", "b"] }, args: ["a", "b"] },
    { config: { Entrypoint: ["e"], Cmd: ["a"] }, args: ["e", "a"] },
    { config: { Entrypoint: ["e"], Cmd: null }, args: ["e"] },
    { config: { Entrypoint: null, Cmd: ["a"] }, args: ["a"] },
    { config: { Entrypoint: ["e", "f"], Cmd: [] }, args: ["e", "f"] },
    { config: { Entrypoint: ["e"], Cmd: ["a"] }, option: withCommand(["c"]), args: ["e", "c"] },
    { config: { Entrypoint: ["e"], Cmd: ["a"] }, option: withCommand([]), args: ["e"] },
    { config: { Entrypoint: ["e"], Cmd: ["a"] }, option: withArgs(["c"]), args: ["c"] },
    { config: { Entrypoint: ["e"], Cmd: ["a"] }, option: withEntrypoint(["x"], ["y"]), args: ["x", "y"] },
  ])("arguments of $config are $args", ({ config, option, args }) => {
    const options = option === undefined ? [] : [option];
    expect(buildSpec(context, image(config), ...options).process?.args).toEqual(args);
  });

  test.each([
    [undefined, "/"],
    ["", "/"],
    ["/srv", "/srv"],
    ["srv/www", "/srv/www"],
  ])("WorkingDir %j becomes %j", (WorkingDir, cwd) => {
    const config = WorkingDir === undefined ? {} : { WorkingDir };
    expect(buildSpec(context, image({ Cmd: ["x"], ...config })).process?.cwd).toBe(cwd);
  });

  test.each([
    { Env: ["A=1"], option: [], last: ["A=1", "HOME=/root"] },
    { Env: ["HOME=/h", "A=1", "A=2"], option: [], last: ["HOME=/h", "A=2"] },
    { Env: ["A=1"], option: ["A=9", "B="], last: ["A=9", "B=", "HOME=/root"] },
  ])("environment $Env with $option", ({ Env, option, last }) => {
    const env = buildSpec(context, image({ Cmd: ["x"], Env }), withEnv(option)).process?.env ?? [];
    expect(env.slice(1)).toEqual(last);
    expect(env[0]).toMatch(/^PATH=/);
  });

  test("its PATH replaces ours", () => {
    expect(buildSpec(context, image({ Cmd: ["x"], Env: ["PATH=/x"] })).process?.env).toEqual([
      "PATH=/x",
      "HOME=/root",
    ]);
  });

  test("its TERM stays when a terminal is asked for", () => {
    const env = buildSpec(context, image({ Cmd: ["x"], Env: ["TERM=vt100"] }), withTerminal()).process?.env;
    expect(env).toContain("TERM=vt100");
    expect(buildSpec(context, image({ Cmd: ["x"] }), withTerminal()).process?.env).toContain("TERM=xterm");
  });

  test("annotations follow conversion.md, and labels win", () => {
    const full = {
      ...image({
        Cmd: ["x"],
        StopSignal: "SIGINT",
        ExposedPorts: { "80/tcp": {}, "53/udp": {} },
        Labels: { maintainer: "ada", "org.opencontainers.image.author": "label", "": "dropped" },
      }),
      author: "field",
      created: "2024-01-01T00:00:00Z",
      variant: "v8",
      "os.version": "1",
      "os.features": ["a", "b"],
    };
    expect(buildSpec(context, full).annotations).toEqual({
      "org.opencontainers.image.os": "linux",
      "org.opencontainers.image.architecture": "amd64",
      "org.opencontainers.image.variant": "v8",
      "org.opencontainers.image.os.version": "1",
      "org.opencontainers.image.os.features": "a,b",
      "org.opencontainers.image.author": "label",
      "org.opencontainers.image.created": "2024-01-01T00:00:00Z",
      "org.opencontainers.image.stopSignal": "SIGINT",
      "org.opencontainers.image.exposedPorts": "80/tcp,53/udp",
      maintainer: "ada",
    });
  });

  test("nothing to run is an error that says what is empty", () => {
    expect(() => buildSpec(context, image({ Entrypoint: [] }))).toThrow(
      "build config.json: the image's Entrypoint is empty and its Cmd is not set",
    );
    expect(() => buildSpec(context, undefined)).toThrow("neither an image nor a command");
    expect(codeOf(() => buildSpec(context, image({})))).toBe("spec.no-arguments");
  });

  test("what says nothing of how it is run gets the rootfs's shell, if that has one", () => {
    const { config: _none, ...bare } = image({});
    const shell = "/bin/sh";
    expect(buildSpec({ ...context, shell }, bare).process?.args).toEqual(["/bin/sh"]);
    expect(buildSpec({ ...context, shell }, bare, withArgs(["id"])).process?.args).toEqual(["id"]);
    expect(() => buildSpec(context, bare)).toThrow("its rootfs has no /bin/sh");
    expect(codeOf(() => buildSpec({ ...context, shell }, image({})))).toBe("spec.no-arguments");
  });

  test("an unknown user of the image is no error when another one is asked for", () => {
    const strange = image({ Cmd: ["x"], User: "nobody" });
    expect(codeOf(() => buildSpec(context, strange))).toBe("spec.unknown-user");
    expect(buildSpec(context, strange, withUser("web")).process?.user).toMatchObject({ uid: 33 });
  });
});

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof OcilabError ? error.code : String(error);
  }
}
