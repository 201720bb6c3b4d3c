/** Why a patch is none or cannot be applied. `at`: JSON pointer into the patch; the caller says which file it came from. */
export class PatchFault extends Error {
  readonly at: string;
  readonly hint: string | undefined;
  constructor(at: string, says: string, hint?: string) {
    super(says);
    this.at = at;
    this.hint = hint;
  }
}
