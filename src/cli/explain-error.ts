import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import { type Failed, gatherEvidence } from "../container/evidence/evidence.ts";
import { findContainer } from "../container/find.ts";
import { parseContainerId } from "../oci/container-id.ts";
import { recognise } from "../runtime/failures/cause.ts";
import { causes } from "../runtime/failures/table.ts";
import type { Context } from "./command.ts";
import type { ExplainValue } from "./commands/explain.ts";
import { whereOf } from "./where.ts";

/**
 * What a message means that a runtime, a container or docker has printed. With a bundle or a container, what they and this machine show of
 * the cause. Errors: "usage.bad-argument" for words that no cause has, those of findContainer.
 */
export async function explainError(
  text: string,
  about: string | undefined,
  context: Context,
): Promise<NonNullable<ExplainValue["error"]>> {
  const known = recognise(text, causes);
  if (known === undefined) throw unknownWords(text);
  const { cause, says, found } = known;
  const failed = about === undefined ? { id: "", root: "/run" } : await sceneOf(about, context);
  const { evidence, hint } = await gatherEvidence(cause.name, { ...failed, found });
  const { name, code, tries, shows } = cause;
  return { cause: name, code, says, tries: hint ?? tries, shows: shows ?? null, evidence };
}

async function sceneOf(about: string, context: Context): Promise<Failed> {
  const directory = resolve(about);
  if (existsSync(directory)) return { id: "", root: "/run", directory };
  const { id, runtime, state } = await findContainer(parseContainerId(about), whereOf(context));
  return { id, root: runtime.root, directory: state.bundle, pid: "pid" in state ? state.pid : undefined };
}

function unknownWords(text: string): OcilabError {
  return new OcilabError("usage.bad-argument", {
    doing: "explain an error",
    got: `${quote(text)} is none of the messages that ocilab knows`,
    hint: "docs/runtime-errors.md lists them; give the whole line as the runtime printed it",
  });
}
