import { anyModelRoute } from "@/lib/config/snapshot";
import { classify } from "@/lib/core/classify";
import type { Plan } from "@/lib/core/plan";
import type { Snapshot, Target } from "@/lib/core/types";
import type { AttemptTrace, CallTrace } from "@/lib/gateway/call-trace";
import { noNotes } from "@/lib/gateway/caller-notes";
import { type ChatRequest, parseChatRequest } from "@/lib/gateway/chat-request";
import { Tally } from "@/lib/gateway/tally";
import { snapshotOf } from "../../core/fixture";

/** Two regions of `first`, then `third` at another provider; and a provider that takes any name. */
export const snapshot: Snapshot = snapshotOf([], {
  providers: [
    {
      id: "acme",
      base_url: "https://api.acme.example/v1",
      api_key: "env:ACME_KEY",
      any_model: true,
      regions: [{ id: "us" }, { id: "eu" }],
    },
    { id: "other", base_url: "https://api.openai.com/v1", api_key: "env:OTHER_KEY" },
  ],
  models: [
    {
      id: "first",
      targets: [{ provider: "acme", upstream_model: "first-2026" }],
      price: { input: 2, output: 8 },
    },
    { id: "third", targets: [{ provider: "other" }] },
  ],
  routes: [{ id: "auto", chain: ["first", "third"] }],
});

export function targetOf(id: string): Target {
  const target = snapshot.targets.get(id);
  if (target === undefined) {
    throw new Error(`no target ${id}`);
  }
  return target;
}

/** A target that came into being with a call. */
export function inventedTarget(name: string): Target {
  const target = anyModelRoute(snapshot.anyModel.get("acme")!, name).entries[0]?.targets[0];
  if (target === undefined) {
    throw new Error("no target");
  }
  return target;
}

export function requestOf(body: Record<string, unknown> = {}): ChatRequest {
  const messages = [{ role: "user", content: "a prompt that nobody else may read" }];
  return parseChatRequest(Buffer.from(JSON.stringify({ model: "auto", messages, ...body })));
}

export function planOf(...targets: readonly Target[]): Plan {
  const models = [...new Set(targets.map(({ model }) => model))];
  return {
    candidates: targets.map((target) => ({ target, entryIndex: models.indexOf(target.model) })),
    entries: [],
    avoided: false,
  };
}

/** An attempt that succeeded with 40 tokens in and 60 out, unless `over` says otherwise. */
export function attemptAt(target: Target, over: Partial<AttemptTrace> = {}): AttemptTrace {
  const tally = new Tally();
  tally.usage = { promptTokens: 40, completionTokens: 60, cachedTokens: 0 };
  tally.finishReason = "stop";
  return {
    target,
    entryIndex: 0,
    how: "first",
    startedMs: 1_002,
    endedMs: 1_102,
    firstTokenMs: null,
    outcome: "succeeded",
    reason: null,
    failure: null,
    tally,
    spanId: null,
    ...over,
  };
}

/** An attempt that the provider answered with `status`. */
export function failedAt(
  target: Target,
  status: number,
  over: Partial<AttemptTrace> = {},
): AttemptTrace {
  const error = { code: "", type: "", message: "words of a provider" };
  const failure = classify(
    { kind: "status", status, retryAfterMs: null, error, isHtml: false, shouldRetry: null },
    2_000,
  );
  return attemptAt(target, {
    outcome: "failed",
    reason: failure.reason,
    failure,
    tally: new Tally(),
    ...over,
  });
}

/** A call that came in at 1 000 and was answered at 1 103 by its last attempt, unless `over` says otherwise. */
export function finishedCall(
  attempts: readonly AttemptTrace[],
  over: Partial<CallTrace> = {},
): CallTrace {
  return {
    id: "019b0000-0000-7000-8000-000000000001",
    startedMs: 1_000,
    startedWallMs: 1_700_000_000_000,
    revision: 7,
    notes: noNotes,
    key: {
      id: "app",
      demo: false,
      allowedModels: null,
      allowedRegions: null,
      defaultRouteOnModelName: null,
      midstream: null,
      limits: null,
      drill: null,
      endsAtMs: null,
    },
    ticket: null,
    request: requestOf(),
    route: "auto",
    plan: planOf(...attempts.map(({ target }) => target)),
    attempts: [...attempts],
    answering: attempts.at(-1) ?? null,
    firstTokenMs: null,
    joinedUsage: null,
    waitedMs: 0,
    error: null,
    endedMs: 1_103,
    startedAt: null,
    planHash: null,
    isRecorded: false,
    body: null,
    context: null,
    ...over,
  };
}
