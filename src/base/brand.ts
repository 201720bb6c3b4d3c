declare const brand: unique symbol;

/** A value of type T that only its parser can make. The cast to a brand stands inside that parser and nowhere else. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Options of everything that waits: aborting `signal` makes it reject with the signal's reason, after it has undone what it began. */
export type Cancel = { readonly signal?: AbortSignal | undefined };
