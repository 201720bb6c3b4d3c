/**
 * One fact that the kernel was asked for. `source` is the file it was read from ("/proc/42/status"), with the field's name
 * after a space where the file holds several ("/proc/42/status CapEff"). That it could not be read is a fact too.
 */
export type Reading<T> = { readonly source: string } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: "absent" | "denied" | "malformed"; readonly detail: string }
);

/** The files of procfs, sysfs and cgroupfs. Paths are absolute; rejects with node:fs errors. Tests give captured trees. */
export type KernelFiles = {
  readText(path: string): Promise<string>;
  readLink(path: string): Promise<string>;
  list(path: string): Promise<readonly string[]>;
};
