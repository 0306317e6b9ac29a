/** The names of the built-in instruments: semantic conventions 1.44, and pushmeter's own. */
export const REQUESTS = "http.server.request.duration";
export const INVOCATIONS = "faas.invoke_duration";
export const COLD_STARTS = "faas.coldstarts";
export const PUSHES = "pushmeter.push.duration";
export const DROPPED = "pushmeter.push.dropped";
