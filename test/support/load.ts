import { Pool } from "undici";
import type { Stack } from "./stack";

/** One call of a load, as its caller saw it. */
export interface LoadCall {
  /** From the start of the load. */
  atMs: number;
  tookMs: number;
  /** To the first piece of the body. */
  firstMs: number;
  status: number;
  /** It ended as it should: whole, and without an error event. */
  isWhole: boolean;
  provider: string | null;
  attempts: number;
  /** Under which it stands in the log. */
  id: string | null;
  /** How often it was sent again because its connection broke before an answer. */
  resent: number;
}

export interface LoadOptions {
  model: string;
  perSecond: number;
  forMs: number;
  /** Ends the load before its time. */
  isOver?: () => boolean;
  /** Hears of each call that ended. */
  onEnd?: (call: LoadCall) => void;
  stream?: boolean;
  body?: Record<string, unknown>;
  key?: string;
  /** As the official clients do: a call whose connection breaks before an answer is sent again, twice at most. */
  resend?: boolean;
}

/** Sends calls at a steady rate, each whether or not the others have ended, and resolves when all have. */
export async function load(
  stack: Pick<Stack, "url" | "key">,
  options: LoadOptions,
): Promise<LoadCall[]> {
  const { model, perSecond, forMs, stream = false, body = {}, key = stack.key } = options;
  const mostResent = options.resend === true ? 2 : 0;
  const pool = new Pool(stack.url, { connections: 256 });
  const text = JSON.stringify({
    model,
    stream,
    max_tokens: 4,
    messages: [{ role: "user", content: "Say hello." }],
    ...body,
  });
  const startedMs = performance.now();
  const ask = async (call: LoadCall, askedMs: number): Promise<void> => {
    const response = await pool.request({
      method: "POST",
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: text,
    });
    const header = (name: string): string | null => {
      const value = response.headers[name];
      return typeof value === "string" ? value : null;
    };
    call.status = response.statusCode;
    call.provider = header("x-bellwether-provider");
    call.id = header("x-request-id");
    call.attempts = Number(header("x-bellwether-attempts") ?? 0);
    let answer = "";
    for await (const piece of response.body) {
      call.firstMs ||= performance.now() - askedMs;
      answer += String(piece);
    }
    call.isWhole =
      response.statusCode === 200 &&
      !answer.includes('"error"') &&
      answer.includes(stream ? "[DONE]" : '"finish_reason"');
  };
  /** Whatever happens to it, also a connection that breaks, is told in the call and not thrown. */
  const one = async (): Promise<LoadCall> => {
    const askedMs = performance.now();
    const call: LoadCall = {
      atMs: askedMs - startedMs,
      tookMs: 0,
      firstMs: 0,
      status: 0,
      isWhole: false,
      provider: null,
      attempts: 0,
      id: null,
      resent: 0,
    };
    for (;;) {
      await ask(call, askedMs).catch(() => undefined);
      if (call.status !== 0 || call.resent >= mostResent) {
        break;
      }
      call.resent += 1;
    }
    call.tookMs = performance.now() - askedMs;
    options.onEnd?.(call);
    return call;
  };
  const calls: Promise<LoadCall>[] = [];
  while (performance.now() - startedMs < forMs && options.isOver?.() !== true) {
    calls.push(one());
    const nextMs = startedMs + (calls.length * 1_000) / perSecond;
    await new Promise((resolve) => {
      setTimeout(resolve, Math.max(0, nextMs - performance.now()));
    });
  }
  try {
    return await Promise.all(calls);
  } finally {
    await pool.close();
  }
}

/** The value below which `part` percent of `values` lie. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * part) / 100))] ?? 0;
}
