import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openImage } from "../../../src/image/open.ts";
import { openBuiltin } from "../../../src/image/sources/builtin.ts";
import { readElf } from "../../../src/linux/elf.ts";
import { platformOf } from "../../../src/oci/platform.ts";
import { describeWith, repository } from "../../support/needs.ts";
import { scratch } from "../../support/scratch.ts";
import { sourceContract } from "./contract.ts";

const reference = { kind: "builtin", name: "busybox" } as const;

describeWith(["busybox"], "the built-in busybox", () => {
  sourceContract(async () => {
    const place = scratch();
    const source = await openBuiltin("busybox", { images: place.path });
    return {
      source,
      reference,
      unknown: undefined,
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    };
  });

  test("is an OCI image of this machine, with a shell", async () => {
    await using place = scratch();
    await using image = await openImage("busybox", { images: place.path });
    expect(image.platform).toEqual(platformOf(process.arch));
    expect(image.config.config?.Cmd).toEqual(["sh"]);
    expect(image.layers).toHaveLength(1);
  });

  test("holds the program, a link for each applet, and the least of /etc", async () => {
    await using place = scratch();
    await using image = await openImage("busybox", { images: place.path });
    const { path = "", offset = 0, length = 0 } = image.layers[0]?.span ?? {};
    const tar = join(place.path, "layer.tar");
    writeFileSync(tar, gunzipSync(readFileSync(path).subarray(offset, offset + length)));
    const root = join(place.path, "root");
    mkdirSync(root);
    execFileSync("tar", ["xpf", tar, "-C", root]);
    expect(readFileSync(join(root, "bin/busybox"))).toEqual(readFileSync("/bin/busybox"));
    const applets = execFileSync("/bin/busybox", ["--list-full"], { encoding: "utf8" }).trim().split("\n");
    const linked = applets.filter((applet) => applet.includes("/"));
    const there = new Set(readdirSync(root, { recursive: true, encoding: "utf8" }));
    expect(linked.filter((applet) => !there.has(applet))).toEqual([]);
    expect(
      ["etc/passwd", "etc/group", "etc/os-release", "tmp", "root", "proc"].filter((name) => !there.has(name)),
    ).toEqual([]);
    const listing = execFileSync("tar", ["tvf", tar, "--numeric-owner"], { encoding: "utf8" });
    expect(listing).toMatch(/^drwxrwxrwt 0\/0 .* tmp\/$/m);
    expect(listing).toMatch(/^drwx------ 0\/0 .* root\/$/m);
    const members = listing
      .trim()
      .split("\n")
      .map(
        (line) =>
          line
            .replace(/ -> .*/, "")
            .split(/\s+/)
            .at(-1) ?? "",
      );
    expect(members).toEqual(members.toSorted());
  });

  test("has the same digests wherever it is made, and is made once", async () => {
    await using one = scratch();
    await using other = scratch();
    const digests: string[] = [];
    for (const images of [one.path, other.path, one.path]) {
      await using image = await openImage(reference, { images });
      digests.push(image.manifestDescriptor.digest);
    }
    expect(new Set(digests).size).toBe(1);
    expect(readdirSync(one.path)).toHaveLength(1);
  });

  test("is made anew for another program, and when its directory has lost its index", async () => {
    await using place = scratch();
    const program = join(place.path, "busybox");
    copyFileSync("/bin/busybox", program);
    writeFileSync(program, "trailing bytes do not harm", { flag: "a" });
    const images = join(place.path, "images");
    const digest = async (options: { program?: string }) => {
      const source = await openBuiltin("busybox", { images, ...options });
      return (await source.resolve(reference, platformOf(process.arch))).digest;
    };
    const first = await digest({});
    expect(await digest({ program })).not.toBe(first);
    expect(readdirSync(images)).toHaveLength(2);
    for (const name of readdirSync(images)) rmSync(join(images, name, "index.json"));
    expect(await digest({})).toBe(first);
  });

  test("may be made by several processes at once", async () => {
    await using place = scratch();
    const code = `import { openImage } from ${JSON.stringify(join(repository, "src/image/open.ts"))};
      await using image = await openImage("busybox", { images: ${JSON.stringify(place.path)} });
      console.log(image.manifestDescriptor.digest);`;
    const runs = Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", code], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      for await (const chunk of child.stdout) output += chunk;
      return output.trim();
    });
    const digests = await Promise.all(runs);
    expect(new Set(digests).size).toBe(1);
    expect(digests[0]).toMatch(/^sha256:/);
    expect(readdirSync(place.path)).toHaveLength(1);
  });

  test.each([
    ["/bin/ls", /is not static/],
    ["/etc/passwd", /no ELF program/],
    ["/nowhere/busybox", /there is no program/],
  ])("%s will not do", async (program, says) => {
    await using place = scratch();
    await expect(openBuiltin("busybox", { images: place.path, program })).rejects.toMatchObject({
      code: "host.program-missing",
      message: expect.stringMatching(says),
      hint: expect.stringContaining("busybox-static"),
    });
  });

  test("other names are unknown", async () => {
    await expect(openBuiltin("alpine", { images: "/nowhere" })).rejects.toMatchObject({
      code: "image.unknown-builtin",
    });
  });

  test("ELF headers tell the architecture and the interpreter", () => {
    const here = platformOf(process.arch).architecture;
    expect(readElf(readFileSync("/bin/busybox"))).toEqual({ architecture: here, interpreter: undefined });
    expect(readElf(readFileSync("/bin/ls"))?.interpreter).toMatch(/^\/lib.*\/ld/);
    expect(readElf(Buffer.from("#!/bin/sh"))).toBeUndefined();
  });
});

describeWith(["root", "busybox", "umoci"], "the built-in busybox, for others", () => {
  test("is a layout that other programs read", async () => {
    await using place = scratch();
    await using image = await openImage("busybox", { images: place.path });
    expect(image.layers).toHaveLength(1);
    const [layout = ""] = readdirSync(place.path);
    const listing = execFileSync("umoci", ["ls", "--layout", join(place.path, layout)], { encoding: "utf8" });
    expect(listing.trim()).toBe("latest");
    execFileSync("umoci", [
      "unpack",
      "--image",
      `${join(place.path, layout)}:latest`,
      join(place.path, "bundle"),
    ]);
    expect(readFileSync(join(place.path, "bundle/rootfs/bin/sh"))).toEqual(readFileSync("/bin/busybox"));
  });
});
