// The floor: the least a proxy in Node can do that reads what it passes on. No checks, no log.
import http from "node:http";
import { Pool } from "undici";

const [port, upstream] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 64 });

const server = http.createServer((request, response) => {
  forward(request, response).catch(() => response.destroy());
});

async function forward(request, response) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const asked = JSON.parse(Buffer.concat(chunks).toString());
  const { statusCode, body } = await pool.request({
    method: "POST",
    path: request.url,
    headers: { "content-type": "application/json", authorization: "Bearer bench" },
    body: JSON.stringify(asked),
  });
  const answer = JSON.stringify(JSON.parse(await body.text()));
  response.writeHead(statusCode, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(answer),
  });
  response.end(answer);
}

server.keepAliveTimeout = 60_000;
server.listen(Number(port), "127.0.0.1");
