/** The name of pushmeter's own meter. Its series carry no scope labels; those of other meters do. */
export const METER_NAME = "@pushmeter/sdk";
