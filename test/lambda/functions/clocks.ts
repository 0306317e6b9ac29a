/** Says what the environment's clocks show, and waits for a timer across a freeze. */
let fired = false;

export const handler = async ({ timer }: { timer?: number }) => {
  if (timer) setTimeout(() => (fired = true), timer);
  else await new Promise((resolve) => setTimeout(resolve, 20));
  return { wall: Date.now(), monotonic: performance.now(), hrtime: Number(process.hrtime.bigint()), fired };
};
