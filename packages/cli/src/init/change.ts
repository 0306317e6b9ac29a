/** Files as they are and as they will be. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createTwoFilesPatch } from "diff";

/** The files of a project, with what is to be changed in them. Nothing is written before `write`. */
export class Changes {
  readonly #folder: string;
  readonly #before = new Map<string, string | undefined>();
  readonly #after = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param path - relative to the project. Undefined if there is no such file. */
  async read(path: string): Promise<string | undefined> {
    const changed = this.#after.get(path);
    if (changed !== undefined) return changed;
    if (!this.#before.has(path)) {
      const text = await readFile(join(this.#folder, path), "utf8").catch(() => undefined);
      this.#before.set(path, text);
    }
    return this.#before.get(path);
  }

  /** Replaces a file that was read, or makes a new one. */
  set(path: string, text: string): void {
    if (!this.#before.has(path)) this.#before.set(path, undefined);
    this.#after.set(path, text);
  }

  /** What differs. */
  get paths(): string[] {
    return [...this.#after].filter(([path, text]) => this.#before.get(path) !== text).map(([path]) => path);
  }

  /** A unified diff of everything. */
  get diff(): string {
    return this.paths.map((path) => this.#diffOf(path)).join("\n");
  }

  async write(): Promise<void> {
    for (const path of this.paths) {
      await mkdir(join(this.#folder, dirname(path)), { recursive: true });
      await writeFile(join(this.#folder, path), this.#after.get(path) ?? "");
    }
  }

  #diffOf(path: string): string {
    const before = this.#before.get(path);
    const patch = createTwoFilesPatch(
      before === undefined ? "/dev/null" : path,
      path,
      before ?? "",
      this.#after.get(path) ?? "",
      undefined,
      undefined,
      { context: 2 },
    );
    return patch.replace(/^Index: .*\n=+\n/, "");
  }
}
