import { setTimeout as sleep } from "node:timers/promises";

export const handler = async ({ wait }: { wait: number }) => {
  await sleep(wait);
  return "done";
};
