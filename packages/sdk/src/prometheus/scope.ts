/** The name of pushmeter's meter. Its series have no scope labels; those of other meters do. */
export const METER_NAME = "@pushmeter/sdk";
