import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { platformOf } from "../../../../src/oci/platform.ts";
import { repository } from "../../../support/needs.ts";
import { ocilabIn } from "../../../support/ocilab.ts";
import { scratch } from "../../../support/scratch.ts";
import { hasty, named, sourceOf } from "./support.ts";

/** Accepts connections and says nothing. */
const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on("error", () => {});
});
const place = scratch();
let host = "";
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await place[Symbol.asyncDispose]();
});

test("of a silent registry it is told whom we wait for, and which try comes next", async () => {
  const lines: string[] = [];
  await using source = sourceOf(`${host}/lab/app`, {
    patience: { ...hasty, tries: 2 },
    timeouts: { connect: 300, silence: 300 },
    noticeAfter: 20,
    onNotice: (line) => lines.push(line),
  });
  await expect(source.resolve(named(`${host}/lab/app`), platformOf(process.arch))).rejects.toMatchObject({
    code: "registry.unreachable",
  });
  const waits = `read the image "${host}/lab/app:latest": "${host}" has sent nothing for 0 s; this try ends after 0.3 s at most (--registry-timeout)`;
  const again = `read the image "${host}/lab/app:latest": "${host}" did not answer in time: try 2 of 2 in 0 s`;
  expect(lines).toEqual([waits, again, waits]);
});

test("the command says it on standard error, with a limit of the user's", { timeout: 60_000 }, async () => {
  const argv = ["pull", "--registry-timeout", "0.1", `${host}/lab/app`];
  const env = { ...process.env, OCILAB_HOME: place.path, NO_COLOR: "1" };
  const child = spawn(join(repository, "bin/ocilab"), argv, { env, stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(child, "close");
  let told = "";
  child.stderr.on("data", (piece) => {
    told += String(piece);
    if (told.includes("\n") && !child.killed) child.kill("SIGTERM");
  });
  expect(await closed).toEqual([143, null]);
  expect(told).toMatch(/^read the image .*did not answer in time: try 2 of 5 in 0\.\d s\n/);
});

test.each(["0", "-1", "x", "1e3", "90000"])("--registry-timeout %s is refused", async (text) => {
  const { exitCode, stderr } = await ocilabIn(place.path)(["pull", `--registry-timeout=${text}`, "a/b"]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("--registry-timeout is a number")]);
});

test("--registry-timeout for an image in no registry would change nothing", async () => {
  const words = ["image", "inspect", "--registry-timeout", "5", "busybox"];
  expect((await ocilabIn(place.path)(words)).stderr).toContain("--registry-timeout would change nothing");
});
