import type { NetworkAddress, NetworkDevice, NetworkRoute } from "../view-parts.ts";
import { all, bad, good, linesOf, type Parsed, parseExact, wordsOf } from "./parsed.ts";

/** /proc/PID/net/dev (proc_pid_net(5)): the devices of the process's network namespace with their counters. */
export function parseNetworkDevices(text: string): Parsed<readonly NetworkDevice[]> {
  return all(
    linesOf(text)
      .slice(2)
      .map((line) => {
        const colon = line.lastIndexOf(":");
        const numbers = all(wordsOf(line.slice(colon + 1)).map(parseExact));
        if (colon < 1 || !numbers.ok || numbers.value.length < 16) return bad("NAME: 16 COUNTERS", line);
        const at = (index: number) => numbers.value[index] ?? 0;
        return good({
          name: line.slice(0, colon).trim(),
          receivedBytes: at(0),
          receivedPackets: at(1),
          sentBytes: at(8),
          sentPackets: at(9),
        });
      }),
  );
}

/** /proc/PID/net/if_inet6: 32 hexadecimal digits, index, prefix length, scope and flags (hexadecimal), device. */
export function parseInet6(text: string): Parsed<readonly NetworkAddress[]> {
  return all(
    linesOf(text).map((line) => {
      const [digits = "", , prefix = "", , , device] = wordsOf(line);
      if (!/^[0-9a-f]{32}$/.test(digits) || !/^[0-9a-f]{2}$/.test(prefix) || device === undefined)
        return bad("ADDRESS INDEX PREFIX SCOPE FLAGS DEVICE", line);
      return good({ address: address6(digits), prefix: Number.parseInt(prefix, 16), device });
    }),
  );
}

/**
 * The namespace's own IPv4 addresses: those that /proc/PID/net/fib_trie has as "/32 host LOCAL". The file names no device: that of the
 * longest route which holds the address is taken, and lo for 127.0.0.0/8.
 */
export function parseLocalAddresses(
  text: string,
  routes: readonly NetworkRoute[],
): Parsed<readonly NetworkAddress[]> {
  const found = new Set<string>();
  let last: string | undefined;
  for (const line of linesOf(text)) {
    last = /\|-- (\d{1,3}(?:\.\d{1,3}){3})\s*$/.exec(line)?.[1] ?? last;
    if (last !== undefined && /^\s*\/32 host LOCAL/.test(line)) found.add(last);
  }
  return good([...found].map((address) => ({ address, ...placeOf(address, routes) })));
}

function placeOf(
  address: string,
  routes: readonly NetworkRoute[],
): Pick<NetworkAddress, "prefix" | "device"> {
  if (address.startsWith("127.")) return { prefix: 8, device: "lo" };
  const [best] = routes
    .flatMap(({ destination, gateway, device }) => {
      const [network = "", length = "0"] = destination.split("/");
      const prefix = Number(length);
      const holds = gateway === undefined && prefix > 0 && !network.includes(":");
      return holds && within(address, { network, prefix }) ? [{ prefix, device }] : [];
    })
    .sort((a, b) => b.prefix - a.prefix);
  return best ?? { prefix: undefined, device: undefined };
}

function within(address: string, { network, prefix }: { network: string; prefix: number }): boolean {
  const shift = 2 ** (32 - prefix);
  return Math.floor(number4(address) / shift) === Math.floor(number4(network) / shift);
}

function number4(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** /proc/PID/net/route: IPv4, little-endian hexadecimal words; routes that are not up are left out. */
export function parseRoutes(text: string): Parsed<readonly NetworkRoute[]> {
  const rows = linesOf(text).slice(1).map(parseRoute);
  const parsed = all(rows);
  return parsed.ok ? good(parsed.value.flatMap((route) => route ?? [])) : parsed;
}

const [RTF_UP, RTF_GATEWAY, RTF_REJECT] = [1, 2, 0x200];

function parseRoute(line: string): Parsed<NetworkRoute | undefined> {
  const [device, destination = "", gateway = "", flags = "", , , metric = "", mask = ""] = wordsOf(line);
  const words = [destination, gateway, mask];
  if (device === undefined || !words.every((word) => /^[0-9A-F]{8}$/i.test(word)) || !/^\d+$/.test(metric))
    return bad("IFACE DESTINATION GATEWAY FLAGS … MASK", line);
  const set = Number.parseInt(flags, 16);
  if ((set & RTF_UP) === 0) return good(undefined);
  const ones = Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
  return good({
    destination: `${address4(destination)}/${ones}`,
    gateway: (set & RTF_GATEWAY) === 0 ? undefined : address4(gateway),
    device,
    metric: Number(metric),
  });
}

/** /proc/PID/net/ipv6_route; the table of local and multicast addresses, and routes of refusal, are left out. */
export function parseRoutes6(text: string): Parsed<readonly NetworkRoute[]> {
  const parsed = all(linesOf(text).map(parseRoute6));
  return parsed.ok ? good(parsed.value.flatMap((route) => route ?? [])) : parsed;
}

const RTF_LOCAL = 0x80000000;

function parseRoute6(line: string): Parsed<NetworkRoute | undefined> {
  const [destination = "", prefix = "", , , gateway = "", metric = "", , , flags = "", device] =
    wordsOf(line);
  const hex = (word: string, digits: number) => new RegExp(`^[0-9a-f]{${digits}}$`).test(word);
  const whole = hex(destination, 32) && hex(gateway, 32) && hex(prefix, 2) && hex(flags, 8) && hex(metric, 8);
  if (!whole || device === undefined) return bad("DESTINATION PREFIX … FLAGS DEVICE", line);
  const set = Number.parseInt(flags, 16);
  const refused = (set & RTF_UP) === 0 || (set & RTF_REJECT) !== 0 || set >= RTF_LOCAL;
  if (refused || destination.startsWith("ff")) return good(undefined);
  return good({
    destination: `${address6(destination)}/${Number.parseInt(prefix, 16)}`,
    gateway: (set & RTF_GATEWAY) === 0 ? undefined : address6(gateway),
    device,
    metric: Number.parseInt(metric, 16),
  });
}

function address4(word: string): string {
  return (word.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

/** As RFC 5952 writes it: no leading zeros, the longest run of zero groups (two at least) as "::". */
function address6(digits: string): string {
  const groups = (digits.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, ""));
  const runs = [...groups.join(":").matchAll(/(?<![^:])0(?::0)+(?![^:])/g)];
  const longest = runs.reduce((best, [run]) => (run.length > best.length ? run : best), "");
  if (longest === "") return groups.join(":");
  const text = groups.join(":");
  const at = text.search(new RegExp(`(?<![^:])${longest}(?![^:])`));
  return `${text.slice(0, at).replace(/:$/, "")}::${text.slice(at + longest.length).replace(/^:/, "")}`;
}
