/**
 * The machine's own apt sources with another suite in them, in both forms: one-line `sources.list` and deb822
 * `.sources` (sources.list(5)). Of a source's options only those stay that say who signs it and for which
 * architecture: one that switches the signature's check off does not.
 */

export interface SourcesFile {
  readonly name: string;
  readonly text: string;
}

/** What leads to the distribution's main archive, not to its security updates or to somebody else's. */
const ALIASES = ["stable", "testing", "unstable", "sid"];
const KEPT = ["signed-by", "architectures", "arch"];

/**
 * The same file with `suite` in the place of the distribution's own; undefined if it names no such source.
 *
 * @param codename - the distribution's, `VERSION_CODENAME` in os-release(5).
 */
export function withSuite(file: SourcesFile, codename: string, suite: string): SourcesFile | undefined {
  const isOwn = (suites: string, components: string) =>
    words(suites).some((name) => name === codename || ALIASES.includes(name)) &&
    words(components).includes("main");
  const text = file.name.endsWith(".sources")
    ? file.text
        .split(/\n(?:[ \t]*\n)+/)
        .flatMap((stanza) => stanzaWithSuite(stanza, isOwn, suite))
        .join("\n\n")
    : file.text
        .split("\n")
        .flatMap((line) => lineWithSuite(line, isOwn, suite))
        .join("\n");
  return text ? { name: file.name, text: `${text}\n` } : undefined;
}

function stanzaWithSuite(
  stanza: string,
  isOwn: (suites: string, components: string) => boolean,
  suite: string,
): string[] {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of stanza.split("\n")) {
    if (line.startsWith("#")) continue;
    const [, name = "", value = ""] = /^([\w-]+):(.*)$/.exec(line) ?? [];
    if (name) last = name.toLowerCase();
    // A key may stand in the field itself, over many lines.
    if (last) fields.set(last, name ? value : `${fields.get(last)}\n${line}`);
  }
  const field = (name: string) => fields.get(name) ?? "";
  const disabled = /^\s*(no|false|off|0|without|disable)\s*$/i.test(field("enabled"));
  if (disabled || !words(field("types")).includes("deb")) return [];
  if (!isOwn(field("suites"), field("components"))) return [];
  const kept = ["uris", ...KEPT].flatMap((name) =>
    fields.has(name) ? [`${name}:${fields.get(name)}`.trimEnd()] : [],
  );
  return [["types: deb", `suites: ${suite}`, "components: main", ...kept].join("\n")];
}

function lineWithSuite(
  line: string,
  isOwn: (suites: string, components: string) => boolean,
  suite: string,
): string[] {
  const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
  if (!match) return [];
  const [, options = "", uri, suites = "", components = ""] = match;
  if (!isOwn(suites, components)) return [];
  const kept = words(options).filter((option) => KEPT.includes(option.split("=")[0]?.toLowerCase() ?? ""));
  return [["deb", ...(kept.length ? [`[${kept.join(" ")}]`] : []), uri, suite, "main"].join(" ")];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
