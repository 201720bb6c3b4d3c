import { nearest } from "../../base/text.ts";
import { badValue } from "./bad-value.ts";

/** What docker's --security-opt asks of a low-level runtime. */
export type SecurityWish =
  | { readonly kind: "seccomp"; readonly profile: "default" | "unconfined" }
  | { readonly kind: "seccomp-file"; readonly path: string }
  | { readonly kind: "no-new-privileges"; readonly value: boolean };

/** "seccomp=unconfined", "seccomp=default", "seccomp=FILE", "no-new-privileges", "no-new-privileges=false". Errors: "spec.bad-option". */
export function parseSecurityOption(text: string): SecurityWish {
  const form = "seccomp=default, seccomp=unconfined, seccomp=FILE or no-new-privileges[=false]";
  const [, name = "", value = ""] = /^([^=:]+)(?:[=:](.*))?$/.exec(text.trim()) ?? [];
  switch (name) {
    case "seccomp":
      if (value === "") throw badValue("security option", text, { got: "it names no profile", form });
      if (value === "default" || value === "builtin") return { kind: "seccomp", profile: "default" };
      if (value === "unconfined") return { kind: "seccomp", profile: "unconfined" };
      return { kind: "seccomp-file", path: value };
    case "no-new-privileges":
      if (value === "" || value === "true") return { kind: "no-new-privileges", value: true };
      if (value === "false") return { kind: "no-new-privileges", value: false };
      throw badValue("security option", text, {
        got: `${JSON.stringify(value)} is neither true nor false`,
        form,
      });
    default: {
      const near = nearest(name, ["seccomp", "no-new-privileges"]);
      const got = near === undefined ? "there is no such option" : `did you mean ${near}?`;
      throw badValue("security option", text, { got, form });
    }
  }
}
