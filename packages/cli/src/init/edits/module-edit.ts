/** Edits of a module that keep what is around them, in the user's own style. */
import MagicString from "magic-string";
import { parse, type Source } from "../../source/parse.ts";
import { importsOf } from "../../source/syntax.ts";

/** How the user writes. */
export interface Style {
  readonly quote: '"' | "'";
  readonly semicolon: ";" | "";
  readonly indent: string;
}

export class ModuleEdit {
  readonly source: Source;
  readonly style: Style;
  readonly #text: MagicString;
  readonly #imports: string[] = [];

  private constructor(source: Source) {
    this.source = source;
    this.style = styleOf(source.text);
    this.#text = new MagicString(source.text);
  }

  /** Undefined for a text that is no module. */
  static of(path: string, text: string): ModuleEdit | undefined {
    const source = parse(path, text);
    return source && new ModuleEdit(source);
  }

  /** `require` in a CommonJS module. */
  import(name: string, from: string): void {
    const isThere = importsOf(this.source).some((one) => one.from === from && one.imported === name);
    if (isThere) return;
    const { quote, semicolon } = this.style;
    const module = `${quote}${from}${quote}`;
    this.#imports.push(
      this.isCommonJs
        ? `const { ${name} } = require(${module})${semicolon}`
        : `import { ${name} } from ${module}${semicolon}`,
    );
  }

  /** Re-exports a name of another module. */
  reexport(name: string, from: string): void {
    const { quote, semicolon } = this.style;
    this.#imports.push(`export { ${name} } from ${quote}${from}${quote}${semicolon}`);
  }

  get isCommonJs(): boolean {
    const { program, text } = this.source;
    return program.sourceType === "script" && /\b(?:require\(|exports\b)/.test(text);
  }

  insert(at: number, text: string): void {
    this.#text.appendLeft(at, text);
  }

  /** Puts a call around an expression: `name(pushmeter, …)`. */
  wrap({ start, end }: Range, name: string): void {
    this.#text.appendRight(start ?? 0, `${name}(pushmeter, `);
    this.#text.appendLeft(end ?? 0, ")");
  }

  replace({ start, end }: Range, text: string): void {
    this.#text.overwrite(start ?? 0, end ?? 0, text);
  }

  remove(start: number, end: number): void {
    this.#text.remove(start, end);
  }

  append(text: string): void {
    this.#text.append(text);
  }

  toString(): string {
    if (!this.#imports.length) return this.#text.toString();
    const last = this.source.program.body.filter(({ type }) => type === "ImportDeclaration").at(-1);
    const block = this.#imports.join("\n");
    if (last)
      return this.#text
        .clone()
        .appendLeft(last.end ?? 0, `\n${block}`)
        .toString();
    // After a comment at the top, such as a licence, and before the first statement's own.
    const first = this.source.program.body[0];
    const directives = this.source.program.directives.at(-1);
    const at = directives?.end ?? first?.leadingComments?.[0]?.start ?? first?.start ?? 0;
    const text = directives ? `\n${block}` : `${block}\n\n`;
    return this.#text.clone().appendRight(at, text).toString();
  }
}

interface Range {
  readonly start?: number | null | undefined;
  readonly end?: number | null | undefined;
}

function styleOf(text: string): Style {
  const double = text.match(/(?:from |require\(|import )"/g)?.length ?? 0;
  const single = text.match(/(?:from |require\(|import )'/g)?.length ?? 0;
  const quoted = double + single || (text.match(/"/g)?.length ?? 0) >= (text.match(/'/g)?.length ?? 0);
  const quote = (double + single ? double >= single : quoted) ? '"' : "'";
  const ended = text.match(/;[ \t]*$/gm)?.length ?? 0;
  const open = text.match(/[)'"\w][ \t]*$/gm)?.length ?? 0;
  const indent = /^(\t| {2,8})\S/m.exec(text)?.[1] ?? "  ";
  return { quote, semicolon: ended > 0 || open === 0 ? ";" : "", indent };
}
