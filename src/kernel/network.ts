import {
  parseInet6,
  parseLocalAddresses,
  parseNetworkDevices,
  parseRoutes,
  parseRoutes6,
} from "./parse/network.ts";
import { parseReading, readFact, readWhole } from "./read.ts";
import type { KernelFiles } from "./reading.ts";
import type { NetworkView } from "./view-parts.ts";

/** The process's network namespace: /proc/PID/net shows that of the process, whoever reads it (proc_pid_net(5)). */
export async function readNetwork(files: KernelFiles, pid: number): Promise<NetworkView> {
  const at = `/proc/${pid}/net`;
  const routes4 = await readFact(files, `${at}/route`, parseRoutes);
  const routes6 = await readFact(files, `${at}/ipv6_route`, parseRoutes6);
  const trie = await readWhole(files, `${at}/fib_trie`);
  const known = routes4.ok ? routes4.value : [];
  const routes =
    routes4.ok && routes6.ok
      ? {
          source: `${routes4.source} and ipv6_route`,
          ok: true as const,
          value: [...routes4.value, ...routes6.value],
        }
      : routes4;
  return {
    devices: await readFact(files, `${at}/dev`, parseNetworkDevices),
    ipv4: parseReading(trie, (text) => parseLocalAddresses(text, known)),
    ipv6: await readFact(files, `${at}/if_inet6`, parseInet6),
    routes,
  };
}
