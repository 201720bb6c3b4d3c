import type { RunStep } from "../container/steps.ts";
import type { Context } from "./command.ts";
import { type Look, processOf } from "./look.ts";
import type { ProgramLook } from "./program.ts";
import { chapter } from "./render/chapter.ts";
import {
  auditLines,
  configRows,
  imageRows,
  problemRows,
  referenceRows,
  runningRows,
  unpackRows,
  waitingRows,
} from "./render/story.ts";
import { oneLine } from "./render/terminal.ts";
import { count } from "./render/value.ts";

/** Tells a run as a story, step by step, to standard output. */
export type Narrator = {
  /** `waiting` is what was seen of the process while it waited for `start`; needed from "created" on. */
  tell(step: RunStep, waiting: Look | undefined): void;
  /** Keep what was seen of the running program, to be told when its output is over. */
  keep(look: ProgramLook): void;
};

/** A narrator for one run of `reference`. */
export function narrate(reference: string, { terminal, print }: Context): Narrator {
  let number = 0;
  let seen: ProgramLook | undefined;
  const say: Say = (title, by, rows = []) => {
    number += 1;
    print(chapter({ title: `${String(number).padStart(2)} ${title}`, by }, rows, terminal));
  };
  return {
    keep(look) {
      seen = look;
    },
    tell(step, waiting) {
      switch (step.kind) {
        case "reference":
          return say("the reference", "parseReference", referenceRows(reference, step.reference));
        case "image":
          return say("the image", "openImage: manifest and config are verified", imageRows(step.image));
        case "unpacked":
          return say("the root filesystem", "unpackLayers", unpackRows(step.result, step.milliseconds));
        case "bundle":
          return say("what is asked: config.json", "buildSpec, createBundle", configRows(step.bundle));
        case "problems":
          say("is that sound?", "validateSpec, lintSpec, checkBundle");
          return print(problemRows(step.problems, terminal));
        case "created":
          return tellCreated(step, { say, waiting });
        case "started":
          return;
        case "exited":
          tellSeen(seen, { say, print: (audit) => print(auditLines(audit, terminal)) });
          return say("the end", "waitpid", [["exit code", exitText(step)]]);
        case "removed":
          return tellRemoved(step.remains, say);
      }
    },
  };
}

function exitText({ exitCode, signal }: Extract<RunStep, { kind: "exited" }>): string {
  return signal === undefined ? String(exitCode) : `${exitCode}, ended by ${signal}`;
}

type Say = (title: string, by: string, rows?: Parameters<typeof chapter>[1]) => void;

function tellCreated(
  { state, runtime, bundle }: Extract<RunStep, { kind: "created" }>,
  { say, waiting }: { readonly say: Say; readonly waiting: Look | undefined },
): void {
  const { pid } = processOf(state);
  const program = oneLine(runtime.name);
  const made = `container ${state.id}, pid ${pid} on the host, waiting`;
  say("the container", `${program} ${runtime.version.version} create`, [["state", made]]);
  if (waiting !== undefined)
    say("what the kernel says while it waits", "viewProcess", waitingRows(waiting.view, bundle.spec));
  say("its program starts, and prints", `${program} start`);
}

function tellSeen(
  seen: ProgramLook | undefined,
  { say, print }: { readonly say: Say; readonly print: (audit: Look["audit"]) => void },
): void {
  if (seen === undefined) return;
  if (seen.of === "program") say("what the kernel said while it ran", "viewProcess", runningRows(seen.view));
  else say("it ended before it could be looked at", "a program that takes longer shows more: sleep 1");
  say("asked and answered", "audit");
  print(seen.audit);
}

function tellRemoved({ looked, left }: Extract<RunStep, { kind: "removed" }>["remains"], say: Say): void {
  say("what is left on the host", "delete", [
    ["looked at", `${count(looked.length, "place")}: runtime state, cgroups, bundle, mounts`],
    ["still there", left.length === 0 ? "nothing" : left.join(", ")],
  ]);
}
