import { errorAnswer, rateLimitHeaders } from "./answers";
import { readBody } from "./body";
import { parseCall, type ChatCall } from "./call";
import { paceAt, type Place } from "./catalog";
import { completionBody, completionOf, type Completion } from "./completion";
import { keepAliveOf, later, sendAnswer, sever, stall, writeHead, type Exchange } from "./exchange";
import { isWithinFault, type WithinFault } from "./fault-kinds";
import { paceOf, type Pace } from "./pace";
import { playStream } from "./play";
import { streamScript } from "./script";
import type { WallState } from "./state";
import { noteFaults, strike } from "./strike";

const bodyLimitBytes = 64 * 1024 * 1024;

/** Answers one chat completion, or breaks it as the standing faults want. */
export async function serveChat(wall: WallState, place: Place, exchange: Exchange): Promise<void> {
  const body = await readBody(exchange.req, bodyLimitBytes);
  if (body.kind === "aborted") {
    return;
  }
  if (body.kind === "too_large") {
    sendAnswer(exchange, tooLarge);
    return;
  }
  const parsed = parseCall(body.text);
  if (parsed.kind === "refused") {
    exchange.attempt.model = parsed.model;
    sendAnswer(exchange, parsed.answer);
    return;
  }
  const { call } = parsed;
  noteCall(exchange, call);
  const struck = wall.faults.roll(exchange.attempt, call.mentions);
  noteFaults(exchange, struck);
  const pace = paceOf(ownPace(place, call), wall.latencyScale, struck.pacing);
  const { breaking } = struck;
  if (breaking !== null && !isWithinFault(breaking)) {
    strike(exchange, breaking, { stream: call.stream, delayMs: pace.faultMs });
    return;
  }
  const completion = completionOf(
    call,
    identityOf(wall, exchange, call),
    Math.random,
    struck.wording,
  );
  if (call.stream && breaking?.kind !== "ignores_stream") {
    playStream(exchange, streamScript(completion, breaking), pace);
  } else {
    sendPlain(exchange, completion, pace, breaking);
  }
}

function sendPlain(
  exchange: Exchange,
  completion: Completion,
  pace: Pace,
  fault: WithinFault | null,
): void {
  const generated = completion.tokens.length + completion.reasoningTokens;
  const totalMs = pace.headMs + pace.firstTokenMs + generated * pace.tokenGapMs;
  later(exchange, totalMs, () => {
    const body = completionBody(completion);
    writeHead(exchange, 200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      ...rateLimitHeaders,
    });
    const { attempt, res } = exchange;
    if (fault?.kind !== "cut" && fault?.kind !== "stall") {
      attempt.tokens_sent = completion.tokens.length;
      // A string leaves in one write with the headers; a Buffer would cost a second one.
      res.end(body);
      return;
    }
    res.write(body.slice(0, body.length / 2), () => {
      if (fault.kind === "stall") {
        stall(exchange, keepAliveOf(fault.keep_alive_ms, false));
      } else {
        sever(exchange, fault.rst ? "reset" : "cut");
      }
    });
  });
}

function noteCall({ attempt }: Exchange, call: ChatCall): void {
  attempt.model = call.model.id;
  attempt.stream = call.stream;
  attempt.prompt_chars = call.promptChars;
  attempt.prefill_chars = call.prefill.length;
  attempt.max_tokens = call.maxTokens;
}

function ownPace(place: Place, { model }: ChatCall): { ttftMs: number; tokenGapMs: number } {
  const { ttftMs, tokensPerSecond } = paceAt(place, model);
  const jitter = 0.9 + Math.random() * 0.3;
  return { ttftMs: ttftMs * jitter, tokenGapMs: 1_000 / tokensPerSecond };
}

function identityOf(
  wall: WallState,
  { attempt }: Exchange,
  call: ChatCall,
): { id: string; createdSeconds: number; cachedTokens: number } {
  const cachePlace = `${attempt.provider}:${attempt.region}:${call.model.id}:`;
  return {
    id: `chatcmpl-${attempt.request_id.slice("req_".length)}`,
    createdSeconds: Math.floor(attempt.at / 1_000),
    cachedTokens: wall.promptCache.cachedTokens(cachePlace, call.cacheKey),
  };
}

const tooLarge = errorAnswer(413, {
  message: "The request body is larger than 64 MB.",
  type: "invalid_request_error",
  code: "request_too_large",
});
