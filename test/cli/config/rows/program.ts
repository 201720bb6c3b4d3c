import type { FlagRow } from "./row.ts";

const env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "FROM=image"];
const home = "HOME=/root";

/** The test's image has Entrypoint /entry, Cmd image command, and FROM=image in its environment. */
export const programRows: readonly FlagRow[] = [
  ["tty", ["-t"], { "/process/terminal": true, "/process/env": [...env, "TERM=xterm", home] }],
  ["tty", ["--tty=false"], {}],
  ["tty", ["--tty=0"], {}],
  ["env", ["-e", "A=1", "-eB=2"], { "/process/env": [...env, "A=1", "B=2", home] }],
  ["env", ["-e", "INHERITED"], { "/process/env": [...env, "INHERITED=ours", home] }],
  ["env", ["-e", "EMPTY"], {}],
  ["env", ["-e", "FROM"], { "/process/env": [env[0], home] }],
  ["env", ["-e", "A=1", "-e", "A"], {}],
  ["env", ["-e", "A", "-e", "A=1"], { "/process/env": [...env, "A=1", home] }],
  ["env-file", ["--env-file", "sub/names"], {}],
  ["env", ["-e", "FROM=flag"], { "/process/env/1": "FROM=flag" }],
  ["env", ["-e", "A="], { "/process/env": [...env, "A=", home] }],
  [
    "env-file",
    ["--env-file", "sub/env", "-eA=2"],
    { "/process/env": [...env, "A=2", "INHERITED=ours", "B=2 3", home] },
  ],
  [
    "env-file",
    ["--env-file", "sub/env"],
    { "/process/env": [...env, "A=1", "INHERITED=ours", "B=2 3", home] },
  ],
  [
    "user",
    ["-u", "web"],
    {
      "/process/user": { uid: 33, gid: 33, additionalGids: [33] },
      "/process/env/2": "HOME=/web",
      "/process/capabilities/effective": [],
      "/process/capabilities/permitted": [],
    },
  ],
  [
    "user",
    ["--user", "7:8"],
    {
      "/process/user": { uid: 7, gid: 8, additionalGids: [8] },
      "/process/env/2": "HOME=/",
      "/process/capabilities/effective": [],
      "/process/capabilities/permitted": [],
    },
  ],
  ["user", ["--user", ":wheel"], { "/process/user": { uid: 0, gid: 10, additionalGids: [10] } }],
  ["group-add", ["--group-add", "wheel", "--group-add=99"], { "/process/user/additionalGids": [0, 10, 99] }],
  ["workdir", ["-w", "/srv"], { "/process/cwd": "/srv" }],
  ["entrypoint", ["--entrypoint", "/bin/x"], { "/process/args": ["/bin/x"] }],
  ["entrypoint", ["--entrypoint", "", "sh"], { "/process/args": ["sh"] }],
  ["entrypoint", ["--entrypoint", "/bin/x", "a", "b"], { "/process/args": ["/bin/x", "a", "b"] }],
  ["umask", ["--umask", "027"], { "/process/user/umask": 23, "/ociVersion": "1.0.2" }],
  ["init", ["--init"], init("./bin/tini")],
  [
    "init",
    ["--init", "--", "sh"],
    { ...init("./bin/tini"), "/process/args": ["/sbin/docker-init", "--", "/entry", "sh"] },
  ],
  ["init-path", ["--init-path", "bin/my-init"], init("./bin/my-init")],
  ["stop-signal", ["--stop-signal", "QUIT"], { "/annotations/org.opencontainers.image.stopSignal": "QUIT" }],
];

function init(source: string) {
  return {
    "/process/args": ["/sbin/docker-init", "--", "/entry", "image", "command"],
    "/mounts/-": {
      destination: "/sbin/docker-init",
      type: "bind",
      source,
      options: ["bind", "rprivate", "ro"],
    },
  };
}
