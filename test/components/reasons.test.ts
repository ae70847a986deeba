import { describe, expect, it } from "vitest";
import { type Reason } from "@/lib/core/classify";
import { type HealthLabel as CoreLabel } from "@/lib/core/events";
import { type EligibleReason, type SkipReason } from "@/lib/core/plan";
import { HealthLabel } from "@/lib/shared/contract";
import { type MessageKey } from "@/components/lib/i18n/messages";
import { wordsOf } from "./words";

// Records, so that a code that core learns does not compile until it has words.
const planReasons: Record<SkipReason | EligibleReason, true> = {
  chain_order: true,
  fastest_region: true,
  asked_region: true,
  warm_cache: true,
  slower_region: true,
  trial: true,
  ramp_share: true,
  degraded_share: true,
  disabled: true,
  draining: true,
  model_not_allowed: true,
  region_not_allowed: true,
  region_not_asked: true,
  lacks_tools: true,
  lacks_vision: true,
  lacks_json: true,
  context_too_small: true,
  other_account: true,
  credential_dead: true,
  region_down: true,
  blocked: true,
  open: true,
  trial_in_flight: true,
  trial_needs_fallback: true,
  ramp: true,
  probe_down: true,
  suspect: true,
  degraded: true,
  key_avoided: true,
  rate_limited: true,
  at_concurrency_limit: true,
};

const failureReasons: Record<Reason, true> = {
  reset_early: true,
  reset: true,
  unreachable: true,
  connect_timeout: true,
  ttft_timeout: true,
  idle_timeout: true,
  progress_timeout: true,
  total_timeout: true,
  server_error: true,
  overloaded: true,
  rate_limited: true,
  request_over_limit: true,
  quota: true,
  unauthorized: true,
  forbidden: true,
  model_not_found: true,
  context_length: true,
  content_policy: true,
  bad_request: true,
  bad_answer: true,
  redirect: true,
  too_large: true,
  interrupted: true,
  unclassified: true,
};

const labels: Record<CoreLabel, true> = {
  credential_dead: true,
  region_down: true,
  blocked: true,
  open: true,
  half_open: true,
  ramp: true,
  probe_down: true,
  suspect: true,
  degraded: true,
  closed: true,
};

describe.each(["en", "ko"] as const)("in %s", (locale) => {
  const { t } = wordsOf(locale);
  const missing = (prefix: string, codes: readonly string[]): string[] =>
    codes.filter((code) => !t.has(`${prefix}.${code}` as MessageKey));

  it("every reason of a plan has words", () => {
    expect(missing("plan", Object.keys(planReasons))).toEqual([]);
  });

  it("every failure, and why an attempt was taken back, has words", () => {
    const codes = [...Object.keys(failureReasons), "switched_off", "migrated"];
    expect(missing("reason", codes)).toEqual([]);
  });

  it("every state has words, done or only observed", () => {
    expect(missing("feed.to", Object.keys(labels))).toEqual([]);
    expect(missing("feed.would", Object.keys(labels))).toEqual([]);
  });
});

describe("the states of core", () => {
  it("are those of the operator API", () => {
    expect(HealthLabel.options.toSorted()).toEqual(Object.keys(labels).toSorted());
  });
});
