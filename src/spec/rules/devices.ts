import { quote } from "../../base/text.ts";
import type { Device, DeviceCgroup, Spec } from "../../oci/spec.ts";
import { normal } from "./paths.ts";
import { type Complaint, error, type Rule, repeats, replacement, warning } from "./rule.ts";

/** Rules about linux.devices and the device cgroup. */
export const deviceRules: readonly Rule[] = [
  { name: "device-without-numbers", check: withoutNumbers },
  { name: "device-path-relative", check: relativePath },
  { name: "device-path-twice", check: pathTwice },
  { name: "device-twice", check: numbersTwice },
  { name: "device-not-allowed", check: notAllowed },
  { name: "device-access-malformed", check: malformedAccess },
];

function withoutNumbers(spec: Spec): readonly Complaint[] {
  return (spec.linux?.devices ?? []).flatMap(({ type, major, minor }, index) => {
    if (type === "p" || (major !== undefined && minor !== undefined)) return [];
    const lacks = major === undefined ? "major" : "minor";
    return [
      error(`/linux/devices/${index}/${lacks}`, `must be there for a device of type ${type}`, {
        hint: "ls -l shows major and minor of a device; runtimes take 0 without a word",
        statement: "LX-DEV-04",
      }),
    ];
  });
}

function relativePath(spec: Spec): readonly Complaint[] {
  return (spec.linux?.devices ?? []).flatMap(({ path }, index) =>
    path.startsWith("/")
      ? []
      : [
          error(`/linux/devices/${index}/path`, `must be absolute, is ${quote(path)}`, {
            fix: replacement(`/linux/devices/${index}/path`, normal(path)),
          }),
        ],
  );
}

function pathTwice(spec: Spec): readonly Complaint[] {
  return repeats(spec.linux?.devices ?? [], ({ path }) => normal(path)).map(([index, first]) =>
    error(`/linux/devices/${index}/path`, `is where entry ${first} already makes a device`, {
      statement: "LX-DEV-05",
    }),
  );
}

function numbersTwice(spec: Spec): readonly Complaint[] {
  const numbered = (spec.linux?.devices ?? []).map((device, index) => ({ device, index }));
  const real = numbered.filter(({ device: { type, major } }) => type !== "p" && major !== undefined);
  return repeats(
    real,
    ({ device: { type, major, minor } }) => `${type === "u" ? "c" : type} ${major}:${minor}`,
  ).flatMap(([again, first]) => [
    warning(
      `/linux/devices/${real[again]?.index}`,
      `is the device of entry ${real[first]?.index} under another path`,
      {
        statement: "LX-DEV-09",
      },
    ),
  ]);
}

/** Only where the config itself denies by default; a runtime allows the default devices besides. */
function notAllowed(spec: Spec): readonly Complaint[] {
  const rules = spec.linux?.resources?.devices ?? [];
  return (spec.linux?.devices ?? []).flatMap((device, index) => {
    const last = rules.findLast((rule) => fits(rule, device));
    if (last === undefined || last.allow || device.type === "p") return [];
    const { type, major, minor } = device;
    const rule = { allow: true, type: type === "u" ? "c" : type, major, minor, access: "rwm" };
    return [
      warning(`/linux/devices/${index}`, "is made, but the device rules let nobody open it", {
        hint: "add a rule that allows it after those that deny",
        fix:
          major === undefined || minor === undefined
            ? undefined
            : [{ op: "add", path: "/linux/resources/devices/-", value: rule }],
        statement: "LX-CGD-03",
      }),
    ];
  });
}

function fits(rule: DeviceCgroup, { type, major, minor }: Device): boolean {
  const kind = type === "u" ? "c" : type;
  const any = (asked: unknown): boolean => asked === undefined || Number(asked) === -1;
  return (
    (rule.type === undefined || rule.type === "a" || rule.type === kind) &&
    (any(rule.major) || String(rule.major) === String(major)) &&
    (any(rule.minor) || String(rule.minor) === String(minor)) &&
    (rule.access ?? "rwm").includes("r")
  );
}

function malformedAccess(spec: Spec): readonly Complaint[] {
  return (spec.linux?.resources?.devices ?? []).flatMap(({ access }, index) =>
    access === undefined || /^[rwm]*$/.test(access)
      ? []
      : [
          error(
            `/linux/resources/devices/${index}/access`,
            `must be of the letters r, w and m, is ${quote(access, 20)}`,
            {
              statement: "LX-CGD-03",
            },
          ),
        ],
  );
}
