import { OcilabError } from "../base/errors.ts";
import { quote } from "../base/text.ts";
import type { ContainerId } from "./spec.ts";

const longest = 1024;

/** The container id that `text` writes, by runc's rule: letters, digits and `_+-.`, 1 to 1024 of them, not "." or "..". Throws "spec.bad-container-id". */
export function parseContainerId(text: string): ContainerId {
  const fault = faultOf(text);
  if (fault === undefined) return text as ContainerId;
  throw new OcilabError("spec.bad-container-id", {
    doing: `use the container id ${quote(text, 80)}`,
    got: fault,
  });
}

function faultOf(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.length > longest) return `it has ${text.length} characters, at most ${longest} are allowed`;
  if (text === "." || text === "..") return "it would name a directory";
  const wrong = /[^A-Za-z0-9_+.-]/u.exec(text)?.[0];
  return wrong === undefined ? undefined : `${quote(wrong)} is not allowed, only letters, digits and _ + - .`;
}
