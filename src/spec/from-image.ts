import type { ImageConfig, ImageExecution } from "../oci/image.ts";
import type { Spec } from "../oci/spec.ts";
import { joinEnv } from "./options/environment.ts";

/**
 * The spec with what the image asks: arguments, environment, working directory, annotations (image-spec conversion.md).
 * - `process.user` is left to `imageUser`: an option may replace it.
 * - A relative WorkingDir is taken from `/`, since `process.cwd` must be absolute (config.md#process).
 * - Volumes stay part of the rootfs: conversion.md lets a converter do so, nothing outlives the container, and a mount would hide
 *   what the image put there.
 */
export function fromImage(spec: Spec, image: ImageConfig | undefined): Spec {
  if (image === undefined) return spec;
  const execution = image.config ?? {};
  const annotations = imageAnnotations(image);
  const asked = spec.process ?? { cwd: "/" };
  return {
    ...spec,
    process: {
      ...asked,
      args: [...(execution.Entrypoint ?? []), ...(execution.Cmd ?? [])],
      env: joinEnv(asked.env ?? [], execution.Env ?? []),
      cwd: absolute(execution.WorkingDir ?? ""),
    },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** The annotations of conversion.md#annotation-fields; the image's own labels win over those derived from other fields. */
function imageAnnotations(image: ImageConfig): Record<string, string> {
  const execution: ImageExecution = image.config ?? {};
  const derived: readonly (readonly [string, string | undefined])[] = [
    ["os", image.os],
    ["architecture", image.architecture],
    ["variant", image.variant],
    ["os.version", image["os.version"]],
    ["os.features", image["os.features"]?.join(",")],
    ["author", image.author],
    ["created", image.created],
    ["stopSignal", execution.StopSignal],
    ["exposedPorts", Object.keys(execution.ExposedPorts ?? {}).join(",")],
  ];
  const present = derived.flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[`org.opencontainers.image.${name}`, value] as const],
  );
  return { ...Object.fromEntries(present), ...withoutEmptyKey(execution.Labels ?? {}) };
}

/** An empty annotation key is an error (config.md#annotations), so a label without a name is left behind. */
function withoutEmptyKey(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key !== ""));
}

function absolute(directory: string): string {
  return directory.startsWith("/") ? directory : `/${directory}`;
}
