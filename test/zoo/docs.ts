/** `npm run docs:receivers`: writes docs/receivers.md. */
import { writeFile } from "node:fs/promises";
import { receiversText } from "./guide-text.ts";

await writeFile(new URL("../../docs/receivers.md", import.meta.url), receiversText());
