// The provider that every round calls: answers one fixed chat completion, after as many milliseconds as it is told, in a process of its own.
import http from "node:http";

const answer = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "bench",
  choices: [
    {
      index: 0,
      message: {
        role: "assistant",
        content: "The quick brown fox jumps over the lazy dog. ".repeat(6),
      },
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 40, completion_tokens: 60, total_tokens: 100 },
});

const [port, delayMs] = process.argv.slice(2).map(Number);
const server = http.createServer((request, response) => {
  const respond = () => {
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(answer),
    });
    response.end(answer);
  };
  request.resume().on("end", () => (delayMs > 0 ? setTimeout(respond, delayMs) : respond()));
});
server.keepAliveTimeout = 60_000;
server.listen(port, "127.0.0.1");
