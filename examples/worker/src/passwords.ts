import { decodeBase64 } from "hono/utils/encode";

/** The maximum that Workers allow. */
const ITERATIONS = 100_000;
/** Checked for a user who does not exist, so that the answer takes as long. */
const NOBODY = `${"A".repeat(22)}==$${"A".repeat(43)}=`;

/** @param stored - `salt$hash` in base64; the hash is PBKDF2 with SHA-256, 256 bits. */
export async function isPassword(password: string, stored = NOBODY): Promise<boolean> {
  const [salt = "", hash = ""] = stored.split("$");
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, [
    "deriveBits",
  ]);
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: decodeBase64(salt), iterations: ITERATIONS },
    key,
    256,
  );
  return crypto.subtle.timingSafeEqual(bits, decodeBase64(hash));
}
