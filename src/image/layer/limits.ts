/** What a stranger's image may cost at most. Sums are over all layers of one image. */
export type LayerLimits = {
  /** Bytes of uncompressed archives and of the files in them (a sparse file counts with its full size). */
  readonly bytes: number;
  /** Entries of all archives. */
  readonly entries: number;
  /** Bytes of a path inside the root filesystem, links resolved; what is left of the kernel's 4,096 is for the path of the root filesystem itself. */
  readonly pathLength: number;
  /** Bytes of one extended header (PAX, GNU long name, sparse map). */
  readonly headerBytes: number;
  /** Uncompressed bytes for each byte of a layer as stored, judged only beyond `ratioFrom`. */
  readonly ratio: number;
  /** Uncompressed bytes up to which any ratio is fine. */
  readonly ratioFrom: number;
};

export const defaultLimits: LayerLimits = {
  bytes: 64 * 2 ** 30,
  entries: 1_000_000,
  pathLength: 3_072,
  headerBytes: 2 ** 20,
  ratio: 250,
  ratioFrom: 2 ** 28,
};
