import { pointerToken } from "../../oci/pointer.ts";
import { type ClaimFamily, claim } from "../claim.ts";
import { show } from "../compare.ts";

/** netDevices (config-linux.md#network-devices): the interface is in the container's network namespace, under its new name. */
export const networkClaims: ClaimFamily = (spec) =>
  Object.entries(spec.linux?.netDevices ?? {}).map(([device, { name = device }]) =>
    claim({
      at: `/linux/netDevices${pointerToken(device)}`,
      statements: ["LX-NET-01", "LX-NET-02"],
      asked: name,
      seen: (view) => view.interfaces,
      differs: (asked, seen) =>
        seen.some((candidate) => matches(asked, candidate)) ? undefined : `the interfaces are ${show(seen)}`,
    }),
  );

/** "eth%d" stands for eth0, eth1, … */
function matches(name: string, candidate: string): boolean {
  const [before, after] = name.split("%d");
  if (after === undefined) return name === candidate;
  const middle = candidate.slice(before?.length, after === "" ? undefined : -after.length);
  return candidate.startsWith(before ?? "") && candidate.endsWith(after) && /^\d+$/.test(middle);
}
