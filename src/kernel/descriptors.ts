import { parseDescriptor } from "./parse/descriptors.ts";
import { attempt, readFact, readLinkFact } from "./read.ts";
import type { KernelFiles, Reading } from "./reading.ts";
import type { Descriptor, DescriptorKind } from "./view-parts.ts";

/** The open descriptors of a process by number. Those that are closed while they are read are left out. */
export async function readDescriptors(
  files: KernelFiles,
  pid: number,
): Promise<Reading<readonly Descriptor[]>> {
  const at = `/proc/${pid}/fd`;
  const names = await attempt(at, () => files.list(at));
  if (!names.ok) return names;
  const found: Descriptor[] = [];
  for (const name of names.value) {
    const one = await readDescriptor(files, { pid, name });
    if (one !== undefined) found.push(one);
  }
  return { source: `${at} and fdinfo`, ok: true, value: found.sort((a, b) => a.fd - b.fd) };
}

async function readDescriptor(
  files: KernelFiles,
  { pid, name }: { readonly pid: number; readonly name: string },
): Promise<Descriptor | undefined> {
  const link = await readLinkFact(files, `/proc/${pid}/fd/${name}`);
  if (!link.ok) return undefined;
  const place = { fd: Number(name), target: link.value };
  const one = await readFact(files, `/proc/${pid}/fdinfo/${name}`, (text) => parseDescriptor(text, place));
  if (!one.ok) return undefined;
  return { ...one.value, kind: await kindOf(files, `/proc/${pid}/fd/${name}`, one.value) };
}

/** A file of the container lies elsewhere for us: what it is, the descriptor itself tells. */
async function kindOf(files: KernelFiles, path: string, { kind }: Descriptor): Promise<DescriptorKind> {
  if (kind !== "file" && kind !== "device") return kind;
  const status = await attempt(path, () => files.status(path, { follow: true }));
  if (!status.ok) return kind;
  if (status.value.kind === "directory") return "directory";
  if (status.value.kind === "character" || status.value.kind === "block") return "device";
  if (status.value.kind === "fifo") return "pipe";
  return status.value.kind === "file" ? "file" : kind;
}
