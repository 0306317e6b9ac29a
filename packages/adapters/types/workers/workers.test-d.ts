/** What the compiler promises to the author of a Worker. Each `@ts-expect-error` is a mistake that it finds. */
import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Hono } from "hono";
import { pushmeterMiddleware } from "../../src/hono.ts";
import {
  instrumentDurableObject,
  instrumentEntrypoint,
  instrumentWorker,
  instrumentWorkflow,
  tailMeter,
} from "../../src/workers.ts";
import { same } from "../same.ts";

interface Env {
  readonly REMOTE_WRITE_URL: string;
  readonly DB: D1Database;
}

const pushmeter = createPushmeter({
  service: "courses",
  push: (env: Env) => remoteWrite({ url: env.REMOTE_WRITE_URL }),
});
/** `push` is a value: any environment will do. */
const anywhere = createPushmeter({ push: remoteWrite({ url: "http://receiver/api/v1/write" }) });

// Handlers without types get the runtime's, and the environment of `push`.
const worker = instrumentWorker(
  pushmeter,
  {
    fetch(request, env, ctx) {
      same<typeof request, Request>();
      same<typeof env, Env>();
      same<typeof ctx, ExecutionContext>();
      return new Response();
    },
    scheduled(controller, env, ctx) {
      same<typeof controller, ScheduledController>();
      same<typeof env, Env>();
      same<typeof ctx, ExecutionContext>();
    },
    async queue(batch, env, ctx) {
      same<typeof batch, MessageBatch>();
      same<typeof env, Env>();
      same<typeof ctx, ExecutionContext>();
    },
    email(message) {
      same<typeof message, ForwardableEmailMessage>();
    },
  },
  {
    route: (request) => request.url,
    attributes: (_request, response, env) => {
      same<typeof env, Env>();
      same<typeof response, Response | undefined>();
      return { database: String(env.DB) };
    },
  },
);
worker satisfies ExportedHandler<Env>;
same<ReturnType<typeof worker.fetch>, Promise<Response>>();
// @ts-expect-error There is no such handler.
worker.tail;

// Handlers that declare more than `push` reads.
instrumentWorker(anywhere, {
  fetch: (request: Request<unknown, IncomingRequestCfProperties>, env: Env) =>
    new Response(`${request.cf?.country} ${env.DB}`),
  queue: async (batch: MessageBatch<{ readonly course: number }>, _env: Env) =>
    void batch.messages.map(({ body }) => body.course),
}) satisfies ExportedHandler<Env, { readonly course: number }>;

const exported: ExportedHandler<Env, { readonly course: number }> = {
  fetch: () => new Response(),
  queue: async () => {},
};
const instrumented: ExportedHandler<Env, { readonly course: number }> = instrumentWorker(pushmeter, exported);
instrumented satisfies ExportedHandler<Env, { readonly course: number }>;

// A mistyped name, and what is no handler.
instrumentWorker(pushmeter, {
  fetch: () => new Response(),
  // @ts-expect-error
  sheduled: async () => {},
});
// @ts-expect-error A handler returns a response.
instrumentWorker(pushmeter, { fetch: () => "hello" });
instrumentWorker(pushmeter, {
  // @ts-expect-error `push` reads REMOTE_WRITE_URL, which this environment does not have.
  fetch: (_request: Request, _env: { readonly TOKEN: string }) => new Response(),
});
// @ts-expect-error There is no such option.
instrumentWorker(pushmeter, { fetch: () => new Response() }, { rout: () => "/" });
// @ts-expect-error Not a pushmeter.
instrumentWorker({}, { fetch: () => new Response() });

// A Hono app keeps all that it has.
const app = new Hono<{ Bindings: Env }>();
app.use(
  pushmeterMiddleware(pushmeter, {
    attributes: (_request, _response, env) => ({ url: env.REMOTE_WRITE_URL }),
  }),
);
const served = instrumentWorker(pushmeter, app);
served satisfies ExportedHandler<Env>;
same<Awaited<ReturnType<typeof served.request>>, Response>();
same<typeof served.routes, typeof app.routes>();
// @ts-expect-error A Hono app has no scheduled handler.
served.scheduled;

class App {
  readonly name = "app";
  fetch(): Response {
    return new Response(this.name);
  }
}
const appWorker = instrumentWorker(pushmeter, new App());
same<typeof appWorker.name, "app">();
same<ReturnType<typeof appWorker.fetch>, Promise<Response>>();

// Classes keep their types.
class Catalogue extends WorkerEntrypoint<Env> {
  readonly #title = "Databases";
  get title(): string {
    return this.#title;
  }
  find(id: number): string {
    return `${id}`;
  }
}
class Room extends DurableObject<Env> {
  async join(name: string): Promise<string> {
    return name;
  }
}
class Enrolment extends WorkflowEntrypoint<Env, { readonly course: number }> {
  override async run(): Promise<string> {
    return "done";
  }
}
const MeasuredCatalogue = instrumentEntrypoint(pushmeter, Catalogue, { route: () => "/" });
const MeasuredRoom = instrumentDurableObject(pushmeter, Room);
const MeasuredEnrolment = instrumentWorkflow(pushmeter, Enrolment);
same<typeof MeasuredCatalogue, typeof Catalogue>();
class Courses extends WorkerEntrypoint<Env> {
  override async fetch(request: Request): Promise<Response> {
    return new Response(request.url);
  }
}
const MeasuredCourses = instrumentWorker(pushmeter, Courses, {
  attributes: (_request, _response, env) => ({ url: env.REMOTE_WRITE_URL }),
});
same<typeof MeasuredCourses, typeof Courses>();
same<typeof MeasuredRoom, typeof Room>();
same<typeof MeasuredEnrolment, typeof Enrolment>();
export class Extended extends MeasuredCatalogue {
  more(): string {
    return this.find(1);
  }
}
// @ts-expect-error There is no such option.
instrumentEntrypoint(pushmeter, Catalogue, { rout: () => "/" });
// @ts-expect-error Not a class.
instrumentDurableObject(pushmeter, { fetch: () => new Response() });

tailMeter(pushmeter) satisfies ExportedHandler<Env>;
