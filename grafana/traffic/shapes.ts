/** Requests to instances that come and go, in the shapes that traffic really has. */

export interface Call {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly instance: string;
  readonly route: string;
  readonly failed: boolean;
  /** Seconds. */
  readonly duration: number;
}

export type Shape = (from: number, to: number, random: () => number) => Call[];

const MINUTE = 60_000;
const ROUTES = ["/courses", "/courses/:id"] as const;

function call(time: number, instance: string, random: () => number): Call {
  const route = ROUTES[random() < 0.7 ? 0 : 1] as string;
  const failed = route === "/courses/:id" && random() < 0.119;
  return { time, instance, route, failed, duration: 0.01 + random() * random() * 0.9 };
}

/** Thirty isolates, each called one to three times every two minutes, and replaced after ten to thirty. */
export const sparse: Shape = (from, to, random) =>
  lives(from, to, random, { places: 30, least: 10, most: 30 }).flatMap(({ instance, begin, end }) => {
    const calls: Call[] = [];
    for (let time = begin; time < end; time += 2 * MINUTE) {
      const times = 1 + Math.floor(random() * 3);
      for (let i = 0; i < times; i++) calls.push(call(time + i * 700, instance, random));
    }
    return calls;
  });

/** Twenty seconds of eight requests a second on new isolates, then several minutes of nothing. */
export const bursty: Shape = (from, to, random) => {
  const calls: Call[] = [];
  let burst = 0;
  for (let begin = from; begin < to; begin += (2 + random() * 5) * MINUTE) {
    burst++;
    for (let ms = 0; ms < 20_000; ms += 125) {
      calls.push(call(begin + ms, `burst-${burst}-${Math.floor(random() * 6)}`, random));
    }
  }
  return calls;
};

/** One request an hour, by one instance that lives on. */
export const hourly: Shape = (from, to, random) => {
  const calls: Call[] = [];
  for (let time = from + 7 * MINUTE; time < to; time += 60 * MINUTE) calls.push(call(time, "rare", random));
  return calls;
};

/** Three instances that answer a request a second each. */
export const busy: Shape = (from, to, random) => {
  const calls: Call[] = [];
  for (let time = from; time < to; time += 1000) {
    for (const instance of ["a", "b", "c"]) calls.push(call(time + random() * 900, instance, random));
  }
  return calls;
};

/** Ten environments of a Lambda, one invocation at a time each, replaced after half an hour. */
export const lambda: Shape = (from, to, random) =>
  lives(from, to, random, { places: 10, least: 25, most: 35 }).flatMap(({ instance, begin, end }) => {
    const calls: Call[] = [];
    for (let time = begin; time < end; time += 5_000 + random() * 40_000) {
      calls.push(call(time, instance, random));
    }
    return calls;
  });

interface Lives {
  /** Instances at a time. */
  readonly places: number;
  /** Minutes that one lives. */
  readonly least: number;
  readonly most: number;
}

function lives(from: number, to: number, random: () => number, { places, least, most }: Lives) {
  const all: { instance: string; begin: number; end: number }[] = [];
  for (let place = 0; place < places; place++) {
    let begin = from + random() * 2 * MINUTE;
    for (let nth = 0; begin < to; nth++) {
      const end = Math.min(begin + (least + random() * (most - least)) * MINUTE, to);
      all.push({ instance: `${place}-${nth}`, begin, end });
      begin = end + random() * MINUTE;
    }
  }
  return all;
}

/**
 * A thousand isolates within an hour, each called every other minute for ten minutes: two routes, one of which also
 * fails, are three sets of attributes and 48 series.
 */
export const thousand: Shape = (from, to, random) =>
  lives(from, to, random, { places: 180, least: 9, most: 11 }).flatMap(({ instance, begin, end }) => {
    const calls: Call[] = [];
    for (let time = begin; time < end; time += 2 * MINUTE) {
      for (let i = 0; i < 4; i++) {
        const route = ROUTES[i % 2] as string;
        calls.push({ ...call(time + i * 500, instance, random), route, failed: i === 3 });
      }
    }
    return calls;
  });
