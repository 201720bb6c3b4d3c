import { archiveAttacks } from "./archives.ts";
import type { Attack } from "./attack.ts";
import { bombs } from "./bombs.ts";
import { linkAttacks } from "./links.ts";
import { nameAttacks } from "./names.ts";
import { storedAttacks } from "./stored.ts";
import { whiteoutAttacks } from "./whiteouts.ts";

/** All attacks; `canary` is an absolute directory beside the target with a file `secret`. */
export function attacks(canary: string): readonly Attack[] {
  return [
    ...linkAttacks(canary),
    ...nameAttacks(canary),
    ...whiteoutAttacks(canary),
    ...archiveAttacks(),
    ...storedAttacks(),
    ...bombs(),
  ];
}
