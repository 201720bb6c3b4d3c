import { describe, expect, test } from "vitest";
import { OcilabError } from "../../src/base/errors.ts";
import {
  parseFeatures,
  parseImageConfig,
  parseIndex,
  parseManifest,
  parseSpec,
  parseState,
} from "../../src/oci/parse.ts";
import type { Problem } from "../../src/oci/spec.ts";
import { validateDescriptor, validateLayout, validateManifest } from "../../src/oci/validate.ts";

describe("parsing", () => {
  test("gives the document, or every problem in one error", () => {
    expect(parseSpec('{"ociVersion":"1.0.0","extra":18446744073709551615}', { name: "c" })).toEqual({
      ociVersion: "1.0.0",
      extra: 18446744073709551615n,
    });
    const error = thrown(() => parseSpec('{\n"process":{"cwd":1},\n"root":{}}', { name: "config.json" }));
    expect(error).toMatchObject({ code: "spec.invalid", doing: "read config.json" });
    expect(error.got).toBe(
      "3 problems\n  /ociVersion is required (line 1)\n  /root/path is required (line 3)\n  /process/cwd must be a string, is 1 (line 2)",
    );
    expect((error.facts["problems"] as Problem[]).length).toBe(3);
  });

  test("a near name does not stop a document", () => {
    expect(parseSpec('{"ociVersion":"1.0.0","hostnam":"x"}', { name: "c" })).toMatchObject({ hostnam: "x" });
  });

  test("a state has a pid while there is a process, and an id that is one", () => {
    const state = { ociVersion: "1.0.2", id: "a", bundle: "/b", status: "running", pid: 4 };
    expect(parseState(JSON.stringify(state), { name: "s" })).toEqual(state);
    expect(parseState(JSON.stringify({ ...state, status: "stopped", pid: 0 }), { name: "s" })).toMatchObject({
      status: "stopped",
    });
    expect(parseState(JSON.stringify({ ...state, status: "paused" }), { name: "s" })).toMatchObject({
      status: "paused",
    });
    for (const status of ["created", "running", "paused"]) {
      const { pid: _pid, ...without } = { ...state, status };
      expect(thrown(() => parseState(JSON.stringify(without), { name: "s" })).got).toBe("/pid is required");
    }
    expect(thrown(() => parseState(JSON.stringify({ ...state, id: "a/b" }), { name: "s" })).code).toBe(
      "spec.bad-container-id",
    );
  });

  const digest = `sha256:${"0".repeat(64)}`;
  const target = (type: string) => ({ mediaType: `application/vnd.oci.image.${type}`, digest, size: 2 });
  const configuration = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } };

  test.each<[string, typeof parseManifest | typeof parseImageConfig | typeof parseIndex, object, object]>([
    [
      "a manifest without layers",
      parseManifest,
      { schemaVersion: 2, config: target("config.v1+json"), layers: null, annotations: null, subject: null },
      { schemaVersion: 2, config: target("config.v1+json"), layers: [] },
    ],
    [
      "a descriptor's members",
      parseManifest,
      { schemaVersion: 2, config: { ...target("config.v1+json"), urls: null, platform: null }, layers: [] },
      { schemaVersion: 2, config: target("config.v1+json"), layers: [] },
    ],
    [
      "an index without manifests",
      parseIndex,
      { schemaVersion: 2, manifests: null },
      { schemaVersion: 2, manifests: [] },
    ],
    [
      "a configuration's members",
      parseImageConfig,
      { ...configuration, created: null, history: null, author: null, config: null },
      configuration,
    ],
    [
      "a step of the history",
      parseImageConfig,
      { ...configuration, history: [{ created: null, created_by: "x" }] },
      { ...configuration, history: [{ created_by: "x" }] },
    ],
    [
      "lists and maps of how it runs",
      parseImageConfig,
      { ...configuration, config: { Env: null, Cmd: null, Volumes: null, Labels: null, User: null } },
      { ...configuration, config: {} },
    ],
    [
      "diff_ids",
      parseImageConfig,
      { ...configuration, rootfs: { type: "layers", diff_ids: null } },
      configuration,
    ],
    [
      "diff_ids that are left out",
      parseImageConfig,
      { ...configuration, rootfs: { type: "layers" } },
      configuration,
    ],
  ])("as Go writes it, null is nothing: %s", (_title, parse, document, read) => {
    expect(parse(JSON.stringify(document), { name: "d" })).toEqual(read);
  });

  test.each<[typeof parseManifest | typeof parseImageConfig, object, string]>([
    [parseManifest, { schemaVersion: 2, config: null, layers: [] }, "/config is required"],
    [parseManifest, { schemaVersion: 2, config: target("config.v1+json") }, "/layers is required"],
    [parseImageConfig, { ...configuration, rootfs: null }, "/rootfs is required"],
    [
      parseImageConfig,
      { ...configuration, config: { Labels: { a: null } } },
      "/config/Labels/a must be a string, is null",
    ],
  ])("but what is required is missing: %#", (parse, document, got) => {
    expect(thrown(() => parse(JSON.stringify(document), { name: "d" })).got).toBe(got);
  });

  test("null in a features document says nothing", () => {
    const features = {
      ociVersionMin: "1.0.0",
      ociVersionMax: "1.3.0",
      hooks: null,
      linux: {
        seccomp: null,
        cgroup: { v1: null },
        memoryPolicy: { modes: ["MPOL_BIND"], flags: [] },
        intelRdt: { schemata: true, monitoring: false },
      },
    };
    expect(parseFeatures(JSON.stringify(features), { name: "f" })).toEqual(features);
  });

  test("image documents are parsed with what Docker writes", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const descriptor = { mediaType: "application/vnd.docker.container.image.v1+json", digest, size: 1 };
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: descriptor,
      layers: [],
    };
    expect(parseManifest(JSON.stringify(manifest), { name: "m" })).toEqual(manifest);
    const index = {
      schemaVersion: 2,
      manifests: [{ ...descriptor, platform: { architecture: "amd64", os: "linux", features: [] } }],
    };
    expect(parseIndex(JSON.stringify(index), { name: "i" })).toEqual(index);
    const config = {
      architecture: "amd64",
      os: "linux",
      created: "2024-05-01T12:00:00.123456789Z",
      config: {
        Env: null,
        Cmd: ["sh"],
        Entrypoint: null,
        Volumes: null,
        Labels: null,
        ExposedPorts: null,
        OnBuild: null,
      },
      rootfs: { type: "layers", diff_ids: [digest] },
    };
    const read = { ...config, config: { Cmd: ["sh"] } };
    expect(parseImageConfig(JSON.stringify(config), { name: "c" })).toEqual(read);
  });

  test("image documents of the wrong kind are refused in a sentence", () => {
    expect(validateManifest({ schemaVersion: 1 })).toMatchObject([
      { at: "/config", says: "is required" },
      { at: "/layers", says: "is required" },
      { at: "/schemaVersion", says: "must be 2, is 1" },
    ]);
    expect(
      validateDescriptor({ mediaType: "x", digest: "sha256:x", size: -1 })
        .map(({ at }) => at)
        .sort(),
    ).toEqual(["/digest", "/mediaType", "/size"]);
    expect(validateLayout({ imageLayoutVersion: "2.0.0" })).toMatchObject([
      { says: 'must be one of 1.0.0, is "2.0.0"; nearest: "1.0.0"' },
    ]);
  });
});

function thrown(run: () => unknown): OcilabError {
  try {
    run();
  } catch (error) {
    if (error instanceof OcilabError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("a config.json that is larger than any real one is refused before its faults are looked for", () => {
  const spec = (mounts: string) => `{"ociVersion":"1.0.2","mounts":[${mounts}]}`;
  const long = spec(`${"{},".repeat(20_000)}{}`);
  expect(() => parseSpec(long, { name: "x" })).toThrow("a list in it has 20001 entries");
  const many = spec(`${`[${"1,".repeat(9999)}1],`.repeat(20)}1`);
  expect(() => parseSpec(many, { name: "x" })).toThrow("it has more than 200000 values");
  expect(() => parseSpec(" ".repeat(4 * 2 ** 20 + 1), { name: "x" })).toThrow("it has 4194305 bytes");
  expect(thrown(() => parseSpec(spec(`${"{},".repeat(19_999)}{}`), { name: "x" })).got).toMatch(
    /^1001 problems\n/,
  );
});

describe("a document of an image that is larger than any real one", () => {
  test.each([
    ["a long list", `{"layers":[${"1,".repeat(5000)}1]}`, "a list in it has 5001 entries"],
    [
      "many values",
      `{"layers":[${`[${"1,".repeat(999)}1],`.repeat(120)}1]}`,
      "it has more than 100000 values",
    ],
  ])("%s is refused before its faults are looked for", (_name, text, says) => {
    for (const parse of [parseManifest, parseIndex, parseImageConfig])
      expect(() => parse(text, { name: "x" })).toThrow(says);
  });
});
