import { type ContainerEvent, containerEvents } from "../container/events.ts";
import { formatJson } from "../oci/json.ts";
import type { ContainerId } from "../oci/spec.ts";
import type { Context } from "./command.ts";
import { paint } from "./render/terminal.ts";
import { type UsageSample, usageLine } from "./render/usage.ts";
import { whereOf } from "./where.ts";

/** `ocilab events`: a line an event. Ends quietly when interrupted. Errors: those of containerEvents. */
export async function printEvents(
  id: ContainerId,
  options: { readonly context: Context; readonly interval: number; readonly once: boolean },
): Promise<void> {
  const { context, interval, once } = options;
  let samples: readonly UsageSample[] = [];
  for await (const event of containerEvents(id, { ...whereOf(context), interval, once })) {
    if (event.type === "stats") samples = [...samples, event].slice(-2);
    process.stdout.write(
      context.json ? `${formatJson(documentOf(event))}\n` : lineOf(event, samples, context),
    );
  }
}

function documentOf({ at: _, ...event }: ContainerEvent): unknown {
  return event;
}

function lineOf(event: ContainerEvent, samples: readonly UsageSample[], { terminal }: Context): string {
  const head = (word: string) => `${event.time} ${paint(word, "bold", terminal)}`;
  switch (event.type) {
    case "stats":
      return usageLine(samples);
    case "oom":
      return `${head("out of memory")} ${event.kills} killed since it began (${event.source})\n`;
    case "end":
      return event.exit.exitCode === null
        ? `${head("end")} exit code not known: ${event.exit.why}\n`
        : `${head("end")} exit code ${event.exit.exitCode}${event.exit.signal === null ? "" : ` (${event.exit.signal})`}\n`;
  }
}
