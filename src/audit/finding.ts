/** What became of one thing that config.json asks for: the place of the wish, the file that answered, and the verdict. */
export type Finding = { readonly at: string; readonly asked: unknown; readonly source: string } & (
  | { readonly verdict: "kept"; readonly seen: unknown }
  | { readonly verdict: "broken"; readonly seen: unknown; readonly why: string }
  | { readonly verdict: "unseen"; readonly why: string }
);
