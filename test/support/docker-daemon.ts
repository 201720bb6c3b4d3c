import { type DockerStore, startDockerd } from "./dockerd.ts";

/** What `dockerSave` does: load one archive, save these names into another. */
export type DockerSave = {
  readonly load: string;
  readonly save: string;
  readonly names: readonly string[];
  /** An existing directory for the daemon's files. */
  readonly directory: string;
  readonly store: DockerStore;
};

/** A private dockerd loads an archive, saves it again and ends. Takes about 2 s. Needs root and "dockerd". */
export async function dockerSave({ load, save, names, directory, store }: DockerSave): Promise<void> {
  await using daemon = await startDockerd(directory, store);
  await daemon.docker("load", "-i", load);
  await daemon.docker("save", "-o", save, ...names);
}
