/** A server that stores each body as a row, durably, and does nothing else: `bare.ts PORT FILE` or `bare.ts PORT postgres://…`. */
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

const [, , port, store = ""] = process.argv;

type Put = (body: Buffer) => unknown;

function inFile(): Put {
  const database = new DatabaseSync(store);
  // As the aggregator has it.
  for (const setting of ["locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"]) {
    database.exec(`PRAGMA ${setting}`);
  }
  database.exec("CREATE TABLE blob (id INTEGER PRIMARY KEY, body BLOB)");
  const insert = database.prepare("INSERT INTO blob (body) VALUES (?)");
  return (body) => insert.run(body);
}

async function inPostgres(): Promise<Put> {
  const name = "pg";
  const { default: pg } = await import(name);
  const pool = new pg.Pool({ connectionString: store, max: 8 });
  await pool.query("CREATE TABLE blob (id bigserial PRIMARY KEY, body bytea)");
  return (body) => pool.query({ name: "put", text: "INSERT INTO blob (body) VALUES ($1)", values: [body] });
}

const put = store.startsWith("postgres:") ? await inPostgres() : inFile();

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    if (request.method === "POST") await put(Buffer.concat(chunks));
    response.writeHead(200).end();
  });
}).listen(Number(port), "127.0.0.1");
