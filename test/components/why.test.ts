import { describe, expect, it } from "vitest";
import { barOf, waterfallRows } from "@/components/calls/waterfall";
import { whySentence } from "@/components/calls/why-sentence";
import { type AttemptView, type CallDetail } from "@/lib/shared/contract";
import { type Locale } from "@/lib/shared/format";
import { call, now } from "./fixtures";
import { wordsOf } from "./words";

function attempt(seq: number, over: Partial<AttemptView> = {}): AttemptView {
  const { region = "us-east", model = "gpt-4.1" } = over;
  return {
    seq,
    startedAt: now,
    targetId: `acme:${region}:${model}`,
    provider: "acme",
    region,
    model,
    outcome: "succeeded",
    reason: null,
    status: 200,
    error: null,
    health: true,
    ttftMs: 300,
    durationMs: 900,
    ...over,
  };
}
const broken = attempt(1, {
  outcome: "failed",
  reason: "overloaded",
  status: 503,
  ttftMs: null,
  durationMs: 212,
});
const late = attempt(1, {
  outcome: "failed",
  reason: "ttft_timeout",
  status: null,
  ttftMs: null,
  durationMs: 12_000,
});

function detail(over: Partial<CallDetail> = {}): CallDetail {
  return {
    ...call(),
    plan: [],
    nodeId: "host/0",
    traceId: null,
    bodyUntil: null,
    bodyOpenings: [],
    needs: [],
    decidedBy: null,
    ...over,
  };
}

const elsewhere = attempt(2, { region: "eu-west" });
const other = attempt(2, { model: "claude-sonnet-4-5" });
const plan = (target: string, decision: "eligible" | "skipped", reason: string) => ({
  target,
  decision,
  reason,
});
const open = plan("acme:us-east:gpt-4.1", "skipped", "open");

const kinds: readonly (readonly [string, CallDetail, Record<Locale, string>])[] = [
  [
    "served at the first try",
    detail({
      attempts: [attempt(1)],
      plan: [plan("acme:us-east:gpt-4.1", "eligible", "fastest_region")],
    }),
    {
      en: "gpt-4.1 / us-east answered at the first try: fastest region.",
      ko: "첫 시도에 응답: gpt-4.1 / us-east (가장 빠른 리전).",
    },
  ],
  [
    "served although nobody was well",
    detail({ attempts: [attempt(1)], plan: [open] }),
    {
      en: "No target was well; gpt-4.1 / us-east was asked all the same (breaker open) and answered.",
      ko: "정상인 대상이 없었어요. 그래도 물었고 응답했어요: gpt-4.1 / us-east (차단기 열림).",
    },
  ],
  [
    "served, its plan gone",
    detail({ attempts: [attempt(1)] }),
    {
      en: "gpt-4.1 / us-east answered at the first try.",
      ko: "첫 시도에 응답: gpt-4.1 / us-east.",
    },
  ],
  [
    "rescued by a retry",
    detail({ rescuedBy: "retry", attempts: [broken, attempt(2)] }),
    {
      en: "gpt-4.1 / us-east (503, 212 ms) failed, was asked once more and answered.",
      ko: "gpt-4.1 / us-east (503, 212 ms) 실패 후 같은 대상에 한 번 더 물었고 응답했어요.",
    },
  ],
  [
    "rescued by a sibling",
    detail({ rescuedBy: "sibling", attempts: [broken, elsewhere] }),
    {
      en: "gpt-4.1 / us-east (503, 212 ms) failed. Nothing had reached the caller, so the same model was asked in another region: gpt-4.1 / eu-west answered.",
      ko: "gpt-4.1 / us-east (503, 212 ms) 실패. 호출자에게 나간 내용이 없어 같은 모델의 다른 리전에 물었고 응답했어요: gpt-4.1 / eu-west.",
    },
  ],
  [
    "rescued by a fallback",
    detail({ rescuedBy: "fallback", attempts: [late, other] }),
    {
      en: "gpt-4.1 / us-east (no first token in time, 12.0 s) failed. Nothing had reached the caller, so the next model of the chain was asked: claude-sonnet-4-5 / us-east answered.",
      ko: "gpt-4.1 / us-east (첫 토큰 시간 초과, 12.0초) 실패. 호출자에게 나간 내용이 없어 순서상 다음 모델에 물었고 응답했어요: claude-sonnet-4-5 / us-east.",
    },
  ],
  [
    "rescued by resuming",
    detail({
      rescuedBy: "resume",
      attempts: [{ ...broken, reason: "interrupted", status: 200, durationMs: 1_310 }, elsewhere],
    }),
    {
      en: "gpt-4.1 / us-east (stream cut, 1.31 s) broke off in the middle of the answer; gpt-4.1 / eu-west went on from there.",
      ko: "gpt-4.1 / us-east (스트림 끊김, 1.31초) 응답 도중 끊김. 그 자리부터 이어 응답: gpt-4.1 / eu-west.",
    },
  ],
  [
    "avoided",
    detail({ rescuedBy: "avoidance", attempts: [{ ...elsewhere, seq: 1 }], plan: [open] }),
    {
      en: "gpt-4.1 / us-east would have been asked first and was left out: breaker open. gpt-4.1 / eu-west answered instead.",
      ko: "먼저 물었을 gpt-4.1 / us-east 대상을 건너뛰었어요 (차단기 열림). 대신 응답: gpt-4.1 / eu-west.",
    },
  ],
  [
    "failed, nobody to ask",
    detail({ outcome: "failed", plan: [open, plan("acme:eu:gpt-4.1", "skipped", "disabled")] }),
    {
      en: "Nobody was asked: all 2 targets were left out (breaker open, off).",
      ko: "아무에게도 묻지 못했어요: 대상 2개가 모두 빠짐 (차단기 열림, 꺼짐).",
    },
  ],
  [
    "failed everywhere",
    detail({ outcome: "failed", attempts: [broken, { ...late, seq: 2 }] }),
    {
      en: "None of 2 attempts worked; the last was gpt-4.1 / us-east (no first token in time, 12.0 s).",
      ko: "시도 2번이 모두 실패했어요. 마지막: gpt-4.1 / us-east (첫 토큰 시간 초과, 12.0초).",
    },
  ],
  [
    "failed in the middle",
    detail({ outcome: "failed", errorCode: "stream_interrupted", attempts: [broken] }),
    {
      en: "gpt-4.1 / us-east (503, 212 ms) broke off in the middle of the answer, and nobody could go on from there.",
      ko: "gpt-4.1 / us-east (503, 212 ms) 응답 도중 끊겼고, 이어 갈 수 있는 대상이 없었어요.",
    },
  ],
  [
    "refused by us",
    detail({ outcome: "refused", errorCode: "budget_exceeded", status: 429 }),
    {
      en: "Refused with budget_exceeded before any target was asked: nothing was sent, and nothing is wrong with a target.",
      ko: "대상에 묻기 전에 거절했어요 (budget_exceeded). 보낸 것이 없고, 대상에는 문제가 없어요.",
    },
  ],
  [
    "refused by a provider",
    detail({
      outcome: "refused",
      errorCode: "upstream_refused",
      status: 400,
      attempts: [{ ...broken, status: 400, reason: "bad_request" }],
    }),
    {
      en: "gpt-4.1 / us-east refused the request itself (400, upstream_refused): another target would have done the same.",
      ko: "요청 자체가 거절됐어요: gpt-4.1 / us-east (400, upstream_refused). 다른 대상도 같았을 거예요.",
    },
  ],
  [
    "cancelled while waiting",
    detail({
      outcome: "cancelled",
      totalMs: 3_100,
      attempts: [{ ...attempt(1), outcome: "cancelled", ttftMs: null }],
    }),
    {
      en: "The caller left after 3.10 s, while gpt-4.1 / us-east had not answered yet.",
      ko: "호출자가 3.10초 뒤에 끊었어요. 아직 응답하지 않은 대상: gpt-4.1 / us-east.",
    },
  ],
  [
    "cancelled while reading",
    detail({ outcome: "cancelled", attempts: [{ ...attempt(1), outcome: "cancelled" }] }),
    {
      en: "The caller left after 900 ms, in the middle of the answer of gpt-4.1 / us-east.",
      ko: "호출자가 900 ms 뒤, 응답 도중에 끊었어요: gpt-4.1 / us-east.",
    },
  ],
  [
    "cancelled before anything",
    detail({ outcome: "cancelled", totalMs: 4 }),
    {
      en: "The caller left after 4 ms, before any target was asked.",
      ko: "대상에 묻기 전에 호출자가 끊었어요 (4 ms 뒤).",
    },
  ],
  [
    "crashed",
    detail({ outcome: "unknown_crash", status: 0 }),
    {
      en: "The gateway process ended before this call did: nobody knows what its caller heard.",
      ko: "호출이 끝나기 전에 게이트웨이 프로세스가 멈췄어요. 호출자가 무엇을 받았는지 알 수 없어요.",
    },
  ],
];

describe("why a call went its way", () => {
  it.each(kinds)("%s", (_kind, one, sentences) => {
    for (const locale of ["en", "ko"] as const) {
      const { t, f, seen } = wordsOf(locale);
      expect(seen(whySentence(one, t, f))).toBe(sentences[locale]);
    }
  });
});

describe("the waterfall", () => {
  it("keeps the gateway's own time apart, and tells a wait from the clock's unevenness", () => {
    const rows = waterfallRows({
      startedAt: now,
      totalMs: 1_525,
      overheadUs: 1_800,
      attempts: [
        { ...broken, startedAt: now },
        { ...elsewhere, startedAt: now + 462, durationMs: 500, ttftMs: 100 },
        { ...elsewhere, seq: 3, startedAt: now + 965, durationMs: 560 },
      ],
    });
    expect(rows.map(({ kind, fromMs, forMs }) => [kind, fromMs, forMs])).toEqual([
      ["gateway", 0, 1.8],
      ["attempt", 0, 212],
      ["wait", 212, 250],
      ["attempt", 462, 500],
      ["attempt", 965, 560],
    ]);
  });

  it("draws even the shortest span, and nothing beyond the whole", () => {
    expect(barOf(0, 0, 1_000)).toEqual({ left: 0, width: 0.6 });
    expect(barOf(1_000, 50, 1_000).left + barOf(1_000, 50, 1_000).width).toBeLessThanOrEqual(100);
    expect(barOf(250, 500, 1_000)).toEqual({ left: 25, width: 50 });
  });
});
