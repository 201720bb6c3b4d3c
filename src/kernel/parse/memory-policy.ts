import type { MemoryPolicy } from "../view-parts.ts";
import { bad, good, linesOf, type Parsed, wordsOf } from "./parsed.ts";
import { parseRanges } from "./status.ts";

/**
 * The policy in the first line of /proc/PID/numa_maps (numa(7)): "MODE[=FLAGS][:NODES]". It is that of the first mapping, which is the
 * process's own unless mbind(2) gave the mapping another.
 */
export function parseMemoryPolicy(text: string): Parsed<MemoryPolicy> {
  const [line = ""] = linesOf(text);
  const many = line.replace(/ (prefer|weighted) (\(many\)|interleave)/, " $1_$2");
  const [address = "", policy = ""] = wordsOf(many);
  const [, mode, flags, nodes] = /^([a-z_()]+)(?:=([a-z|]+))?(?::([\d,-]+))?$/.exec(policy) ?? [];
  if (!/^[0-9a-f]+$/.test(address) || mode === undefined) return bad("ADDRESS POLICY …", line);
  const members = parseRanges(nodes ?? "");
  if (!members.ok) return members;
  return good({ mode: mode.replace("_", " "), flags: flags?.split("|") ?? [], nodes: members.value });
}
