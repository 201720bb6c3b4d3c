/** What docs/errors.md says of one error code. `exit` is the exit code of a command that ends with it. */
export type CodeDescription = {
  /** One sentence: what happened. */
  readonly meaning: string;
  /** One or two sentences: what the reader can do about it. */
  readonly remedy: string;
  /** 1 failed (the default), 2 usage, 3 the answer is no. */
  readonly exit?: 1 | 2 | 3;
};

/** Codes are `family.what-happened` in kebab-case and never change their meaning once released. */
export type CodeTable = { readonly [code: `${string}.${string}`]: CodeDescription };
