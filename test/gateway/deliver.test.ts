import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { readStreamChunk } from "@/lib/dialects/openai";
import type { AttemptResult, StreamSink } from "@/lib/gateway/attempt-result";
import type { Call } from "@/lib/gateway/call";
import type { CallLog } from "@/lib/gateway/call-log";
import { beginTrace } from "@/lib/gateway/call-trace";
import { CallerStream } from "@/lib/gateway/caller-stream";
import { chat } from "@/lib/gateway/chat";
import { type Answered, deliver } from "@/lib/gateway/deliver";
import { Tally } from "@/lib/gateway/tally";
import { defaultTiming } from "@/lib/gateway/timing";
import { GatewayError } from "@/lib/shared/errors";
import { served } from "./served";

const event = JSON.stringify({
  id: "one",
  choices: [{ index: 0, delta: { content: "words" }, finish_reason: "stop" }],
});
const tally = new Tally();
const now = (): number => performance.now();

async function relay(sink: StreamSink): Promise<{ kind: "complete" }> {
  const chunk = readStreamChunk(event);
  if (chunk.kind === "chunk") {
    sink.take(chunk);
  }
  return { kind: "complete" };
}

/** A log that takes its time, and notes in `wasOut` whether `res` was out when a call came and just before it lets that go. */
function slowLog(res: ServerResponse, wasOut: boolean[]): Pick<CallLog, "planHash" | "record"> {
  return {
    planHash: () => null,
    async record() {
      wasOut.push(res.writableEnded);
      await new Promise((resolve) => setTimeout(resolve, 20));
      wasOut.push(res.writableEnded);
    },
  };
}

/** Whether the answer was out when the call went to the log, and just before the log let it go; and what its caller got. */
async function deliveredUnder(
  result: Answered["result"],
): Promise<{ wasOut: boolean[]; text: string }> {
  const wasOut: boolean[] = [];
  const { text } = await served(async (res) => {
    const deps = {
      now,
      nodeId: "host/0",
      live: { snapshot: () => ({ revision: 1 }) },
      log: slowLog(res, wasOut),
    };
    const trace = beginTrace(deps as never);
    trace.key = { id: "default", demo: false } as never;
    const out = result.kind === "answer" ? null : new CallerStream(res, now, defaultTiming, {});
    const request = { wantsUsage: false };
    const spec = { needs: { resumable: false }, limits: { midstream: "error" } };
    const attempt = { target: { model: "m", provider: "p", region: "r", price: null }, tally };
    const by = { trace: attempt, succeed: () => undefined };
    await deliver({ deps, res, request, spec, trace, out } as unknown as Call, {
      by: by as never,
      result,
    });
    out?.stop();
  });
  return { wasOut, text };
}

describe("an answer", () => {
  const results: [string, AttemptResult & Answered["result"]][] = [
    ["plain", { kind: "answer", body: Buffer.from(event), tally }],
    ["awaited whole", { kind: "events", events: [event], tally }],
    ["streamed", { kind: "stream", stream: { tally, relay, resume: () => undefined } }],
  ];
  it.each(results)("that is %s keeps its last byte until its record is kept", async (_, result) => {
    const { wasOut, text } = await deliveredUnder(result);
    expect(wasOut).toEqual([false, false]);
    expect(text).toContain(event);
  });

  it("that is an error keeps its last byte until its record is kept", async () => {
    const wasOut: boolean[] = [];
    const { status, text } = await served(async (res) => {
      const key = { id: "default", demo: false, endsAtMs: null };
      const deps = {
        now,
        nodeId: "host/0",
        live: { keys: () => ({ get: () => key }), snapshot: () => ({ revision: 1 }) },
        log: slowLog(res, wasOut),
        limiter: { ticketFor: () => null },
        admission: {
          enter: () => null,
          readBody: () => Promise.reject(new GatewayError("invalid_request")),
        },
        meter: { count: () => undefined },
        traces: null,
      };
      const req = { headers: { authorization: "Bearer secret" } };
      await chat(req as never, res, deps as never);
    });
    expect(wasOut).toEqual([false, false]);
    expect(status).toBe(400);
    expect(text).toContain("invalid_request");
  });
});
