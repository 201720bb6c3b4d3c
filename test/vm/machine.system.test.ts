import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { checked } from "../cli/schemas.ts";
import { describeWith, missing, repository } from "../support/needs.ts";
import { scratch } from "../support/scratch.ts";

const ocilab = join(repository, "bin/ocilab");
const env = { ...process.env, OCILAB_SOURCE: "1" };

/** Run a command in a machine, to its end. */
function inMachine(
  words: readonly string[],
  options: { readonly input?: Uint8Array; readonly cwd?: string } = {},
) {
  const { status, stdout, stderr } = spawnSync(ocilab, ["vm", ...words], {
    ...{ env, cwd: repository, maxBuffer: 1 << 28 },
    ...options,
  });
  return { status, stdout, stderr: stderr.toString() };
}

/** Start a machine whose command says "up", and wait until it does. */
async function startMachine(
  words: readonly string[],
): Promise<ChildProcess & { readonly said: () => string }> {
  const child = spawn(ocilab, ["vm", ...words], { env, cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error(said)));
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        said += chunk;
        if (said.includes("up\n")) resolve();
      });
  });
  return Object.assign(child, { said: () => said });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return await new Promise((resolve) => child.once("close", (code) => resolve(code)));
}

/** The pids of a process's children. */
function childrenOf(pid: number | undefined): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

/** Whether a process is there and not merely waiting to be reaped. */
function lives(pid: number): boolean {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function gone(pids: readonly number[]): Promise<boolean> {
  for (let turn = 0; turn < 50 && pids.some(lives); turn++) await sleep(20);
  return !pids.some(lives);
}

describeWith(["root", "qemu-system-x86_64", "flock", "ip", "script"], "ocilab vm", () => {
  beforeAll(() => {
    const { status, stdout, stderr } = inMachine(["snapshot", "--json"]);
    expect(stderr).not.toContain("ocilab:");
    expect(status).toBe(0);
    checked("vm", stdout.toString());
  });

  test("--json: the exit code on standard output, what the command printed on standard error", () => {
    const { status, stdout, stderr } = inMachine(["--json", "--", "sh", "-c", "echo out; exit 5"]);
    expect(checked("vm", stdout.toString())).toEqual({ exitCode: 5 });
    expect(stderr).toBe("out\n");
    expect(status).toBe(5);
  });

  test("streams are apart and binary, standard input arrives, the exit code is the command's", () => {
    const input = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    const { status, stdout, stderr } = inMachine(
      ["--", "sh", "-c", "cat; echo err >&2; echo again >/dev/stderr; exit 3"],
      { input },
    );
    expect(stdout.equals(input)).toBe(true);
    expect(stderr).toBe("err\nagain\n");
    expect(status).toBe(3);
  });

  test.each([
    [127, ["no-such-program"]],
    [126, ["/etc/passwd"]],
    [137, ["sh", "-c", "kill -9 $$"]],
  ])("exit code %i: %j", (code, command) => {
    expect(inMachine(["--", ...command]).status).toBe(code);
  });

  test("20 MB come out unharmed, and what is left running does not hold the machine", () => {
    const { status, stdout } = inMachine([
      "--",
      "sh",
      "-c",
      "sleep 600 & head -c 20000000 /dev/zero | tr '\\0' x",
    ]);
    expect(status).toBe(0);
    expect(stdout.length).toBe(20_000_000);
    expect(stdout.every((byte) => byte === 0x78)).toBe(true);
  });

  test("the machine has cgroup v2 with every controller, links, a packet filter, overlay, user namespaces and the right time", () => {
    const { stdout, stderr } = inMachine(["--", "sh", "test/vm/inside/kernel.sh"]);
    const said = Object.fromEntries(
      stdout
        .toString()
        .split("\n")
        .map((line) => line.split(": ")),
    );
    expect(said, stderr).toMatchObject({
      cgroup: "cgroup2fs",
      controllers: "cpuset cpu io memory hugetlb pids rdma misc",
      links: "br0 lo v0 v1",
      ...(missing("nft") === undefined ? { nftables: "1" } : {}),
      overlay: "mounted",
      modprobe: "dummy",
      rlimit: "500000",
      "user namespaces": "yes",
    });
    expect(Math.abs(Number(said["clock"]) - Date.now() / 1000)).toBeLessThan(20);
  });

  test("two restored machines draw different random numbers, at once", async () => {
    const draw = async () => {
      const child = await startMachine(["--", "sh", "-c", "head -c 16 /dev/urandom | od -An -tx1; echo up"]);
      await exitOf(child);
      return child.said();
    };
    const [one, two] = await Promise.all([draw(), draw()]);
    expect(one).toMatch(/( [0-9a-f]{2}){16}\nup\n/);
    expect(one).not.toBe(two);
  });

  test("writes stay in the machine, but for those that --write lets through", async () => {
    await using place = scratch();
    const write = (...flags: readonly string[]) =>
      inMachine([...flags, "--", "sh", "-c", "pwd; cat given; echo new >made; rm given"], {
        cwd: place.path,
      });
    writeFileSync(join(place.path, "given"), "text\n");
    expect(write().stdout.toString()).toBe(`${place.path}\ntext\n`);
    expect(readdirSync(place.path)).toEqual(["given"]);
    expect(write("--write").status).toBe(0);
    expect(readdirSync(place.path)).toEqual(["made"]);
  });

  test("--user has a cgroup of its own to rule", () => {
    const script =
      "id -u; cat /proc/self/cgroup; cd /sys/fs/cgroup/job; mkdir mine; echo +memory >cgroup.subtree_control; cat mine/memory.max";
    const { stdout, stderr } = inMachine(["--user", "nobody", "--", "sh", "-c", script]);
    expect(stdout.toString(), stderr).toBe("65534\n0::/job/command\nmax\n");
  });

  test("-t: the command has a terminal of this one's size, in raw mode, and its exit code comes through", () => {
    const inside = `stty rows 31 cols 97; ${ocilab} vm -t -- sh -c 'tty; stty size; test -t 2 && echo all; exit 4'`;
    const { status, stdout } = spawnSync("script", ["-qec", inside, "/dev/null"], { env, input: "" });
    expect(stdout.toString().replaceAll("\r", "")).toContain("/dev/pts/0\n31 97\nall\n");
    expect(status).toBe(4);
  });

  test("-t without a terminal is refused", () => {
    const { status, stderr } = inMachine(["-t", "--", "true"]);
    expect(stderr).toContain("vm.no-terminal");
    expect(status).toBe(125);
  });

  describe("an end that nobody wished for", () => {
    test.each([
      [
        "a panic",
        ["--", "sh", "-c", "echo c >/proc/sysrq-trigger; sleep 60"],
        /vm\.panic/,
        /Kernel panic - not syncing: sysrq/,
      ],
      ["a timeout", ["--timeout", "4", "--", "sleep", "60"], /vm\.timeout/, /after 4 s/],
      ["a power-off", ["--", "busybox", "poweroff", "-f"], /vm\.ended/, /Power down/],
      [
        "memory that runs out",
        ["--memory", "256m", "--", "sh", "-c", "tail /dev/zero"],
        /vm\.out-of-memory/,
        /used up its 256 MiB/,
      ],
    ])("%s: exit code 125, its own message and the end of the console", (_, words, code, message) => {
      const { status, stderr } = inMachine(words);
      expect(stderr).toMatch(code);
      expect(stderr).toMatch(message);
      expect(status).toBe(125);
    });

    test("kill -9 of ocilab ends QEMU, and there was never a file to leave behind", async () => {
      const child = await startMachine(["--", "sh", "-c", "echo up; sleep 600"]);
      const qemu = childrenOf(child.pid);
      expect(qemu.length).toBeGreaterThan(0);
      child.kill("SIGKILL");
      await exitOf(child);
      expect(await gone(qemu)).toBe(true);
    });

    test("kill -9 of QEMU is told", async () => {
      const child = await startMachine(["--", "sh", "-c", "echo up; sleep 600"]);
      for (const pid of childrenOf(child.pid)) process.kill(pid, "SIGKILL");
      expect(await exitOf(child)).toBe(125);
      expect(child.said()).toContain("QEMU was ended by SIGKILL");
    });

    test.each([
      ["SIGTERM", "trap 'echo bye; exit 9' TERM", 9],
      ["SIGINT", ":", 130],
    ] as const)("%s reaches the command", async (signal, trap, code) => {
      const child = await startMachine(["--", "sh", "-c", `${trap}; echo up; while :; do sleep 0.1; done`]);
      const qemu = childrenOf(child.pid);
      child.kill(signal);
      expect(await exitOf(child)).toBe(code);
      expect(await gone(qemu)).toBe(true);
    });
  });
});
