/**
 * `@pushmeter/adapters/node`: servers of `node:http`, Express and Fastify, with `/metrics`.
 * @module @pushmeter/adapters/node
 */
export { type ExpressApp, instrumentExpress } from "./node/express.ts";
export {
  type FastifyApp,
  type FastifyReply,
  type FastifyRequest,
  instrumentFastify,
} from "./node/fastify.ts";
export { instrumentHttp } from "./node/http.ts";
export type { NodeOptions } from "./node/options.ts";
export type { ScrapeOptions } from "./scraping.ts";
