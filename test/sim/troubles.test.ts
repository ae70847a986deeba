import { describe, expect, it, vi } from "vitest";
import { briskManner, clearGossip, fault, plainCall } from "@/lib/sim/scenario";
import { key, model, ofFirst, outline } from "@/lib/sim/scenarios";
import { first, quantileOf, second, shareOf, startedWithin, watch } from "./support";

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const minute = 60_000;
const streams = [plainCall];

describe("a target that is down", () => {
  it("costs a few calls a second attempt and nobody an answer", () => {
    const { replies, violations } = watch(
      outline({ perSecond: 50, durationMs: 5 * minute, faults: [ofFirst("unavailable")] }),
    );
    const during = startedWithin(replies, 2 * minute, 4 * minute);
    expect(shareOf(replies, ({ reply }) => reply === "served")).toBe(1);
    expect(during.filter(({ targets }) => targets.length > 1).length).toBeLessThan(40);
    expect(violations).toEqual([]);
  });

  it("for 60 s with a call every 4 s: all served, back within 10 s, at most one real trial per 5 s", () => {
    const { replies, violations } = watch(
      outline({
        perSecond: 0.25,
        keys: [key("ada")],
        calls: streams,
        faults: [ofFirst("unavailable", { fromMs: 2 * minute, untilMs: 3 * minute })],
      }),
    );
    const ends = 3 * minute;
    const trials = startedWithin(replies, 2 * minute, ends).filter(({ targets }) =>
      targets.includes(first),
    );
    const back = replies.find(
      ({ startedMs, targets }) => startedMs >= ends && targets[0] === first,
    );
    expect(shareOf(replies, ({ reply }) => reply === "served")).toBe(1);
    expect(trials.length).toBeLessThanOrEqual(3 + 12);
    expect((back?.startedMs ?? Number.POSITIVE_INFINITY) - ends).toBeLessThan(18_000);
    expect(violations).toEqual([]);
  });

  it("as a whole provider fails no call while another provider is well", () => {
    const { ledger, violations } = watch(
      outline({
        perSecond: 50,
        durationMs: 5 * minute,
        providers: [
          {
            id: "acme",
            regions: [
              { id: "us", farMs: 20 },
              { id: "eu", farMs: 90 },
            ],
          },
          { id: "bolt", regions: [{ id: "us", farMs: 20 }] },
        ],
        faults: [ofFirst("unavailable")],
      }),
    );
    expect(ledger.failed).toBe(0);
    expect(violations).toEqual([]);
  });

  it("for connections is noticed once for all models of the place", () => {
    const { replies, transitions } = watch(
      outline({
        perSecond: 20,
        durationMs: 5 * minute,
        models: [model("first", "acme"), model("third", "acme"), model("second", "bolt")],
        faults: [ofFirst("refused")],
      }),
    );
    const during = startedWithin(replies, 2 * minute + 5_000, 4 * minute);
    expect(
      transitions.some(({ to, target }) => to === "region_down" && target.model === "third"),
    ).toBe(true);
    expect(shareOf(during, ({ targets }) => targets.length === 1)).toBeGreaterThan(0.95);
    expect(shareOf(replies, ({ reply }) => reply === "served")).toBe(1);
  });

  it("and flaps near its cooldown fails no call and gets few attempts while it is away", () => {
    const { ledger, replies, violations } = watch(
      outline({ perSecond: 20, faults: [ofFirst("unavailable", { flapMs: 6_000 })] }),
    );
    const during = startedWithin(replies, 2 * minute, 4 * minute);
    expect(ledger.failed).toBe(0);
    expect(shareOf(during, ({ targets }) => targets.length > 1)).toBeLessThan(0.05);
    expect(violations).toEqual([]);
  });
});

describe("silence", () => {
  it("at 200 calls/s delays few calls: SUSPECT migrates them", () => {
    const { replies, transitions, violations } = watch(
      outline({
        perSecond: 200,
        durationMs: 4 * minute,
        calls: streams,
        faults: [ofFirst("hang", { fromMs: 2 * minute, untilMs: 3.5 * minute })],
      }),
    );
    const suspected = transitions.find(({ to }) => to === "suspect");
    const during = startedWithin(replies, 2 * minute, 3.5 * minute);
    expect(suspected?.atMs ?? 0).toBeLessThan(2 * minute + 8_000);
    expect(during.filter(({ waitMs }) => waitMs > 10_000).length).toBeLessThanOrEqual(2);
    expect(during.some(({ hows }) => hows.includes("migrated") || hows.includes("next"))).toBe(
      true,
    );
    expect(shareOf(replies, ({ reply }) => reply === "served")).toBe(1);
    expect(violations).toEqual([]);
  });

  it("of a busy but healthy target migrates nobody", () => {
    const { ledger } = watch(outline({ perSecond: 100, durationMs: 3 * minute, calls: streams }));
    expect(ledger.migrations).toBe(0);
  });

  it("of minutes is normal for a thinking model", () => {
    const thinking = { ...plainCall, reasoning: true, outputTokens: 200 };
    const { ledger, transitions, violations } = watch(
      outline({
        perSecond: 0.5,
        durationMs: 20 * minute,
        models: [model("first", "acme", { reasoning: true }), model("second", "bolt")],
        calls: [thinking],
      }),
    );
    expect(ledger.failed).toBe(0);
    expect(ledger.migrations).toBe(0);
    expect(transitions.filter(({ to }) => to === "suspect" || to === "open")).toEqual([]);
    expect(violations).toEqual([]);
  });
});

describe("a brown-out × 10", () => {
  it("is over for callers within 15 s", () => {
    const { replies, violations } = watch(
      outline({
        perSecond: 20,
        durationMs: 16 * minute,
        calls: streams,
        faults: [ofFirst("slow", { fromMs: 10 * minute, untilMs: 15 * minute })],
      }),
    );
    const before = quantileOf(
      startedWithin(replies, 5 * minute, 10 * minute).map(({ waitMs }) => waitMs),
      0.95,
    );
    const after = quantileOf(
      startedWithin(replies, 10 * minute + 15_000, 15 * minute).map(({ waitMs }) => waitMs),
      0.9,
    );
    expect(after).toBeLessThan(1.5 * before);
    expect(violations).toEqual([]);
  });

  it("keeps a twentieth of its calls, so that its end is seen", () => {
    const { replies, transitions } = watch(
      outline({
        perSecond: 20,
        durationMs: 16 * minute,
        calls: streams,
        faults: [ofFirst("slow", { fromMs: 10 * minute, untilMs: 12 * minute })],
      }),
    );
    const during = startedWithin(replies, 10 * minute + 20_000, 12 * minute);
    const kept = shareOf(during, ({ targets }) => targets[0] === first);
    const back = transitions.findLast(({ to }) => to === "closed");
    expect(kept).toBeGreaterThan(0.02);
    expect(kept).toBeLessThan(0.1);
    expect(back?.atMs ?? Number.POSITIVE_INFINITY).toBeLessThan(14 * minute);
  });
});

describe("errors now and then", () => {
  it("5 % on slow answers never open a healthy target", () => {
    const slow = { ...briskManner, msPerToken: 65, errorShare: 0.05, errorAfterMs: 40 };
    const { ledger, transitions } = watch(
      outline({
        perSecond: 10,
        durationMs: 30 * minute,
        models: [model("first", "acme", { manner: slow }), model("second", "bolt")],
      }),
    );
    expect(transitions.filter(({ to }) => to === "open")).toEqual([]);
    expect(ledger.failed).toBe(0);
  });

  it("2 % shift nothing to the fallback for long", () => {
    const { replies } = watch(
      outline({
        perSecond: 20,
        durationMs: 10 * minute,
        models: [
          model("first", "acme", { manner: { ...briskManner, errorShare: 0.02 } }),
          model("second", "bolt"),
        ],
      }),
    );
    expect(shareOf(replies, ({ targets }) => targets.at(-1) === first)).toBeGreaterThan(0.99);
  });

  it("30 % of a grey target fail nobody, at 1.35 attempts per call or less, with four openings at most", () => {
    const { ledger, replies, violations } = watch(
      outline({
        perSecond: 20,
        durationMs: 12 * minute,
        faults: [ofFirst("server_error", { share: 0.3, fromMs: minute, untilMs: 11 * minute })],
      }),
    );
    const during = startedWithin(replies, minute, 11 * minute);
    const attempts = during.reduce((sum, { targets }) => sum + targets.length, 0);
    expect(ledger.failed).toBe(0);
    expect(attempts / during.length).toBeLessThanOrEqual(1.35);
    expect(ledger.openings).toBeLessThanOrEqual(4);
    expect(violations).toEqual([]);
  });

  it.each([0.2, 0.25, 0.3])("of %d at both targets still serve 95 %% of the ideal", (share) => {
    const { ledger, violations } = watch(
      outline({
        perSecond: 20,
        durationMs: 10 * minute,
        faults: [fault("unavailable", { fromMs: minute, share })],
      }),
    );
    const ideal = 1 - share * share;
    expect(ledger.served / ledger.calls).toBeGreaterThanOrEqual(0.95 * ideal);
    expect(violations).toEqual([]);
  });
});

describe("limits", () => {
  it("of a provider move calls on and never open its breaker", () => {
    const { ledger, transitions, violations } = watch(
      outline({
        perSecond: 20,
        durationMs: 5 * minute,
        faults: [ofFirst("rate_limited", { retryAfterMs: 20_000 })],
      }),
    );
    expect(ledger.failed).toBe(0);
    expect(transitions).toEqual([]);
    expect(violations).toEqual([]);
  });

  it("that name no moment are met with few attempts", () => {
    const { ledger, replies } = watch(
      outline({ perSecond: 20, durationMs: 5 * minute, faults: [ofFirst("rate_limited")] }),
    );
    const during = startedWithin(replies, 2 * minute, 4 * minute);
    expect(ledger.failed).toBe(0);
    expect(shareOf(during, ({ targets }) => targets.length > 1)).toBeLessThan(0.05);
  });

  it("on tokens per minute leave small prompts where they are", () => {
    const big = { ...plainCall, promptTokens: 20_000, share: 0.2 };
    const { ledger, replies, violations } = watch(
      outline({
        perSecond: 10,
        durationMs: 6 * minute,
        models: [
          model("first", "acme", {
            minuteLimit: { requests: 6_000, tokens: 900_000, tells: true },
          }),
          model("second", "bolt"),
        ],
        calls: [plainCall, big],
      }),
    );
    expect(ledger.failed).toBe(0);
    expect(shareOf(replies, ({ targets }) => targets.at(-1) === first)).toBeGreaterThan(0.3);
    expect(violations).toEqual([]);
  });

  it("of the only target make callers wait in order instead of failing them", () => {
    const { ledger, violations } = watch(
      outline({
        perSecond: 2,
        durationMs: 6 * minute,
        providers: [{ id: "acme", regions: [{ id: "us", farMs: 20 }] }],
        models: [model("first", "acme")],
        faults: [
          fault("rate_limited", { fromMs: 2 * minute, untilMs: 2.1 * minute, retryAfterMs: 6_000 }),
        ],
      }),
    );
    expect(ledger.failed / ledger.calls).toBeLessThan(0.01);
    expect(violations).toEqual([]);
  });
});

describe("streams that break", () => {
  const cut = ofFirst("cut", { share: 0.5, atToken: 20 });

  it("go on where the next target continues a prefill", () => {
    const { ledger, violations } = watch(
      outline({
        perSecond: 10,
        durationMs: 5 * minute,
        calls: streams,
        models: [model("first", "acme"), model("second", "bolt", { prefill: true })],
        faults: [cut],
      }),
    );
    expect(ledger.failed).toBe(0);
    expect(ledger.rescued.get("resume") ?? 0).toBeGreaterThan(0);
    expect(violations).toEqual([]);
  });

  it("end in an error where nothing may be spliced, and never in a second answer", () => {
    const { ledger, violations } = watch(
      outline({ perSecond: 10, durationMs: 5 * minute, calls: streams, faults: [cut] }),
    );
    expect(ledger.failedWhy.get("interrupted") ?? 0).toBeGreaterThan(0);
    expect(violations).toEqual([]);
  });

  it("are whole where they are buffered", () => {
    const { ledger, violations } = watch(
      outline({
        perSecond: 10,
        durationMs: 5 * minute,
        calls: streams,
        midstream: "buffer",
        faults: [cut],
      }),
    );
    expect(ledger.failed).toBe(0);
    expect(violations).toEqual([]);
  });

  it("and stall while bytes keep coming are given up too", () => {
    const { ledger, violations } = watch(
      outline({
        perSecond: 5,
        durationMs: 5 * minute,
        calls: streams,
        models: [model("first", "acme"), model("second", "bolt", { prefill: true })],
        faults: [ofFirst("stall_alive", { share: 0.3, atToken: 5 })],
      }),
    );
    expect(ledger.failed).toBe(0);
    expect(violations).toEqual([]);
  });
});

describe("people", () => {
  it("who disable a target send it no call from then on, and those before content move", () => {
    const off = {
      atMs: 2 * minute,
      type: "model",
      id: "first",
      intent: "disabled",
      forMs: minute,
    } as const;
    const { replies, violations } = watch(
      outline({
        perSecond: 20,
        durationMs: 4 * minute,
        calls: [{ ...plainCall, stream: false }],
        toggles: [off],
      }),
    );
    const during = startedWithin(replies, 2 * minute + 1, 3 * minute);
    const after = startedWithin(replies, 3 * minute + 1, 4 * minute);
    expect(during.every(({ targets }) => !targets.includes(first))).toBe(true);
    expect(after.every(({ targets }) => targets[0] === first)).toBe(true);
    expect(shareOf(replies, ({ reply }) => reply === "served")).toBe(1);
    expect(violations).toEqual([]);
  });

  it("are not overruled in an outage of everything else", () => {
    const { replies, violations } = watch(
      outline({
        perSecond: 10,
        durationMs: 4 * minute,
        toggles: [{ atMs: minute, type: "provider", id: "bolt", intent: "draining", forMs: null }],
        faults: [ofFirst("unavailable", { untilMs: 3 * minute })],
      }),
    );
    const during = startedWithin(replies, 2 * minute, 3 * minute);
    expect(during.every(({ targets }) => !targets.includes(second))).toBe(true);
    expect(during.some(({ hows }) => hows.includes("panic"))).toBe(true);
    expect(violations).toEqual([]);
  });

  it("who misconfigure a target lose no call", () => {
    for (const kind of ["not_found", "unauthorized", "forbidden"] as const) {
      const { ledger, replies } = watch(
        outline({
          perSecond: 10,
          durationMs: 5 * minute,
          faults: [fault(kind, { provider: "acme" })],
        }),
      );
      expect(ledger.failed).toBe(0);
      expect(shareOf(replies, ({ targets }) => targets.length > 1)).toBeLessThan(0.02);
    }
  });
});

describe("callers", () => {
  it("who are impatient are neutral: nobody opens for them", () => {
    const { transitions, violations } = watch(
      outline({
        perSecond: 20,
        durationMs: 8 * minute,
        calls: [
          { ...plainCall, totalMs: 1_200 },
          { ...plainCall, patienceMs: 400 },
          { ...plainCall, stream: false, totalMs: 2_000 },
        ],
      }),
    );
    expect(transitions).toEqual([]);
    expect(violations).toEqual([]);
  });

  it("who try three times do not multiply attempts beyond the cap per call", () => {
    const { ledger, violations } = watch(
      outline({
        perSecond: 10,
        durationMs: 5 * minute,
        calls: [{ ...plainCall, clientRetries: 3 }],
        faults: [fault("unavailable", { fromMs: 2 * minute, untilMs: 3 * minute })],
      }),
    );
    expect(ledger.attempts / ledger.calls).toBeLessThan(2.5);
    expect(violations).toEqual([]);
  });

  it("of one key with poison prompts move nobody else", () => {
    const { replies, transitions, violations } = watch(
      outline({
        perSecond: 20,
        keys: [key("ada"), key("bo"), key("poison", { share: 0.2, poison: "server_error" })],
      }),
    );
    const others = replies.filter((one) => one.key !== "poison");
    expect(others.every(({ targets }) => targets.length === 1 && targets[0] === first)).toBe(true);
    expect(transitions.filter(({ to }) => to === "open")).toEqual([]);
    expect(violations).toEqual([]);
  });
});

describe("nodes", () => {
  it("that hear lies, late hints and half of the probes open no healthy target", () => {
    const { transitions, ledger, violations } = watch(
      outline({
        perSecond: 20,
        nodes: 3,
        gossip: {
          ...clearGossip,
          lostShare: 0.5,
          delayMs: 10_000,
          liesPerMinute: 60,
          probeLostShare: 0.3,
          probeTwiceShare: 0.3,
          probeLateShare: 0.5,
        },
      }),
    );
    expect(transitions).toEqual([]);
    expect(ledger.failed).toBe(0);
    expect(violations).toEqual([]);
  });

  it("that stand still for up to 5 s turn away from nobody", () => {
    const freezes = [1, 2, 3, 4, 5].map((n) => ({ node: 0, atMs: n * minute, forMs: n * 1_000 }));
    const { transitions, replies, violations } = watch(
      outline({ perSecond: 20, durationMs: 6 * minute, freezes }),
    );
    expect(transitions).toEqual([]);
    expect(replies.every(({ targets }) => targets[0] === first)).toBe(true);
    expect(violations).toEqual([]);
  });
});
