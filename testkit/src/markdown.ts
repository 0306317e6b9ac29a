/** Tables of a Markdown page, and its sections between `<!-- name -->` and `<!-- end of name -->`. */

/** The rows of every table whose header begins with a cell that `isWanted`, each as its cells. */
export function rows(markdown: string, isWanted: (firstHeader: string) => boolean): string[][] {
  const tables = markdown.matchAll(/^(\|.*\|)\n\| ?-.*\|\n((?:\|.*\|\n)*)/gm);
  return Array.from(tables).flatMap(([, header = "", body = ""]) =>
    isWanted(cells(header)[0] ?? "") ? body.trimEnd().split("\n").map(cells) : [],
  );
}

function cells(row: string): string[] {
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/**
 * The text of a section.
 *
 * @throws Error if the page has no place for it.
 */
export function sectionOf(page: string, name: string): string {
  return page.slice(...positions(page, name));
}

/** The page with another text for one section. */
export function withSection(page: string, name: string, text: string): string {
  const [from, to] = positions(page, name);
  return `${page.slice(0, from)}\n\n${text}\n\n${page.slice(to)}`;
}

/** Of the text between the section's two comments. */
function positions(page: string, name: string): [from: number, to: number] {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  if (from < begin.length || to < from) {
    throw new Error(`the page has no comments ${begin} and ${end}, in this order`);
  }
  return [from, to];
}
