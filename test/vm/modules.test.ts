import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aliasText,
  dependencyText,
  loadOrder,
  moduleName,
  readModuleFacts,
  withoutSignature,
} from "../../src/vm/modules.ts";

const table = (rows: Readonly<Record<string, readonly string[]>>) =>
  new Map(
    Object.entries(rows).map(([name, depends]) => [
      name,
      { path: `kernel/${name}.ko`, depends, aliases: [] as string[] },
    ]),
  );

describe("load order", () => {
  test.each([
    ["a module alone", { a: [] }, ["a"], ["a"]],
    ["what is needed comes first", { a: ["b"], b: ["c"], c: [] }, ["a"], ["c", "b", "a"]],
    ["what two need comes once", { a: ["c"], b: ["c"], c: [] }, ["a", "b"], ["c", "a", "b"]],
    ["what the kernel has built in is left out", { a: ["gone"] }, ["a", "other"], ["a"]],
    ["a circle ends", { a: ["b"], b: ["a"] }, ["a"], ["b", "a"]],
  ])("%s", (_, rows, wanted, order) => {
    expect(loadOrder(wanted, table(rows as Record<string, string[]>))).toEqual(order);
  });

  test("every module comes after those it needs, whatever the graph", () => {
    const names = Array.from({ length: 12 }, (_, index) => `m${index}`);
    const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 40 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const rows = Object.fromEntries(
          names.map((name, at) => [
            name,
            pairs.filter(([from, to]) => from === at && to < from).map(([, to]) => `m${to}`),
          ]),
        );
        const order = loadOrder(names, table(rows));
        for (const [name, needed] of Object.entries(rows))
          for (const one of needed) expect(order.indexOf(one)).toBeLessThan(order.indexOf(name));
        expect(order).toHaveLength(12);
      }),
    );
  });
});

test.each([
  ["kernel/fs/9p/9p.ko", "9p"],
  ["kernel/drivers/net/virtio-net.ko.xz", "virtio_net"],
  ["a.ko.zst", "a"],
  ["modules.dep", undefined],
  ["a.ko.txt", undefined],
])("the module in %s is %s", (path, name) => {
  expect(moduleName(path)).toBe(name);
});

test("modules.dep names what a module needs, nearest first, and modules.alias leaves hardware out", () => {
  const rows = table({ a: ["b"], b: ["c"], c: [] });
  expect(dependencyText(rows)).toBe(
    "kernel/a.ko: kernel/b.ko kernel/c.ko\nkernel/b.ko: kernel/c.ko\nkernel/c.ko:\n",
  );
  const aliases = [
    "fs-overlay",
    "pci:v00001AF4d*",
    "rtnl-link-veth",
    "virtio:d00000009v*",
    "net-pf-16-proto-12",
  ];
  expect(aliasText(new Map([["a", { path: "a.ko", depends: [], aliases }]]))).toBe(
    "alias fs-overlay a\nalias rtnl-link-veth a\nalias virtio:d00000009v* a\nalias net-pf-16-proto-12 a\n",
  );
});

test("a signature is cut off, and a module without one stays as it is", () => {
  const module = Buffer.from("the module");
  const signature = Buffer.alloc(7, 1);
  const size = Buffer.alloc(12);
  size.writeUInt32BE(signature.length, 8);
  const signed = Buffer.concat([module, signature, size, Buffer.from("~Module signature appended~\n")]);
  expect(Buffer.from(withoutSignature(signed))).toEqual(module);
  expect(withoutSignature(module)).toBe(module);
});

test("a file that is no ELF file says nothing", () => {
  expect(readModuleFacts(Buffer.from("no module at all"))).toEqual({ depends: [], aliases: [] });
});
