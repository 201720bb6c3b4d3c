import type { configFlags } from "../../../../src/cli/config/flags.ts";

/** For each flag: values, or command lines of several flags, that it refuses, and the words of the error. */
export type Refusals = Readonly<
  Partial<
    Record<keyof typeof configFlags, readonly (readonly [value: string | readonly string[], says: string])[]>
  >
>;

/** Of the program, its names and its files. */
export const programRefusals: Refusals = {
  tty: [[["--tty=maybe"], "is a switch"]],
  env: [
    ["=x", "has no name"],
    ["", "has no name"],
  ],
  "env-file": [
    ["/no/such", "ENOENT"],
    ["sub/shell-env", "has a blank in it"],
    ["sub", "EISDIR"],
    ["sub/latin-1", "no UTF-8"],
  ],
  user: [
    ["nobody-here", "has only"],
    ["root:nogroup", "has only"],
    ["-1", "has only"],
  ],
  "group-add": [["staff", "has only"]],
  workdir: [["srv", "not absolute"]],
  umask: [
    ["8", "not octal"],
    ["7777", "not octal"],
  ],
  "init-path": [
    ["/no/such", "ENOENT"],
    ["sub", "is no file"],
    ["bin/dynamic", "needs shared libraries"],
    ["sub/env", "EACCES"],
  ],
  init: [
    [["--init", "--pid", "host"], "no process namespace of its own"],
    [["--init", "--pid", "container:web"], "no process namespace of its own"],
  ],
  hostname: [
    ["a b", "64 bytes"],
    ["x".repeat(65), "64 bytes"],
    [["--hostname", "x", "--uts", "host"], "rename another"],
    [["--hostname", "x", "--uts=container:web"], "rename another"],
  ],
  domainname: [
    ["", "64 bytes"],
    [["--domainname", "x", "--uts", "host"], "rename another"],
  ],
  annotation: [
    ["alone", 'no "="'],
    ["=v", "name is empty"],
  ],
  label: [
    ["=v", "name is empty"],
    ["", "no"],
  ],
  "label-file": [["/no/such", "ENOENT"]],
  hook: [
    ["poststopp=/bin/true", "did you mean poststop"],
    ["poststop=true", "no absolute path"],
    ["poststop=timeout=0 /bin/true", "whole number above 0"],
    ["poststop=timeout=1s /bin/true", "whole number above 0"],
    ["poststop=A=1", "no absolute path"],
    ['poststop={"path":"true"}', "no absolute path"],
    ["poststop={", "line 1"],
  ],
  volume: [
    ["data:/data", "names a volume of an engine"],
    ["/data", "anonymous volume"],
    ["~/data:/data", "the shell has left ~"],
    ["/a:/b:z", "chcon"],
    ["/a:/b:Z", "chcon"],
    ["/a:/b:U", "chown"],
    ["/a:/b:nocopy", "volumes of an engine"],
    ["/a:/b:ro,rw", "exclude each other"],
    ["/a:/b:rshared,rslave", "exclude each other"],
    ["/a:/b:rx", "no flag of a volume"],
    ["/a:b", "not an absolute path"],
    ["/a:/", "root filesystem itself"],
    ["/a:/b:ro:x", "another form"],
    [":/b", "another form"],
  ],
  mount: [
    ["type=volume,src=data,dst=/data", "no engine here"],
    ["dst=/data", "no engine here"],
    ["src=data,dst=/data", "no engine here"],
    ["type=image,src=x,dst=/b", "ocilab bundle IMAGE DIR"],
    ["type=npipe,src=x,dst=/b", "Windows"],
    ["type=cluster,src=x,dst=/b", "swarm"],
    ["type=bnid,src=/a,dst=/b", "no mount type"],
    ["type=bind,dst=/b", "needs a source"],
    ["type=bind,src=/a", "target is not an absolute path"],
    ["type=bind,src=/a,dst=b", "target is not an absolute path"],
    ["type=bind,src=/a,dst=/", "root filesystem itself"],
    ["type=bind,src=/a,dst=/b,tmpfs-size=1m", 'a bind mount has no "tmpfs-size"'],
    ["type=bind,src=/a,dst=/b,volume-nocopy", 'a bind mount has no "volume-nocopy"'],
    ["type=tmpfs,src=/a,dst=/b", 'a tmpfs mount has no "source"'],
    ["type=tmpfs,dst=/b,tmpfs-mode=9", "not octal"],
    ["type=tmpfs,dst=/b,tmpfs-size=big", "no number of bytes"],
    ["type=bind,src=/a,dst=/b,readnly", "did you mean readonly"],
    ["type=bind,src=/a,dst=/b,ro=maybe", "neither true nor false"],
    ["type=bind,src=/a,src=/c,dst=/b", "given twice"],
    ["type=bind,src=/a,dst=/b,bind-propagation=all", "propagation is unknown"],
    ["type=bind,src=/a,dst=/b,bind-recursive=no", "bind-recursive is not"],
    ["type=bind,src=/a,dst=/b,bind-recursive=readonly", "needs ro"],
    ["type=bind,src=/a,dst=/b,ro,bind-recursive=readonly,bind-propagation=rslave", "needs bind-propagation"],
    ["type=bind, src=/a,dst=/b", 'it has no " src"'],
    ["type=bind,src=/a,dst=/b,bind-recursive=disabled,bind-nonrecursive", "exclude each other"],
    ["type=bind,src=/a,dst=/b,idmap,ridmap", "exclude each other"],
    ["type=bind,src=/a,dst=/b,uidmap=0:1", "another form"],
    ['type=bind,"src=/a', "quotes do not match"],
  ],
  tmpfs: [
    ["t", "not an absolute path"],
    ["/", "root filesystem itself"],
    ["/t:sise=1m", "did you mean size"],
    ["/t:nosuchflag", "no option"],
    ["/t:size=big", "no number of bytes"],
    ["/t:mode=rwx", "not octal"],
  ],
  device: [
    ["/no/such", "no such file"],
    ["/etc/passwd", "is no device"],
    ["sub", "not absolute"],
    ["/dev/null:/dev/x:rx", "is no access"],
    ["vendor.com/gpu=all", "Container Device Interface"],
    ["/proc/self", "no device in it"],
  ],
  "device-cgroup-rule": [
    ["c 1:3", "another form"],
    ["x 1:3 r", "another form"],
    ["c 1:3 rr", "another form"],
    ["a 1:* rwm", "takes no numbers"],
  ],
  "shm-size": [
    ["0", "not above 0"],
    ["-1", "not above 0"],
    ["big", "no number of bytes"],
    [["--shm-size=1m", "--ipc=host"], "nothing to act on"],
    [["--shm-size=1m", "--ipc=none"], "nothing to act on"],
  ],
  "rootfs-propagation": [["all", "is one of private, shared"]],
};
