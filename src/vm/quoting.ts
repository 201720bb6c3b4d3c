/** A word as a POSIX shell reads it back unchanged, whatever bytes it holds but zero (POSIX 2.2.2: single quotes). */
export function shellWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Words for one shell command line. */
export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
