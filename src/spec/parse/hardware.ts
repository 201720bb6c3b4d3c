import type { HugepageLimit, IntelRdt, Rdma } from "../../oci/spec.ts";
import { badValue } from "./bad-value.ts";
import { parseBytes } from "./bytes.ts";
import { type FieldRules, parseFields, parseSwitch } from "./fields.ts";
import { parseInteger } from "./number.ts";

/** "2MB=1g": the most bytes in huge pages of that size (config-linux.md#huge-page-limits). Errors: "spec.bad-option". */
export function parseHugepageLimit(text: string): HugepageLimit {
  const form = 'SIZE=BYTES, for example "2MB=1g"';
  const [, number = "", unit = "", bytes = ""] = /^([1-9]\d*)([kmg])b?=(.+)$/i.exec(text.trim()) ?? [];
  if (number === "") throw badValue("huge page limit", text, { got: "it has another form", form });
  const limit = parseBytes(bytes);
  if (limit < 0) throw badValue("huge page limit", text, { got: "it has no bytes", form });
  return { pageSize: `${number}${unit.toUpperCase()}B`, limit };
}

/**
 * "mlx5_0=hca_handle=2,hca_object=2000", as the kernel's rdma.max has it but for the "=" after the device; "max" is no limit
 * (config-linux.md#rdma). Errors: "spec.bad-option".
 */
export function parseRdma(text: string): readonly [string, Rdma] {
  const form = "DEVICE=hca_handle=N,hca_object=N, one of them at least";
  const [, device = "", rest = ""] = /^([^=\s]+)[=\s](.+)$/.exec(text.trim()) ?? [];
  if (device === "") throw badValue("RDMA limit", text, { got: "it has another form", form });
  const rules: FieldRules = { kind: "RDMA limit", form, keys: ["hca_handle", "hca_object"] };
  const fields = parseFields(rest.replaceAll(" ", ","), rules);
  const count = (key: string): number | undefined => {
    const value = fields.get(key)?.[0];
    if (value === undefined || value === "max") return undefined;
    return parseInteger(value, { kind: `RDMA limit ${key}`, least: 0, most: 2 ** 31 - 1 });
  };
  const handles = count("hca_handle");
  const objects = count("hca_object");
  if (handles === undefined && objects === undefined)
    throw badValue("RDMA limit", text, { got: "it limits nothing", form });
  return [
    device,
    {
      ...(handles === undefined ? {} : { hcaHandles: handles }),
      ...(objects === undefined ? {} : { hcaObjects: objects }),
    },
  ];
}

/** "eth1" or "eth1=inner": a network device of the host, and its name inside (config-linux.md#network-devices). Errors: "spec.bad-option". */
export function parseNetDevice(text: string): readonly [string, { readonly name?: string }] {
  const [host = "", inside, ...rest] = text.trim().split("=");
  const form = "HOSTNAME[=NAME], names of at most 15 bytes";
  // IFNAMSIZ and dev_valid_name() of the kernel.
  for (const name of [host, ...(inside === undefined ? [] : [inside])])
    if (!/^[^\s/:]{1,15}$/.test(name) || name === "." || name === ".." || rest.length > 0)
      throw badValue("network device", text, { got: `${JSON.stringify(name)} is no name of a device`, form });
  return [host, inside === undefined ? {} : { name: inside }];
}

const rdtForm = "closid=NAME,l3=L3:0=f,mb=MB:0=50,schemata=LINE,monitor";
const rdtRules: FieldRules = {
  kind: "Intel RDT",
  form: rdtForm,
  keys: ["closid", "l3", "mb", "schemata", "monitor"],
  aliases: { l3cacheschema: "l3", membwschema: "mb", enablemonitoring: "monitor" },
  repeatable: ["schemata"],
};

/** "closid=guaranteed,l3=L3:0=f,monitor": the fields of linux.intelRdt; schemata is repeatable (config-linux.md#intelrdt). Errors: "spec.bad-option". */
export function parseIntelRdt(text: string): IntelRdt {
  const fields = parseFields(text, rdtRules);
  const value = (key: string, name: string) => fields.get(key)?.map((one) => ({ [name]: one }))[0] ?? {};
  const monitor = fields.get("monitor")?.[0];
  return {
    ...value("closid", "closID"),
    ...value("l3", "l3CacheSchema"),
    ...value("mb", "memBwSchema"),
    ...(fields.has("schemata") ? { schemata: [...(fields.get("schemata") ?? [])] } : {}),
    ...(monitor === undefined
      ? {}
      : { enableMonitoring: parseSwitch(monitor, { key: "monitor", text, rules: rdtRules }) }),
  };
}
