/** Bytes of a body, as sent and again once inflated. */
export const BODY_LIMIT = 32 * 1024 * 1024;
