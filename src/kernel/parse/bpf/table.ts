import type { DeviceRow } from "../../view-parts.ts";
import { good, type Parsed } from "../parsed.ts";
import { type DevicePrograms, type DeviceRequest, kindsOfAccess, largest } from "./devices.ts";

/**
 * What the programs answer, as a table for people: of the rows that fit a device the one that names most counts, "1:*" before "*:3"; where none
 * fits, all is denied. Programs that compare sizes or bits are not put into one.
 */
export function deviceTable(programs: DevicePrograms): Parsed<readonly DeviceRow[]> {
  if (!programs.exact)
    return { ok: false, detail: "a program compares sizes or bits of numbers: no table can say it" };
  const asked = asking(programs);
  const rows = (["c", "b"] as const).flatMap((type) => rowsOf(programs, { type, accessOf: asked.accessOf }));
  const failure = asked.failure();
  return failure === undefined ? good(rows) : { ok: false, detail: failure };
}

type Place = Omit<DeviceRequest, "access">;
type Asking = { readonly accessOf: (place: Place) => string; readonly failure: () => string | undefined };

/** The first failure is kept: the programs are the same for all. */
function asking({ allows }: DevicePrograms): Asking {
  let failed: string | undefined;
  const isAllowed = (request: DeviceRequest): boolean => {
    const answer = failed === undefined ? allows(request) : good(false);
    if (!answer.ok) failed = answer.detail;
    return answer.ok && answer.value;
  };
  const accessOf = (place: Place): string => {
    const kinds = kindsOfAccess.filter((access) => isAllowed({ ...place, access }));
    const both = kinds.includes("rw");
    const each = kinds.includes("r") && kinds.includes("w");
    return both === each ? kinds.filter((kind) => kind !== "rw").join("") : kinds.join(",");
  };
  return { accessOf, failure: () => failed };
}

function rowsOf(
  { numbers, other }: DevicePrograms,
  { type, accessOf }: Pick<Asking, "accessOf"> & Pick<Place, "type">,
): readonly DeviceRow[] {
  const of = (major: number, minor: number): string => accessOf({ type, major, minor });
  const rest = of(other.major, other.minor);
  const rows: DeviceRow[] = rest === "" ? [] : [{ type, major: "*", minor: "*", access: rest }];
  const ofMinor = new Map(numbers.map((minor) => [minor, of(other.major, minor)]));
  for (const [minor, access] of ofMinor) if (access !== rest) rows.push({ type, major: "*", minor, access });
  for (const major of numbers.filter((number) => number <= largest.major)) {
    const ofMajor = of(major, other.minor);
    if (ofMajor !== rest) rows.push({ type, major, minor: "*", access: ofMajor });
    for (const minor of numbers) {
      const said = ofMajor === rest ? ofMinor.get(minor) : ofMajor;
      const access = of(major, minor);
      if (access !== said) rows.push({ type, major, minor, access });
    }
  }
  return rows;
}
