import { expect, it } from "vitest";
import { basisText, estimateText } from "@/components/calls/alternative-text";
import { type CallAlternative } from "@/lib/shared/contract";
import { type Locale } from "@/lib/shared/format";
import { wordsOf } from "./words";

const toMs = Date.UTC(2026, 10, 22, 5, 32);
const alternative: CallAlternative = {
  target: "beta:eu:model-c",
  provider: "beta",
  region: "eu",
  model: "model-c",
  decision: "eligible",
  reason: "chain_order",
  sameProvider: true,
  p50Ms: 1_310,
  answers: 1_214,
  fromMs: toMs - 3_600_000,
  toMs,
  costNanoUsd: 2_100_000,
  costRatio: 1.12,
};
const counted = { promptTokens: 100, completionTokens: 20 };

it.each<[string, Partial<CallAlternative>, object, Record<Locale, string>]>([
  ["dearer", {}, {}, { en: "≈ 1.31 s · ≈ $0.00210 (+12 %)", ko: "≈ 1.31초 · ≈ $0.00210 (+12 %)" }],
  [
    "cheaper",
    { costRatio: 0.3 },
    {},
    { en: "≈ 1.31 s · ≈ $0.00210 (−70 %)", ko: "≈ 1.31초 · ≈ $0.00210 (−70 %)" },
  ],
  [
    "several times as dear",
    { costRatio: 3 },
    {},
    { en: "≈ 1.31 s · ≈ $0.00210 (3×)", ko: "≈ 1.31초 · ≈ $0.00210 (3×)" },
  ],
  [
    "as dear",
    { costRatio: 1 },
    {},
    { en: "≈ 1.31 s · ≈ $0.00210 (the same)", ko: "≈ 1.31초 · ≈ $0.00210 (같음)" },
  ],
  [
    "too few answers, and no price",
    { p50Ms: null, costNanoUsd: null, costRatio: null },
    {},
    { en: "too few calls to say · price unknown", ko: "호출이 너무 적음 · 가격 없음" },
  ],
  [
    "tokens that nobody counted",
    { costNanoUsd: null, costRatio: null },
    { completionTokens: null },
    { en: "≈ 1.31 s · tokens unknown", ko: "≈ 1.31초 · 토큰 수 없음" },
  ],
])("an estimate: %s", (_, over, call, texts) => {
  for (const locale of ["en", "ko"] as const) {
    const { t, f, seen } = wordsOf(locale);
    const text = estimateText({ ...alternative, ...over }, { ...counted, ...call }, t, f);
    expect(seen(text)).toBe(texts[locale]);
  }
});

it.each<[string, Partial<CallAlternative>, string | null, Record<Locale, string>]>([
  [
    "the same provider, well",
    {},
    null,
    {
      en: "same provider · median of 1,214 answers in the hour around it",
      ko: "같은 공급자 · 그 무렵 1시간 응답 1,214건의 중앙값",
    },
  ],
  [
    "another provider, its breaker open, few answers",
    { sameProvider: false, p50Ms: null, answers: 1, fromMs: toMs - 86_400_000 },
    "breaker open",
    {
      en: "then: breaker open · another provider · 1 answer in the day around it",
      ko: "당시: breaker open · 다른 공급자 · 그 무렵 하루 응답 1건",
    },
  ],
  [
    "nobody answered, and it did not either",
    { sameProvider: null, p50Ms: null, answers: 0 },
    null,
    { en: "no answer in the hour around it", ko: "그 무렵 1시간 응답 없음" },
  ],
])("what it rests on: %s", (_, over, because, texts) => {
  for (const locale of ["en", "ko"] as const) {
    const { t, seen } = wordsOf(locale);
    expect(seen(basisText({ ...alternative, ...over }, because, t))).toBe(texts[locale]);
  }
});
