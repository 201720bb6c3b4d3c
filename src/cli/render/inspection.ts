import type { InspectValue } from "../inspect.ts";
import type { DifferenceValue, TreeValue } from "../inspect-views.ts";
import { renderDifference } from "./difference.ts";
import { fact, factGroup } from "./facts.ts";
import { renderHost } from "./host.ts";
import { renderTree } from "./inspect-tree.ts";
import { renderProcess } from "./process.ts";
import type { Terminal } from "./terminal.ts";
import { brief } from "./value.ts";

/** What `inspect` found, for people. */
export function renderInspection(
  value: InspectValue | DifferenceValue | TreeValue | undefined,
  terminal: Terminal,
): string {
  // What is watched has been shown.
  if (value === undefined) return "";
  switch (value.kind) {
    case "difference":
      return renderDifference(value, terminal);
    case "tree":
      return renderTree(value, terminal);
    case "host":
      return renderHost(value, terminal);
    case "process":
      return renderProcess(value.process, terminal);
    case "container": {
      const facts = [
        fact("id", value.state, ({ id }) => id),
        fact("status", value.state, ({ status }) => status),
        fact("bundle", value.state, ({ bundle }) => bundle),
        fact("created", value.state, ({ created }) => brief(created)),
      ];
      return `${factGroup("Container", facts, terminal)}\n${renderProcess(value.process, terminal)}`;
    }
  }
}
