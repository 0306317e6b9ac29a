/** A Worker with every kind of export, written and typed as users do it. */
import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint, type WorkflowStep } from "cloudflare:workers";
import {
  instrumentDurableObject,
  instrumentEntrypoint,
  instrumentWorker,
  instrumentWorkflow,
} from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

export interface Env {
  readonly PUSH_URL: string;
  readonly CATALOGUE: Service<Catalogue>;
  readonly SELF: Fetcher;
  readonly ROOM: DurableObjectNamespace<Room>;
  readonly ENROLMENT: Workflow;
}

const errors: string[] = [];
const pushmeter = createPushmeter({
  service: "courses",
  push: (env: Env) => remoteWrite({ url: env.PUSH_URL }),
  flush: { every: 300 },
  onError: (error) => errors.push(String(error)),
});

abstract class Greeter extends WorkerEntrypoint<Env> {
  greet(name: string): string {
    return `Hello ${name}`;
  }
}

class Catalogue extends Greeter {
  readonly #title = "Databases";

  get title(): string {
    return this.#title;
  }
  async describe(name: string): Promise<string> {
    return `${this.greet(name)}: ${this.#title}`;
  }
  fail(): void {
    throw new RangeError("no such course");
  }
  override async fetch(): Promise<Response> {
    return new Response(this.#title, { status: 202 });
  }
}

class Room extends DurableObject<Env> {
  readonly #seen: string[] = [];
  #alarms = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#seen.push("made");
  }
  join(name: string): string[] {
    this.#seen.push(name);
    return this.#seen;
  }
  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    if (message === "fail") throw new RangeError("no such room");
    socket.send(`${message}!`);
  }
  override async webSocketClose(socket: WebSocket): Promise<void> {
    socket.close();
  }
  async arm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now());
  }
  override async alarm(): Promise<void> {
    if (++this.#alarms < 3) await this.arm();
  }
}

class Enrolment extends WorkflowEntrypoint<Env> {
  override async run(_event: unknown, step: WorkflowStep): Promise<string> {
    let attempts = 0;
    const title = await step.do("find course", async () => "Databases");
    await step.sleep("a moment", 10);
    await step.do("charge", { retries: { limit: 2, delay: 10 } }, async () => {
      if (++attempts < 2) throw new RangeError("card refused");
      return attempts;
    });
    return title;
  }
}

const MeasuredCatalogue = instrumentEntrypoint(pushmeter, Catalogue);
const MeasuredRoom = instrumentDurableObject(pushmeter, Room);
const MeasuredEnrolment = instrumentWorkflow(pushmeter, Enrolment);

export { MeasuredCatalogue as Catalogue, MeasuredEnrolment as Enrolment, MeasuredRoom as Room };

const worker = instrumentWorker(pushmeter, {
  fetch: (request, _env, _ctx) =>
    new Response(null, { status: request.url.endsWith("/missing") ? 404 : 200 }),
  scheduled: async () => {},
  queue: async () => {},
  email: async () => {},
  async connect(socket) {
    const writer = socket.writable.getWriter();
    await writer.write(new TextEncoder().encode("hello"));
    await writer.close();
  },
  tail: () => {},
  tailStream: () => undefined,
  trace: () => {},
  test: () => {},
});

export default {
  ...worker,
  /** Paths under `/behind/` lead to the other entry points and are not measured. */
  async fetch(request, env, ctx): Promise<Response> {
    const room = env.ROOM.getByName("a");
    switch (new URL(request.url).pathname) {
      case "/behind/errors":
        return Response.json(errors);
      case "/behind/catalogue": {
        const failure = await env.CATALOGUE.fail().catch((error: Error) => `${error.name}: ${error.message}`);
        const { status } = await env.CATALOGUE.fetch("http://courses.example/");
        return Response.json([
          await env.CATALOGUE.describe("Ada"),
          await env.CATALOGUE.title,
          failure,
          status,
        ]);
      }
      case "/behind/connect":
        return new Response(env.SELF.connect("courses.example:70").readable);
      case "/behind/room":
        return Response.json(await room.join("Ada"));
      case "/behind/socket":
        return room.fetch(request);
      case "/behind/alarm":
        await room.arm();
        return new Response();
      case "/behind/workflow": {
        const { id } = await env.ENROLMENT.create();
        return new Response(id);
      }
      case "/behind/workflow/status": {
        const instance = await env.ENROLMENT.get(new URL(request.url).searchParams.get("id") ?? "");
        return Response.json(await instance.status());
      }
      default:
        return worker.fetch(request, env, ctx);
    }
  },
} satisfies ExportedHandler<Env>;
