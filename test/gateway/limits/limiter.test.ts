import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Candidate } from "@/lib/core/plan";
import type { CallSize } from "@/lib/core/reserve";
import type { Bank } from "@/lib/gateway/limits/bank";
import type { KeyLimits } from "@/lib/gateway/limits/key-limits";
import { type Limiter, type Ticket, createLimiter } from "@/lib/gateway/limits/limiter";
import type { AppKey } from "@/lib/gateway/live";
import { GatewayError } from "@/lib/shared/errors";
import { snapshotOf } from "../../core/fixture";

const none: KeyLimits = {
  requestsPerMinute: null,
  tokensPerMinute: null,
  parallel: null,
  budget: null,
};
const size: CallSize = { promptTokens: 10, maxTokens: 20, choices: 1, promptBytes: () => 100 };
const unused = { tokens: 0, costNanoUsd: 0, answer: null };
const price = { inputNanoUsd: 1, outputNanoUsd: 10, cachedInputNanoUsd: 1 };

let nowMs: number;
let nodes: number;
let limiter: Limiter;
let money: { reserved: number[]; settled: number[]; most: number };

beforeEach(() => {
  nowMs = 1_000_000;
  nodes = 1;
  money = { reserved: [], settled: [], most: Number.POSITIVE_INFINITY };
  const bank: Bank = {
    reserve(_key, _budget, nanoUsd) {
      if (nanoUsd > money.most) {
        throw new GatewayError("budget_exceeded");
      }
      money.reserved.push(nanoUsd);
      return {
        raiseTo: (wanted) => wanted <= money.most,
        settle: (cost) => void money.settled.push(cost),
      };
    },
    counts: () => {
      throw new Error("nobody asks");
    },
    close: async () => undefined,
  };
  limiter = createLimiter({ bank, liveNodes: () => nodes, now: () => nowMs });
});

function keyWith(limits: Partial<KeyLimits> | null, id = "app"): AppKey {
  return {
    id,
    demo: false,
    allowedModels: null,
    allowedRegions: null,
    defaultRouteOnModelName: null,
    midstream: null,
    limits: limits && { ...none, ...limits },
    drill: null,
    endsAtMs: null,
  };
}

function ticket(limits: Partial<KeyLimits>, id = "app"): Ticket {
  return limiter.ticketFor(keyWith(limits, id))!;
}

function candidates(model = "first"): Candidate[] {
  const [target] = snapshotOf().targets.values();
  return [{ target: { ...target!, model, price }, entryIndex: 0 }];
}

function refusal(work: () => unknown): GatewayError {
  try {
    work();
  } catch (error) {
    return error as GatewayError;
  }
  throw new Error("it was not refused");
}

it("has no ticket for a key without limits", () => {
  expect(limiter.ticketFor(keyWith(null))).toBeNull();
});

describe("requests per minute", () => {
  it("refuses the one too many, with when to come back", () => {
    for (let call = 0; call < 30; call += 1) {
      ticket({ requestsPerMinute: 30 }).enter();
    }
    const error = refusal(() => {
      ticket({ requestsPerMinute: 30 }).enter();
    });
    expect(error).toMatchObject({
      code: "rate_limit_exceeded",
      status: 429,
      details: { limit: "requests", limit_per_minute: 30 },
      headers: { "retry-after": "2", "retry-after-ms": "2000", "x-should-retry": "true" },
    });
    nowMs += 2_000;
    ticket({ requestsPerMinute: 30 }).enter();
  });

  it("costs a refused call nothing, so that hammering does not keep the door closed", () => {
    ticket({ requestsPerMinute: 1 }).enter();
    for (let call = 0; call < 100; call += 1) {
      refusal(() => {
        ticket({ requestsPerMinute: 1 }).enter();
      });
    }
    nowMs += 60_000;
    ticket({ requestsPerMinute: 1 }).enter();
  });

  it("is shared out over the nodes", () => {
    nodes = 3;
    for (let call = 0; call < 10; call += 1) {
      ticket({ requestsPerMinute: 30 }).enter();
    }
    expect(refusal(() => ticket({ requestsPerMinute: 30 }).enter()).code).toBe(
      "rate_limit_exceeded",
    );
  });

  it("belongs to one key alone", () => {
    ticket({ requestsPerMinute: 1 }).enter();
    ticket({ requestsPerMinute: 1 }, "other").enter();
  });
});

describe("calls at a time", () => {
  it("refuses the one too many until another ends", () => {
    const first = ticket({ parallel: 2 });
    first.enter();
    ticket({ parallel: 2 }).enter();
    expect(refusal(() => ticket({ parallel: 2 }).enter())).toMatchObject({
      code: "too_many_parallel",
      status: 429,
      headers: { "retry-after": "1" },
    });
    first.leave(unused);
    ticket({ parallel: 2 }).enter();
  });

  it("leaves each node at least one", () => {
    nodes = 5;
    ticket({ parallel: 2 }).enter();
    expect(refusal(() => ticket({ parallel: 2 }).enter()).code).toBe("too_many_parallel");
  });

  it("counts a call once, whatever becomes of it", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("enter", "leave", "leave again")), (steps) => {
        const running: Ticket[] = [];
        let left: Ticket | undefined;
        for (const step of steps) {
          if (step === "enter") {
            const one = ticket({ parallel: 3 }, "counted");
            if (running.length < 3) {
              one.enter();
              running.push(one);
            } else {
              expect(refusal(() => one.enter()).code).toBe("too_many_parallel");
              one.leave(unused);
            }
          } else if (step === "leave") {
            left = running.pop() ?? left;
            left?.leave(unused);
          } else {
            left?.leave(unused);
          }
        }
        running.forEach((one) => {
          one.leave(unused);
        });
      }),
    );
  });
});

describe("tokens per minute", () => {
  const limits = { tokensPerMinute: 100 };

  function call(over: Partial<CallSize> = {}): Ticket {
    const one = ticket(limits);
    one.enter();
    expect(one.reserve(candidates(), { ...size, ...over })).toBeNull();
    return one;
  }

  it("sets the prompt and the expected answer aside, and corrects it by what was used", () => {
    const one = call();
    expect(one.headers()).toMatchObject({ "x-ratelimit-remaining-tokens": "70" });
    one.leave({ ...unused, tokens: 45 });
    expect(one.headers()).toMatchObject({ "x-ratelimit-remaining-tokens": "55" });
  });

  it("refuses what has no room, and gives it back to nobody twice", () => {
    call();
    call();
    call();
    const error = refusal(() => call());
    expect(error).toMatchObject({
      code: "rate_limit_exceeded",
      details: { limit: "tokens" },
      headers: { "retry-after": "12" },
    });
  });

  it("gives back the tokens of a call that its money refused", () => {
    money.most = 0;
    const both = { ...limits, budget: { limitNanoUsd: 1, strict: false } };
    const one = ticket(both);
    one.enter();
    expect(refusal(() => one.reserve(candidates(), size)).code).toBe("budget_exceeded");
    one.leave(unused);
    expect(one.headers()).toMatchObject({ "x-ratelimit-remaining-tokens": "100" });
  });

  it("says of a prompt that is larger than the limit that it never fits", () => {
    expect(refusal(() => call({ promptTokens: 101 }))).toMatchObject({
      code: "rate_limit_exceeded",
      details: { requested: 101 },
      headers: { "x-should-retry": "false" },
    });
  });

  it("does not refuse a call for the answer that it might get", () => {
    call({ maxTokens: 4_000 }).leave({ ...unused, tokens: 12 });
    call({ maxTokens: null });
  });

  it("expects twice of what nearly every answer of the model stays under, once that is known", () => {
    for (let answer = 0; answer < 30; answer += 1) {
      const one = ticket({});
      one.enter();
      one.leave({ ...unused, answer: { model: "first", tokens: 10 } });
    }
    expect(call({ maxTokens: 4_000 }).headers()).toMatchObject({
      "x-ratelimit-remaining-tokens": "70",
    });
  });
});

describe("money", () => {
  const budget = { limitNanoUsd: 1e9, strict: false };
  const strict = { limitNanoUsd: 1e9, strict: true };

  it("is set aside as far as the call is expected to cost, and settled by what it cost", () => {
    const one = ticket({ budget });
    one.enter();
    expect(one.reserve(candidates(), size)).toBeNull();
    expect(money.reserved).toEqual([10 + 20 * 10]);
    one.leave({ ...unused, costNanoUsd: 77 });
    one.leave({ ...unused, costNanoUsd: 77 });
    expect(money.settled).toEqual([77]);
  });

  it("is set aside to the last byte under a strict budget", () => {
    const one = ticket({ budget: strict });
    one.enter();
    expect(one.reserve(candidates(), size)).toBeNull();
    expect(money.reserved).toEqual([110 + 20 * 10]);
  });

  it("of a strict budget does not go to calls of which nobody knows what they cost", () => {
    const one = ticket({ budget: strict });
    one.enter();
    const open = { ...size, maxTokens: null };
    expect(refusal(() => one.reserve(candidates(), open))).toMatchObject({
      code: "invalid_request",
      param: "max_tokens",
    });
    const unpriced = candidates().map(({ target, entryIndex }) => ({
      target: { ...target, price: null },
      entryIndex,
    }));
    expect(refusal(() => one.reserve(unpriced, size)).code).toBe("model_not_allowed");
  });

  it("must suffice for another try beside what the others were billed, if the budget is strict", () => {
    const careful = ticket({ budget: strict });
    careful.enter();
    expect(careful.reserve(candidates(), size)).toBeNull();
    const easy = ticket({ budget });
    easy.enter();
    expect(easy.reserve(candidates(), size)).toBeNull();
    money.most = 350;
    expect(careful.affords(0)).toBe(true);
    expect(careful.affords(40)).toBe(true);
    expect(careful.affords(41)).toBe(false);
    expect(easy.affords(1_000)).toBe(true);
  });
});

describe("headers", () => {
  it("tell both limits and cost nothing", () => {
    const one = ticket({ requestsPerMinute: 60, tokensPerMinute: 600, parallel: 1 });
    expect(one.headers()).toEqual({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "60",
      "x-ratelimit-reset-requests": "0ms",
      "x-ratelimit-limit-tokens": "600",
      "x-ratelimit-remaining-tokens": "600",
      "x-ratelimit-reset-tokens": "0ms",
    });
    one.enter();
    expect(one.headers()).toMatchObject({
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
    });
  });

  it("are none for a key that only has money", () => {
    expect(ticket({ budget: { limitNanoUsd: 1, strict: true } }).headers()).toEqual({});
  });
});

it("forgets keys that are gone, but not while they have calls under way", () => {
  const one = ticket({ requestsPerMinute: 60 });
  one.enter();
  limiter.keepOnly(new Set());
  expect(ticket({ requestsPerMinute: 60 }).headers()["x-ratelimit-remaining-requests"]).toBe("59");
  one.leave(unused);
  limiter.keepOnly(new Set());
  expect(ticket({ requestsPerMinute: 60 }).headers()["x-ratelimit-remaining-requests"]).toBe("60");
});
