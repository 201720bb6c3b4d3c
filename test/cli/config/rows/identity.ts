import type { FlagRow } from "./row.ts";

export const identityRows: readonly FlagRow[] = [
  ["hostname", ["--hostname", "box"], { "/hostname": "box" }],
  ["domainname", ["--domainname", "dom"], { "/domainname": "dom", "/ociVersion": "1.1.0" }],
  [
    "annotation",
    ["--annotation", "a=b=c", "--annotation", "d="],
    { "/annotations/a": "b=c", "/annotations/d": "" },
  ],
  ["label", ["-l", "a=b", "-l", "alone"], { "/annotations/a": "b", "/annotations/alone": "" }],
  [
    "label-file",
    ["--label-file", "sub/labels", "-l", "b=flag"],
    { "/annotations/a": "1", "/annotations/b": "flag" },
  ],
  ["label-file", ["--label-file", "sub/labels"], { "/annotations/a": "1", "/annotations/b": "2" }],
  [
    "hook",
    ["--hook", "poststop=/bin/true x", "--hook=poststop=/bin/false"],
    {
      "/hooks": {
        poststop: [
          { path: "/bin/true", args: ["/bin/true", "x"] },
          { path: "/bin/false", args: ["/bin/false"] },
        ],
      },
    },
  ],
  [
    "hook",
    ["--hook", "createRuntime=timeout=5 A=1 B=2 /bin/env -0"],
    {
      "/ociVersion": "1.0.2",
      "/hooks": {
        createRuntime: [{ path: "/bin/env", args: ["/bin/env", "-0"], env: ["A=1", "B=2"], timeout: 5 }],
      },
    },
  ],
  [
    "hook",
    ["--hook", 'poststart={"path": "/bin/sh", "args": ["sh", "-c", "echo a  b"], "timeout": 3}'],
    { "/hooks": { poststart: [{ path: "/bin/sh", args: ["sh", "-c", "echo a  b"], timeout: 3 }] } },
  ],
  ...(["prestart", "createContainer", "startContainer"] as const).map(
    (kind): FlagRow => [
      "hook",
      ["--hook", `${kind}=/bin/x`],
      {
        "/hooks": { [kind]: [{ path: "/bin/x", args: ["/bin/x"] }] },
        ...(kind === "prestart" ? {} : { "/ociVersion": "1.0.2" }),
      },
    ],
  ),
];
