import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answers";
import { preciseNowMs, type Attempt, type AttemptEnd, type Journal } from "./journal";

/** The listener that a request came through; `severing` while the wall itself destroys it. */
export interface Origin {
  severing: boolean;
}

/** One request on its way to its end, and the journal's line about it. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly attempt: Attempt;
  readonly journal: Journal;
  /** How the exchange will have ended once all is flushed. */
  plannedEnd: AttemptEnd;
  timer: NodeJS.Timeout | undefined;
  /** Headers that faults add to the answer. */
  readonly extraHeaders: Record<string, string>;
}

/** What a provider that has nothing to say yet writes meanwhile. */
export interface KeepAlive {
  readonly everyMs: number;
  readonly text: string;
}

/** Watches over an attempt: its journal line ends when its response closes, whoever closes it. */
export function openExchange(
  parts: Pick<Exchange, "req" | "res" | "attempt" | "journal">,
  origin: Origin,
): Exchange {
  const exchange: Exchange = {
    ...parts,
    plannedEnd: "complete",
    timer: undefined,
    extraHeaders: {},
  };
  const { res, attempt, journal } = parts;
  // Node tells "finish" as well when the client leaves an answer that is still in our buffers.
  let isFinished = false;
  res.on("finish", () => {
    isFinished = !parts.req.socket.destroyed;
  });
  res.on("close", () => {
    clearTimeout(exchange.timer);
    if (isFinished) {
      journal.end(attempt, exchange.plannedEnd);
      return;
    }
    if (!origin.severing && (attempt.end === null || attempt.end === "stalled")) {
      attempt.client_closed_at = preciseNowMs();
    }
    journal.end(attempt, origin.severing ? "cut" : "client_closed");
  });
  return exchange;
}

/** Runs `next` after a while, at once for 0, and never after the exchange has closed. */
export function later(exchange: Exchange, delayMs: number, next: () => void): void {
  if (delayMs <= 0) {
    next();
  } else if (!exchange.res.destroyed) {
    exchange.timer = setTimeout(next, delayMs);
  }
}

/** Writes the status line and headers. */
export function writeHead(
  exchange: Exchange,
  status: number,
  headers: Readonly<Record<string, string | number>>,
): void {
  const { attempt, res } = exchange;
  res.writeHead(status, {
    ...headers,
    "x-region": attempt.region,
    "x-request-id": attempt.request_id,
    "openai-processing-ms": Math.round(preciseNowMs() - attempt.at),
    ...exchange.extraHeaders,
  });
  attempt.status = status;
  attempt.answered_at = preciseNowMs();
}

/** Sends a whole answer. */
export function sendAnswer(exchange: Exchange, { status, headers, body }: Answer): void {
  writeHead(exchange, status, { ...headers, "content-length": Buffer.byteLength(body) });
  exchange.res.end(body);
}

/** What keeps a stream alive (a comment) or a plain answer (an empty line); null without a beat. */
export function keepAliveOf(everyMs: number | undefined, stream: boolean): KeepAlive | null {
  return everyMs === undefined ? null : { everyMs, text: stream ? ": keep-alive\n\n" : "\n" };
}

/** Sends nothing more, except what keeps alive, until the client leaves. */
export function stall(exchange: Exchange, keepAlive: KeepAlive | null): void {
  exchange.journal.end(exchange.attempt, "stalled");
  if (keepAlive !== null) {
    later(exchange, keepAlive.everyMs, () => {
      exchange.res.write(keepAlive.text);
      stall(exchange, keepAlive);
    });
  }
}

/** Breaks the connection: "reset" with a TCP RST, "cut" by closing it in mid-answer. */
export function sever(exchange: Exchange, end: "reset" | "cut"): void {
  exchange.journal.end(exchange.attempt, end);
  if (end === "reset") {
    exchange.req.socket.resetAndDestroy();
  } else {
    exchange.req.socket.destroy();
  }
}
