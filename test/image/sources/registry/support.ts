import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { RegistryOptions } from "../../../../src/image/sources/registry/settings.ts";
import { type RegistrySource, registrySource } from "../../../../src/image/sources/registry/source.ts";
import type { Descriptor, ImageManifest } from "../../../../src/oci/image.ts";
import { platformOf } from "../../../../src/oci/platform.ts";
import { type RegistryReference, readRegistryName } from "../../../../src/oci/registry-name.ts";

/** Pauses of milliseconds, so that retries do not take the time that they should. */
export const hasty = { tries: 4, pause: 1, longest: 4, patientFor: 3000 };

/** An environment in which no credentials are found. */
export const bare = { HOME: "/nonexistent", PATH: process.env["PATH"] };

export function named(text: string): RegistryReference {
  const read = readRegistryName(text);
  if (!read.ok) throw new Error(read.because);
  return read.reference;
}

/** A source with settings for tests: hasty, and without credentials of this machine. */
export function sourceOf(text: string, options: Partial<RegistryOptions> = {}): RegistrySource {
  return registrySource(named(text), { home: "/nonexistent", env: bare, patience: hasty, ...options });
}

/** The manifest that a source resolves to for this machine, and its first layer. */
export async function opened(source: RegistrySource, text: string) {
  const descriptor = await source.resolve(named(text), platformOf(process.arch));
  const manifest = JSON.parse((await collect(await source.fetch(descriptor))).toString()) as ImageManifest;
  const [layer] = manifest.layers;
  if (layer === undefined) throw new Error("the image has no layer");
  return { descriptor, manifest, layer };
}

export async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function isWhole(bytes: Buffer, { digest, size }: Descriptor): boolean {
  return bytes.length === size && `sha256:${createHash("sha256").update(bytes).digest("hex")}` === digest;
}
