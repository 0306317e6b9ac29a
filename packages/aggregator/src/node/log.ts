/** Where a server says what somebody should read: one line each. */
export type Log = (line: string) => void;
