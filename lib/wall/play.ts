import { rateLimitHeaders } from "./answers";
import { later, sever, stall, writeHead, type Exchange } from "./exchange";
import type { Pace } from "./pace";
import type { StreamScript } from "./script";

/** Plays a stream at its pace; without delays everything leaves in one write. */
export function playStream(exchange: Exchange, script: StreamScript, pace: Pace): void {
  later(exchange, pace.headMs, () => {
    writeHead(exchange, 200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      ...rateLimitHeaders,
    });
    if (pace.firstTokenMs > 0) {
      exchange.res.write(script.head);
      later(exchange, pace.firstTokenMs, () => {
        playTokens(exchange, script, pace.tokenGapMs, "");
      });
    } else {
      playTokens(exchange, script, pace.tokenGapMs, script.head);
    }
  });
}

function playTokens(exchange: Exchange, script: StreamScript, gapMs: number, prefix: string): void {
  const { tokens } = script;
  const startMs = performance.now();
  let sent = 0;
  let unsent = prefix;
  const step = (): void => {
    // Timers are coarser than a fast model: each step sends all the tokens that are due.
    const due = gapMs > 0 ? Math.floor((performance.now() - startMs) / gapMs) + 1 : tokens.length;
    const upTo = Math.min(due, tokens.length);
    const chunk = unsent + tokens.slice(sent, upTo).join("");
    unsent = "";
    sent = upTo;
    exchange.attempt.tokens_sent = sent;
    if (sent >= tokens.length) {
      finish(exchange, script, chunk + script.tail);
      return;
    }
    exchange.res.write(chunk);
    later(exchange, Math.max(1, startMs + sent * gapMs - performance.now()), step);
  };
  step();
}

function finish(exchange: Exchange, { end, keepAlive }: StreamScript, rest: string): void {
  const { res } = exchange;
  switch (end) {
    case "complete":
    case "truncated":
      exchange.plannedEnd = end;
      res.end(rest);
      return;
    case "stalled":
      writeOut(exchange, rest);
      stall(exchange, keepAlive);
      return;
    case "cut":
    case "reset":
      writeOut(exchange, rest, () => {
        sever(exchange, end);
      });
  }
}

// Node merges headers with the first write, so without any text they must be flushed by hand.
function writeOut(exchange: Exchange, text: string, flushed?: () => void): void {
  const { res } = exchange;
  if (text !== "") {
    res.write(text, flushed);
    return;
  }
  res.flushHeaders();
  flushed?.();
}
