/** One probe over the wire, on connections of the prober's own. */
import { type Agent, request } from "undici";
import type { ProbeResult } from "../core/events";
import type { ProbeAnswer, ProbeRequest } from "./probe";

const maxBodyBytes = 64 * 1024;

export type Asked = { readonly result: ProbeResult; readonly body: string | null };

/** Asks and judges; trouble on the way is a failed probe, never a rejection. */
export async function ask(
  agent: Agent,
  probe: ProbeRequest,
  now: () => number,
  verdict: (answer: ProbeAnswer, latencyMs: number) => ProbeResult,
): Promise<Asked> {
  const startedMs = now();
  const latencyMs = (): number => Math.round(now() - startedMs);
  try {
    const answer = await askOnce(agent, probe);
    return { result: verdict(answer, latencyMs()), body: answer.body };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    const reason = isTimeout ? "timeout" : "unreachable";
    return {
      result: {
        verdict: "fail",
        latencyMs: latencyMs(),
        status: null,
        reason,
        retryAfterMs: null,
      },
      body: null,
    };
  }
}

async function askOnce(agent: Agent, probe: ProbeRequest): Promise<ProbeAnswer> {
  const answer = await request(probe.url, {
    dispatcher: agent,
    method: probe.method,
    headers: { ...probe.headers, "user-agent": "bellwether-probe" },
    body: probe.body,
    signal: AbortSignal.timeout(probe.timeoutMs),
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) {
      chunks.push(chunk);
    }
  }
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    headers[name] = Array.isArray(value) ? value[0] : value;
  }
  return { status: answer.statusCode, headers, body: Buffer.concat(chunks).toString("utf8") };
}
