import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deviceNumber, makeNode } from "../../src/linux/node.ts";
import { setAttribute } from "../../src/linux/xattr.ts";

/** What three layers do to a root filesystem, base first: between them all that a layer can express but opaque directories. */
export const layerSteps: readonly ((root: string) => void)[] = [base, changes, replacements];

function base(root: string): void {
  files(root);
  linksAndNodes(root);
  oddities(root);
}

function files(root: string): void {
  const at = (path: string) => join(root, path);
  for (const path of ["bin", "etc", "var/data/deep/er", "opt/gone", "opt/keep", "dev"])
    mkdirSync(at(path), { recursive: true });
  copyFileSync("/bin/busybox", at("bin/busybox"));
  chmodSync(at("bin/busybox"), 0o755);
  for (const applet of ["sh", "ls", "cat", "id", "sleep"]) symlinkSync("busybox", at(`bin/${applet}`));
  writeFileSync(at("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n");
  writeFileSync(at("etc/group"), "root:x:0:\nada:x:1000:\nwheel:x:10:ada\n");
  mkdirSync(at("tmp"));
  chmodSync(at("tmp"), 0o1777);
  writeFileSync(at("bin/setuid"), "#!/bin/sh\n");
  chmodSync(at("bin/setuid"), 0o4755);
  mkdirSync(at("var/shared"));
  chownSync(at("var/shared"), 1000, 10);
  chmodSync(at("var/shared"), 0o2775);
}

function linksAndNodes(root: string): void {
  const at = (path: string) => join(root, path);
  symlinkSync("/etc/passwd", at("etc/absolute"));
  symlinkSync("../../../../etc/group", at("var/data/upwards"));
  symlinkSync("nowhere", at("etc/dangling"));
  writeFileSync(at("var/data/one"), "one\n");
  linkSync(at("var/data/one"), at("var/data/two"));
  linkSync(at("var/data/one"), at("var/data/deep/three"));
  makeNode(at("var/pipe"), { kind: "fifo", mode: 0o640 });
  makeNode(at("dev/null"), { kind: "character", mode: 0o666, device: deviceNumber(1, 3) });
  makeNode(at("dev/loop"), { kind: "block", mode: 0o660, device: deviceNumber(7, 300) });
}

function oddities(root: string): void {
  const at = (path: string) => join(root, path);
  writeFileSync(at("opt/gone/file"), "gone\n");
  writeFileSync(at("opt/keep/file"), "kept\n");
  writeFileSync(at("opt/will-be-directory"), "file\n");
  mkdirSync(at("opt/will-be-file/inside"), { recursive: true });
  writeFileSync(at(`opt/${"long-name-".repeat(24)}`), "long\n");
  mkdirSync(at(`opt/${"a".repeat(120)}/${"b".repeat(120)}`), { recursive: true });
  writeFileSync(at("opt/snö wå\u{1f40b}"), "unicode\n");
  writeFileSync(at("opt/attributes"), "x\n");
  setAttribute(at("opt/attributes"), "user.comment", Buffer.from("a comment\0with zero"));
  setAttribute(
    at("opt/attributes"),
    "security.capability",
    Buffer.from("0100000200040000000000000000000000000000", "hex"),
  );
  lutimesSync(at("etc/absolute"), 1_000_000_000.25, 1_000_000_000.25);
  lutimesSync(at("var/data"), 1_100_000_000.5, 1_100_000_000.5);
}

function changes(root: string): void {
  const at = (path: string) => join(root, path);
  rmSync(at("opt/gone"), { recursive: true });
  chmodSync(at("opt/keep/file"), 0o400);
  chownSync(at("opt/keep/file"), 1000, 1000);
  linkSync(at("etc/passwd"), at("etc/passwd-link"));
  writeFileSync(at("var/data/deep/new"), "new\n");
  setAttribute(at("opt/keep"), "user.layer", Buffer.from("2"));
}

function replacements(root: string): void {
  const at = (path: string) => join(root, path);
  rmSync(at("opt/will-be-directory"));
  mkdirSync(at("opt/will-be-directory"));
  writeFileSync(at("opt/will-be-directory/file"), "now inside\n");
  rmSync(at("opt/will-be-file"), { recursive: true });
  writeFileSync(at("opt/will-be-file"), "now a file\n");
  rmSync(at("var/data/deep"), { recursive: true });
  mkdirSync(at("var/data/deep"));
  writeFileSync(at("var/data/deep/fresh"), "fresh\n");
}
