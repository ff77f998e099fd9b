/** Quotes a word for POSIX sh: whatever it holds, it stays one word. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
