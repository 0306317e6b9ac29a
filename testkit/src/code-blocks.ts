/** The texts of a document's fenced blocks of a language, in their order. */
export function codeBlocks(markdown: string, language: string): string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms");
  return Array.from(markdown.matchAll(fenced), ([, text = ""]) => text);
}
