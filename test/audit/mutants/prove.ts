import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Spec } from "../../../src/oci/spec.ts";
import { scratch } from "../../support/scratch.ts";
import { broken, type Container, createContainer, explained, makeRootfs } from "../support/container.ts";
import { type Mutation, partsOf } from "./mutation.ts";
import { pointerIn } from "./pointer.ts";

type Sets = Readonly<Record<string, readonly Mutation[]>>;

/** What a mutating runtime and its meddling are proven on: a config, and sets of mutations. */
export type Proof = {
  readonly runtime: string;
  readonly spec: () => Spec;
  readonly sets: Sets;
  /** Whether a mutating runtime stands between, or (quicker) the real one is given the mutated config. */
  readonly by: "wrapper" | "config";
};

/**
 * Tests that an honest runtime breaks nothing, every place that some mutation touches being kept; and that of each set of mutations
 * exactly those places are broken. The audit is strict: sleep(1) changes nothing about itself.
 */
export function prove({ runtime, spec, sets, by }: Proof): void {
  test("without a mutation nothing is broken, and every place to be broken is kept", async () => {
    await using place = scratch();
    const asked = spec();
    await using box = await started(place.path, { asked, runtime, by, mutations: [] });
    const findings = await box.audit(asked, "running", { strict: true });
    expect(explained(findings, "broken")).toEqual([]);
    const kept = new Set(findings.filter(({ verdict }) => verdict === "kept").map(({ at }) => at));
    const places = placesOf(Object.values(sets).flat(), asked);
    expect(places.filter((pointer) => !kept.has(pointer))).toEqual([]);
  });

  test.each(Object.entries(sets).map(([title, mutations]) => ({ title, mutations })))(
    "$title: each of the mutations is caught",
    async ({ mutations }) => {
      await using place = scratch();
      const asked = spec();
      await using box = await started(place.path, { asked, runtime, by, mutations });
      for (const mutation of mutations) if ("afterwards" in mutation) await mutation.afterwards(box);
      const findings = await box.audit(asked, "running", { strict: true });
      expect(new Set(broken(findings)), explained(findings, "broken").join("\n")).toEqual(
        new Set(placesOf(mutations, asked)),
      );
    },
  );
}

function placesOf(mutations: readonly Mutation[], asked: Spec): readonly string[] {
  return mutations.flatMap(({ at }) => at.map((place) => pointerIn(asked, place)));
}

type Wanted = Pick<Proof, "runtime" | "by"> & {
  readonly asked: Spec;
  readonly mutations: readonly Mutation[];
};

async function started(directory: string, { asked, runtime, mutations, by }: Wanted): Promise<Container> {
  makeRootfs(join(directory, "other"));
  // The root of a user namespace is another user, who must pass through to the rootfs.
  chmodSync(directory, 0o711);
  const changes = mutations.filter((mutation) => "change" in mutation);
  const names = changes.map(({ name }) => name).join(";");
  const program = join(import.meta.dirname, "runtime.ts");
  // By way of text, as a runtime gets it: arrays that two members share are two.
  const given = JSON.parse(JSON.stringify(asked)) as Spec;
  if (by === "config") for (const { change } of changes) change(partsOf(given));
  const wrapper = by === "config" || names === "" ? [] : [process.execPath, program, names];
  const box = await createContainer(directory, { spec: asked, runtime, wrapper, given });
  await box.start();
  return box;
}
