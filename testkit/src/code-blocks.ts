/** The fenced code blocks of one language in a document, in order. */
export function codeBlocks(markdown: string, language: string): string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms");
  return Array.from(markdown.matchAll(fenced), ([, text = ""]) => text);
}
