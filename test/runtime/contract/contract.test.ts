import { expect, test } from "vitest";
import { readMeasured } from "../../../scripts/runtimes-document.ts";
import { areas } from "./item.ts";
import { contract } from "./suite.ts";

const measured = readMeasured();

test("docs/runtimes.json has every item of the contract, as it is written, and no other", () => {
  const written = contract.map(({ id, title, area, field, where = "host" }) => ({
    id,
    title,
    area,
    field,
    where,
  }));
  const kept = measured.items.map(({ id, title, area, field, where }) => ({ id, title, area, field, where }));
  expect(kept).toEqual(written);
});

test("every item has one result a runtime, and every refusal a reason", () => {
  for (const { id, area, results } of measured.items) {
    expect(areas, id).toContain(area);
    expect(results, id).toHaveLength(measured.runtimes.length);
    for (const { result, how } of results) if (result !== "yes") expect(how, id).toBeTruthy();
  }
});

test("ids are used once", () => {
  expect(new Set(contract.map(({ id }) => id)).size).toBe(contract.length);
});
