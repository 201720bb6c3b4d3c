import { OcilabError } from "../../base/errors.ts";
import { quote } from "../../base/text.ts";

/** "spec.bad-option": `text` is not a KIND because of `got`; `form` is an example or the shape that is expected. */
export function badValue(kind: string, text: string, parts: { got: string; form: string }): OcilabError {
  return new OcilabError("spec.bad-option", {
    doing: `read the ${kind} ${quote(text)}`,
    got: parts.got,
    hint: `write it as ${parts.form}`,
    facts: { kind, text },
  });
}
