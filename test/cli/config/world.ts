import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArguments } from "../../../src/cli/arguments.ts";
import { type ConfigValues, configFlags } from "../../../src/cli/config/flags.ts";
import { configOptions } from "../../../src/cli/config/options.ts";
import type { ImageConfig } from "../../../src/oci/image.ts";
import type { Spec } from "../../../src/oci/spec.ts";
import { buildSpec } from "../../../src/spec/build.ts";
import { withSeccomp } from "../../../src/spec/options/seccomp.ts";

const image: ImageConfig = {
  architecture: "amd64",
  os: "linux",
  config: { Entrypoint: ["/entry"], Cmd: ["image", "command"], Env: ["FROM=image"] },
  rootfs: { type: "layers", diff_ids: [] },
};
const context = {
  architecture: "amd64",
  passwd: "root:x:0:0::/root:/bin/sh\nweb:x:33:33::/web:/bin/sh\n",
  group: "wheel:x:10:\n",
};

/**
 * The config that flags make of a small image, in a directory that `fill` filled. Without the default seccomp profile, unless it is
 * asked for, since that needs version 1.1.0 and would hide what a flag needs.
 */
export function specOf(
  argv: readonly string[],
  { cwd, seccomp = false }: { readonly cwd: string; readonly seccomp?: boolean },
): Spec {
  const { flags, positionals } = parseArguments(argv, { command: "run", flags: configFlags });
  const options = configOptions(flags as ConfigValues, {
    command: positionals,
    cwd,
    env: { INHERITED: "ours", PATH: join(cwd, "bin") },
    id: "this-container",
    pids: new Map([["web", 77]]),
  });
  const start = seccomp ? [] : [withSeccomp("unconfined")];
  return buildSpec(context, image, ...start, ...options);
}

/** The files that the rows name. Returns false where no device node can be made. */
export function fill(directory: string): boolean {
  for (const name of ["sub", "bin"]) mkdirSync(join(directory, name));
  const write = (name: string, text: string | Buffer) => writeFileSync(join(directory, name), text);
  write("sub/env", "\ufeff# a comment\nA=1\n\nINHERITED\r\n  B=2 3\n");
  write("sub/labels", "# comment\na=1\nb=2\n");
  write("sub/deny.json", '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}');
  write("sub/merge.json", '{"hostname": "patched"}');
  write("sub/shell-env", "export A=1\n");
  write("sub/names", "FROM\nNONE\n");
  write("sub/latin-1", Buffer.from("A=\u00e9\n", "latin1"));
  write("sub/docker.json", JSON.stringify(enginesProfile));
  write("sub/no-profile.json", "{}");
  for (const name of ["tini", "my-init"]) write(`bin/${name}`, elf(1));
  write("bin/dynamic", elf(3));
  for (const name of ["tini", "my-init", "dynamic"]) chmodSync(join(directory, "bin", name), 0o755);
  try {
    execFileSync("mknod", [join(directory, "disk"), "b", "7", "99"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A profile as docker has it; of its rules "mount" needs a capability that the default container lacks. */
const enginesProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 38,
  archMap: [
    { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: null },
  ],
  syscalls: [
    { names: ["read"], action: "SCMP_ACT_ALLOW", comment: "x", includes: {}, excludes: {} },
    { names: ["mount"], action: "SCMP_ACT_ALLOW", includes: { caps: ["CAP_SYS_ADMIN"] } },
    { name: "chroot", action: "SCMP_ACT_ALLOW", args: null, includes: { caps: ["CAP_SYS_CHROOT"] } },
  ],
};

/** The head of a 64-bit ELF file with one program header of this type (elf(5)): 3 names a dynamic loader, which stands behind it. */
function elf(type: number): Buffer {
  const loader = "/lib/ld.so\0";
  const head = Buffer.alloc(120 + loader.length);
  head.write(loader, 120, "latin1");
  head.writeBigUInt64LE(120n, 64 + 8);
  head.writeBigUInt64LE(BigInt(loader.length), 64 + 32);
  head.write("\x7fELF", "latin1");
  head[4] = 2;
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(type, 64);
  return head;
}
