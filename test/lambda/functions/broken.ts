/** A function whose module cannot be loaded. */
throw new RangeError("no configuration");
