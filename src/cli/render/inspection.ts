import type { InspectValue } from "../inspect.ts";
import { fact, factGroup } from "./facts.ts";
import { renderHost } from "./host.ts";
import { renderProcess } from "./process.ts";
import type { Terminal } from "./terminal.ts";
import { brief } from "./value.ts";

/** What `inspect` found, for people. */
export function renderInspection(value: InspectValue, terminal: Terminal): string {
  switch (value.kind) {
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
