import { checkBundle } from "../../bundle/check.ts";
import type { Gathered, Scene } from "./evidence.ts";

/** What `ocilab check` finds at and below these places of config.json. */
export function problemEvidence(places: readonly string[]): (scene: Scene) => Promise<Gathered> {
  return async ({ bundle }) => {
    if (bundle === undefined) return { evidence: [] };
    const problems = (await checkBundle(bundle)).filter(({ at }) =>
      places.some((place) => at === place || at.startsWith(`${place}/`)),
    );
    return {
      evidence: problems.slice(0, 8).map(({ at, says }) => ({ source: at, says })),
      hint: problems.find(({ hint }) => hint !== undefined)?.hint,
    };
  };
}
