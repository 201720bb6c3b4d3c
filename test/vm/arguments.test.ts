import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { channels, type MachinePlan, machineArguments } from "../../src/vm/arguments.ts";
import { machinePlatform } from "../../src/vm/platform.ts";
import { machineStamp } from "../../src/vm/stamp.ts";
import { scratch } from "../support/scratch.ts";

const plan: MachinePlan = {
  platform: machinePlatform("x64"),
  acceleration: "tcg",
  size: { cpus: 2, memory: 2048 },
  kernel: "/k/vmlinux",
  initramfs: "/k/initramfs",
  directory: "/p",
  write: false,
  shares: [],
  network: false,
};

/** The values that follow a flag. */
const valuesOf = (flag: string, args: readonly string[]) =>
  args.filter((_, index) => args[index - 1] === flag);

describe("QEMU's arguments", () => {
  test("each channel is a socket on its own descriptor, from 3 on", () => {
    const expected = channels.map((name, index) => `socket,id=${name},fd=${index + 3}`);
    expect(valuesOf("-chardev", machineArguments(plan))).toEqual(expected);
  });

  test.each([
    ["the host's root is read-only whatever is asked", { write: true }, "root", "/", "on"],
    ["the directory is read-only", {}, "project", "/p", "on"],
    ["the directory is written through with --write", { write: true }, "project", "/p", "off"],
    ["a comma in a path is doubled", { directory: "/a,b" }, "project", "/a,,b", "on"],
    ["a share is writable", { shares: [{ path: "/s", write: true }] }, "share0", "/s", "off"],
    ["a share can be read-only", { shares: [{ path: "/s", write: false }] }, "share0", "/s", "on"],
  ])("%s", (_, change, tag, path, readonly) => {
    const folders = valuesOf("-fsdev", machineArguments({ ...plan, ...change }));
    expect(folders).toContain(
      `local,id=${tag},path=${path},security_model=none,multidevs=remap,readonly=${readonly}`,
    );
  });

  test("there is no network card unless one is asked for", () => {
    expect(machineArguments(plan).join(" ")).not.toContain("net");
    expect(valuesOf("-netdev", machineArguments({ ...plan, network: true }))).toEqual(["user,id=network"]);
  });

  test("a snapshot's memory is shared while it is made and private when it is restored", () => {
    const memory = (restore: boolean) => machineArguments({ ...plan, memoryFile: { path: "/m", restore } });
    expect(valuesOf("-object", memory(false))[0]).toMatch(/mem-path=\/m,.*share=on$/);
    expect(valuesOf("-object", memory(true))[0]).toMatch(/mem-path=\/m,.*share=off$/);
    expect(valuesOf("-incoming", memory(true))).toEqual(["defer"]);
  });

  test("an emulated x86 does not trust the time stamp counter, which is measured wrong on a busy host", () => {
    expect(valuesOf("-append", machineArguments(plan))[0]).toContain("tsc=unstable");
  });
});

test("the stamp of a snapshot changes with all that made it, and not with the current directory", async () => {
  await using place = scratch();
  const file = (name: string, text: string) => {
    mkdirSync(place.path, { recursive: true });
    writeFileSync(join(place.path, name), text);
    return join(place.path, name);
  };
  const made = { kernelHash: "k", qemu: file("qemu", "1") };
  const base = { ...plan, initramfs: file("a", "one") };
  const stamp = machineStamp(base, made);
  expect(machineStamp({ ...base, directory: "/elsewhere", write: true }, made)).toBe(stamp);
  const others = [
    machineStamp({ ...base, size: { cpus: 1, memory: 2048 } }, made),
    machineStamp({ ...base, size: { cpus: 2, memory: 1024 } }, made),
    machineStamp({ ...base, acceleration: "kvm" }, made),
    machineStamp({ ...base, initramfs: file("b", "two") }, made),
    machineStamp(base, { ...made, kernelHash: "other" }),
    machineStamp(base, { ...made, qemu: file("other", "22") }),
  ];
  expect(new Set([stamp, ...others]).size).toBe(others.length + 1);
  file("a", "three");
  expect(machineStamp(base, made)).not.toBe(stamp);
});
