let survives = false;

/**
 * From now on a reader of our standard output or error that goes away (EPIPE, EIO) does not end this process, which would leave the
 * container running: what we say is lost, and the container learns it by itself, for it has the same descriptors.
 */
export function surviveClosedStreams(): void {
  if (survives) return;
  survives = true;
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}
