import { describe, expect, it } from "vitest";
import { classify } from "@/lib/core/classify";
import type { ConfigInput } from "@/lib/config/document";
import {
  Bench,
  type CallOver,
  capable,
  cutOff,
  overloaded,
  refused,
  resetEarly,
  retarget,
  silentTooLong,
  snapshotOf,
  statusFailure,
} from "./fixture";

const third: CallOver = { route: "third" };
const only = "other:global:third";
const soon = statusFailure(429, { retryAfterMs: 1_500 });

/** One model at each of so many providers, in one chain. */
function chainOf(count: number, regions = 1): Bench {
  const names = Array.from({ length: count }, (_, place) => `m${String(place)}`);
  const document: ConfigInput = {
    providers: names.map((id) => ({
      id: `p-${id}`,
      base_url: `https://${id}.example/v1`,
      api_key: "env:KEY",
      regions: Array.from({ length: regions }, (_, place) => ({ id: `r${String(place)}` })),
    })),
    models: names.map((id) => ({ id, targets: [{ provider: `p-${id}` }] })),
    routes: [{ id: "auto", chain: names }],
  };
  return new Bench(snapshotOf([], document));
}

describe("attempts", () => {
  it("begins at the operator's first model, in its first region, while all are well", () => {
    expect(new Bench().begin().move).toMatchObject({
      how: "first",
      entryIndex: 0,
      splice: null,
      target: { id: "acme:us:first" },
    });
  });

  it("tries two of a provider × model before the next one, and the other siblings last", () => {
    expect(chainOf(2, 3).tries(overloaded).ids).toEqual([
      "p-m0:r0:m0",
      "p-m0:r1:m0",
      "p-m1:r0:m1",
      "p-m1:r1:m1",
      "p-m0:r2:m0",
      "p-m1:r2:m1",
    ]);
  });

  it.each([
    ["a refused connection goes to one sibling", refused, ["us:first", "eu:first", "us:second"]],
    [
      "a timeout to the next provider × model at once",
      silentTooLong,
      ["us:first", "us:second", "eu:first"],
    ],
    [
      "a 500 to the same target once more",
      statusFailure(500),
      ["us:first", "us:first", "us:second"],
    ],
    ["an early reset too", resetEarly, ["us:first", "us:first", "us:second"]],
  ] as const)("%s", (_name, failure, order) => {
    expect(new Bench().tries(failure).ids.slice(0, 3)).toEqual(order.map((id) => `acme:${id}`));
  });

  it("asks the same target again after 250 ms, a fifth more or less, and an early reset at once", () => {
    const bench = new Bench();
    const pause = (random: number): unknown => {
      bench.random = random;
      const { id, move } = bench.begin();
      bench.fail(move, statusFailure(500));
      return bench.next(id);
    };
    expect(pause(0)).toEqual({ type: "pause", forMs: 200, why: "retry" });
    expect(pause(1)).toEqual({ type: "pause", forMs: 300, why: "retry" });
    const { id, move } = bench.begin(third);
    bench.fail(move, resetEarly);
    expect(bench.attempt(id)).toMatchObject({ how: "retry", target: { id: only } });
  });

  it("leaves the retry when the target opened in the pause", () => {
    const bench = new Bench();
    const { id, move } = bench.begin();
    bench.fail(move, statusFailure(500));
    expect(bench.next(id).type).toBe("pause");
    bench.many(2, overloaded, { route: "first", constraints: { region: "us" } });
    expect(bench.attempt(id)).toMatchObject({ how: "next", target: { id: "acme:eu:first" } });
  });

  it("retries are a fifth of the last 10 s and three besides, though many pause at once", () => {
    const bench = new Bench();
    const calls = Array.from({ length: 20 }, () => bench.begin());
    calls.forEach(({ move }) => bench.fail(move, { ...statusFailure(500), health: "neutral" }));
    const paused = calls.filter(({ id }) => bench.next(id).type === "pause");
    expect(paused.length).toBeGreaterThan(4);
    bench.nowMs += 300;
    const hows = paused.map(({ id }) => bench.attempt(id).how);
    expect(hows.filter((how) => how === "retry").length).toBeLessThanOrEqual(7);
  });

  it("has six, or one more than there are provider × models", () => {
    expect(chainOf(1, 9).tries(overloaded).ids).toHaveLength(6);
    expect(chainOf(9).tries(overloaded).ids).toHaveLength(9);
    expect(chainOf(9).tries(statusFailure(500)).ids).toHaveLength(10);
  });

  it("keeps one for each provider × model that was not tried", () => {
    const { ids } = chainOf(4, 3).tries(statusFailure(500), { limits: { attempts: 5 } });
    expect(new Set(ids.map((id) => id.slice(-2)))).toEqual(new Set(["m0", "m1", "m2", "m3"]));
  });

  it("keeps it for one that is OPEN too, rather than spend all on the siblings of another", () => {
    const bench = chainOf(2, 8);
    for (let region = 0; region < 8; region += 1) {
      bench.many(3, overloaded, {
        route: "m1",
        constraints: { region: `r${String(region)}`, regionMode: "require" },
      });
    }
    const { ids } = bench.tries(overloaded);
    expect(ids).toHaveLength(6);
    expect(ids.at(-1)).toMatch(/m1$/);
  });

  it("tells every attempt at the end", () => {
    const { end } = new Bench().tries(overloaded, third);
    expect(end).toMatchObject({
      type: "finish",
      why: "exhausted",
      tried: [{ target: { id: only } }],
    });
  });
});

describe("what a failure leaves", () => {
  it.each([
    ["a bad request", statusFailure(422)],
    ["a content policy", statusFailure(400, { code: "content_policy_violation" })],
  ])("%s is the caller's: nobody else is asked", (_name, failure) => {
    const { ids, end } = new Bench().tries(failure);
    expect(ids).toHaveLength(1);
    expect(end).toMatchObject({ why: "refused" });
  });

  it("an answer too large ends the call, and is nobody's refusal", () => {
    const { ids, end } = new Bench().tries(classify({ kind: "too_large" }, 2_000));
    expect(ids).toHaveLength(1);
    expect(end).toMatchObject({ why: "exhausted" });
  });

  it("a content policy goes to the next model where the route asks for it, siblings last", () => {
    const failure = statusFailure(400, { code: "content_policy_violation" });
    const { ids } = new Bench().tries(failure, { limits: { fallbackOnContentPolicy: true } });
    expect(ids.slice(0, 2)).toEqual(["acme:us:first", "acme:us:second"]);
  });

  it("a prompt too long goes only to a larger window, and stays away from smaller ones for good", () => {
    const snapshot = retarget(snapshotOf(), ({ model }) => ({
      capabilities: {
        contextTokens: { first: 8_000, second: 4_000, third: 32_000 }[model] ?? null,
        outputTokens: null,
        tools: null,
        vision: null,
        json: null,
        prefill: false,
        reasoning: false,
      },
    }));
    const tooLong = statusFailure(400, { code: "context_length_exceeded" });
    const bench = new Bench(snapshot);
    expect(bench.tries(tooLong).ids).toEqual(["acme:us:first"]);
    const { id, move } = bench.begin({ route: "both" });
    bench.fail(move, tooLong);
    const larger = bench.attempt(id);
    expect(larger.target.id).toBe(only);
    bench.fail(larger, overloaded);
    expect(bench.next(id)).toMatchObject({ type: "finish", why: "exhausted" });
  });

  it("an empty account is not asked again by way of another model, even after others failed", () => {
    const bench = new Bench();
    const { id, move } = bench.begin({ route: "both" });
    bench.fail(move, statusFailure(402));
    const other = bench.attempt(id);
    expect(other.target.id).toBe(only);
    bench.fail(other, overloaded);
    expect(bench.next(id)).toMatchObject({ type: "finish", why: "exhausted" });
  });

  it("a request that must not be repeated is sent again only where it never left", () => {
    const needs = { unrepeatable: true };
    expect(new Bench().tries(overloaded, { needs }).ids).toHaveLength(1);
    expect(new Bench().tries(resetEarly, { needs }).ids).toHaveLength(1);
    expect(new Bench().tries(refused, { needs }).ids.length).toBeGreaterThan(1);
    const bench = new Bench();
    const { id, move } = bench.begin({ needs });
    bench.end(move, { kind: "withdrawn", why: "switched_off" });
    expect(bench.next(id)).toMatchObject({ type: "finish", why: "exhausted" });
  });

  it("ids that only one account knows keep a call with the account of its first choice", () => {
    const { ids } = new Bench().tries(overloaded, { route: "both", needs: { pinned: true } });
    expect(ids).toEqual(["acme:us:first", "acme:eu:first"]);
  });

  it("a caller who wants no fallback gets the first model and no other", () => {
    const { ids } = new Bench().tries(overloaded, { constraints: { fallback: false } });
    expect(ids).toEqual(["acme:us:first", "acme:eu:first"]);
  });
});

describe("what holds in every attempt", () => {
  it.each(["draining", "disabled"] as const)(
    "never calls what is %s, in panic neither",
    (intent) => {
      const hold = { objectType: "region", objectId: "us", intent, untilMs: null };
      const bench = new Bench(snapshotOf([hold]));
      bench.many(12, overloaded);
      expect(bench.tries(overloaded).ids.filter((id) => id.includes(":us:"))).toEqual([]);
    },
  );

  it("a switch counts between two attempts of a call, and in its pause", () => {
    const bench = new Bench();
    const { id, move } = bench.begin();
    bench.fail(move, statusFailure(500));
    expect(bench.next(id).type).toBe("pause");
    const hold = {
      objectType: "model",
      objectId: "first",
      intent: "disabled",
      untilMs: null,
    } as const;
    bench.apply({ type: "snapshot", snapshot: snapshotOf([hold]) });
    expect(bench.attempt(id).target.id).toBe("acme:us:second");
  });

  it("a switch ends by itself at its instant", () => {
    const hold = {
      objectType: "model",
      objectId: "first",
      intent: "disabled",
      untilMs: 5_000,
    } as const;
    const bench = new Bench(snapshotOf([hold]));
    expect(bench.begin().move.target.id).toBe("acme:us:second");
    bench.nowMs = 5_000;
    expect(bench.begin().move.target.id).toBe("acme:us:first");
  });

  it("a key's regions hold in every fallback and in panic", () => {
    const bench = new Bench();
    const fenced: CallOver = { constraints: { allowedRegions: new Set(["eu"]) } };
    for (let call = 0; call < 6; call += 1) {
      expect(bench.tries(overloaded, fenced).ids.every((id) => id.includes(":eu:"))).toBe(true);
    }
    expect(bench.label("acme:eu:first")).toBe("open");
    expect(bench.begin(fenced).move).toMatchObject({ how: "panic" });
  });

  it("a key's models hold in every fallback", () => {
    const { ids } = new Bench().tries(overloaded, {
      constraints: { allowedModels: new Set(["second"]) },
    });
    expect(ids).toEqual(["acme:us:second", "acme:eu:second"]);
  });

  it("a preferred region orders inside a model, never the models; a required one leaves no other", () => {
    expect(new Bench().tries(overloaded, { constraints: { region: "eu" } }).ids).toEqual([
      "acme:eu:first",
      "acme:us:first",
      "acme:eu:second",
      "acme:us:second",
    ]);
    expect(
      new Bench().tries(overloaded, { constraints: { region: "eu", regionMode: "require" } }).ids,
    ).toEqual(["acme:eu:first", "acme:eu:second"]);
  });

  it("a call that nobody may take ends at once, and says so", () => {
    expect(
      new Bench().tries(overloaded, { constraints: { allowedRegions: new Set(["nowhere"]) } }),
    ).toMatchObject({ ids: [], end: { why: "no_target" } });
  });

  it("starts nothing with less than a second left", () => {
    const bench = new Bench();
    const { id, move } = bench.begin({ limits: { totalMs: 10_000 } });
    bench.nowMs += 9_001;
    bench.fail(move, overloaded);
    expect(bench.next(id)).toMatchObject({ type: "finish", why: "deadline" });
    const other = bench.begin({ limits: { totalMs: 10_000 } });
    bench.nowMs += 9_000;
    bench.fail(other.move, overloaded);
    expect(bench.next(other.id).type).toBe("attempt");
  });

  it("does not pause into the last second", () => {
    const bench = new Bench();
    const { id, move } = bench.begin({ limits: { totalMs: 10_000 } });
    bench.nowMs += 8_800;
    bench.fail(move, statusFailure(500));
    expect(bench.next(id)).toMatchObject({ type: "attempt", how: "next" });
  });

  it("keeps a quarter of its time, at most 10 s, while a healthy target follows", () => {
    const bench = new Bench();
    const firstMs = (totalMs: number, over: CallOver): number =>
      bench.begin({ ...over, limits: { totalMs, ttftMs: 1_000_000 } }).move.times.firstMs;
    expect(firstMs(20_000, {})).toBe(15_000);
    expect(firstMs(120_000, {})).toBe(110_000);
    expect(firstMs(20_000, third)).toBe(20_000);
    bench.many(3, overloaded, { route: "first", constraints: { region: "eu" } });
    bench.many(1, "ok", { route: "first" });
    expect(firstMs(20_000, { route: "first" })).toBe(20_000);
  });

  it("a call that was taken back goes elsewhere, and back only when nobody else is left", () => {
    const bench = new Bench();
    const { id, move } = bench.begin({ route: "first" });
    bench.end(move, { kind: "withdrawn", why: "migrated" });
    const second = bench.attempt(id);
    expect(second).toMatchObject({ how: "migrated", target: { id: "acme:eu:first" } });
    bench.fail(second, overloaded);
    expect(bench.attempt(id)).toMatchObject({ how: "next", target: { id: "acme:us:first" } });
  });

  it("a failure from before the last attempt asks for no retry any more", () => {
    const bench = new Bench();
    const { id, move } = bench.begin();
    bench.fail(move, statusFailure(500));
    bench.next(id);
    const retry = bench.attempt(id);
    expect(retry.how).toBe("retry");
    bench.end(retry, { kind: "withdrawn", why: "migrated" });
    expect(bench.attempt(id)).toMatchObject({ how: "migrated", target: { id: "acme:eu:first" } });
  });

  it("a call that the router does not know has nothing left", () => {
    expect(new Bench().next("nobody")).toEqual({
      type: "finish",
      why: "exhausted",
      tried: [],
      retryInMs: null,
    });
  });
});

describe("rate limits", () => {
  it("a short Retry-After is waited for at the same target, once, a tenth longer at most", () => {
    const bench = new Bench();
    bench.random = 1;
    const { id, move } = bench.begin();
    bench.fail(move, soon);
    expect(bench.next(id)).toEqual({ type: "pause", forMs: 1_650, why: "retry" });
    bench.nowMs += 1_650;
    const again = bench.attempt(id);
    expect(again).toMatchObject({ how: "retry", target: { id: "acme:us:first" } });
    bench.fail(again, soon);
    expect(bench.attempt(id)).toMatchObject({ how: "next", target: { model: "second" } });
  });

  it("a longer one goes elsewhere at once, and others pass that target by until then", () => {
    const bench = new Bench();
    const { id, move } = bench.begin();
    bench.fail(move, statusFailure(429, { retryAfterMs: 8_000 }));
    expect(bench.attempt(id).target.id).toBe("acme:eu:first");
    expect(bench.begin().move.target.id).toBe("acme:eu:first");
    bench.nowMs += 8_000;
    expect(bench.begin().move.target.id).toBe("acme:us:first");
  });

  it("never touches the breaker", () => {
    const bench = new Bench();
    for (let call = 0; call < 30; call += 1) {
      bench.nowMs += 10_000;
      bench.one(statusFailure(429), third);
    }
    expect(bench.label(only)).toBe("closed");
  });

  it("a call that finds only limits waits for the soonest, and then goes there", () => {
    const bench = new Bench();
    bench.random = 0;
    bench.one(statusFailure(429, { retryAfterMs: 6_000 }), third);
    const { id } = bench.call(third);
    expect(bench.next(id)).toEqual({ type: "pause", forMs: 6_000, why: "capacity" });
    expect(bench.health(only).capacity.waiters).toBe(1);
    bench.nowMs += 6_000;
    expect(bench.attempt(id)).toMatchObject({ how: "first", target: { id: only } });
    expect(bench.health(only).capacity.waiters).toBe(0);
  });

  it.each([
    ["longer than 10 s", 10_001, {}],
    ["longer than its own time", 6_000, { limits: { totalMs: 6_500 } }],
  ])("does not wait %s: the caller hears when to come back", (_name, retryAfterMs, over) => {
    const bench = new Bench();
    bench.random = 0;
    bench.one(statusFailure(429, { retryAfterMs }), third);
    const { id } = bench.call({ ...third, ...over });
    expect(bench.next(id)).toMatchObject({
      type: "finish",
      why: "rate_limited",
      retryInMs: retryAfterMs,
    });
  });

  it("waits once in its life", () => {
    const bench = new Bench();
    bench.one(statusFailure(429, { retryAfterMs: 5_000 }), third);
    const { id } = bench.call(third);
    const pause = bench.next(id);
    bench.nowMs += pause.type === "pause" ? pause.forMs : 0;
    bench.fail(bench.attempt(id), statusFailure(429, { retryAfterMs: 5_000 }));
    expect(bench.next(id)).toMatchObject({ type: "finish", why: "rate_limited" });
  });

  it("a caller who leaves gives the place among the waiting calls back", () => {
    const bench = new Bench();
    bench.one(statusFailure(429), third);
    const { id } = bench.call(third);
    expect(bench.next(id).type).toBe("pause");
    bench.endCall(id);
    expect(bench.health(only).capacity.waiters).toBe(0);
  });

  it("a limit is tried all the same when something else has failed this call already", () => {
    const bench = new Bench();
    bench.one(statusFailure(429, { retryAfterMs: 60_000 }), third);
    const { id, move } = bench.begin({ route: "both", constraints: { fallback: true } });
    bench.fail(move, silentTooLong);
    bench.fail(bench.attempt(id), silentTooLong);
    expect(bench.attempt(id).target.id).toBe(only);
  });

  it("one about tokens keeps only larger prompts away", () => {
    const bench = new Bench();
    bench.one(
      { ...statusFailure(429, { retryAfterMs: 5_000 }), bySize: true },
      {
        ...third,
        needs: { promptTokens: 6_000 },
      },
    );
    expect(bench.begin({ ...third, needs: { promptTokens: 100 } }).move.target.id).toBe(only);
    expect(bench.next(bench.call({ ...third, needs: { promptTokens: 6_000 } }).id).type).toBe(
      "pause",
    );
  });
});

describe("a stream that broke after content went out", () => {
  /** Its first attempt delivered something and was cut. */
  function broken(bench: Bench, over: CallOver = {}): string {
    const { id, move } = bench.begin(over);
    bench.content(move);
    bench.fail(move, cutOff);
    return id;
  }

  it("goes on where a prefill is continued, though another comes first", () => {
    const bench = new Bench(capable("second", { prefill: true }));
    expect(bench.attempt(broken(bench), 10)).toMatchObject({
      how: "resume",
      splice: "prefill",
      streamed: true,
      target: { id: "acme:us:second" },
    });
  });

  it("begins again only at the same model, and only at temperature 0", () => {
    const bench = new Bench();
    expect(bench.attempt(broken(bench, { needs: { deterministic: true } }), 10)).toMatchObject({
      how: "resume",
      splice: "restart",
      target: { id: "acme:eu:first" },
    });
    expect(bench.next(broken(bench), 10)).toMatchObject({ type: "finish", why: "interrupted" });
  });

  it("`any` begins again anywhere, `off` nowhere", () => {
    const bench = new Bench();
    const over = (restart: "any" | "off"): CallOver => ({
      route: "both",
      constraints: { allowedRegions: new Set(["us", "global"]) },
      limits: { restart },
      needs: { deterministic: true },
    });
    expect(bench.attempt(broken(bench, over("any")), 10).target.id).toBe(only);
    expect(bench.next(broken(bench, over("off")), 10)).toMatchObject({ why: "interrupted" });
  });

  it("the same model is that of the text, not of an attempt that failed before it", () => {
    const bench = new Bench();
    const { id, move } = bench.begin({ route: "auto", needs: { deterministic: true } });
    bench.fail(move, silentTooLong);
    const second = bench.attempt(id);
    expect(second.target.model).toBe("second");
    bench.content(second);
    bench.fail(second, cutOff);
    expect(bench.attempt(id, 10)).toMatchObject({ splice: "restart", target: { model: "second" } });
  });

  it("a text of two models is begun again by neither", () => {
    const bench = new Bench(
      retarget(snapshotOf(), (target) => ({
        capabilities: { ...target.capabilities, prefill: target.id === "acme:us:second" },
      })),
    );
    const id = broken(bench, { needs: { deterministic: true } });
    const spliced = bench.attempt(id, 10);
    expect(spliced.splice).toBe("prefill");
    bench.content(spliced);
    bench.fail(spliced, cutOff);
    expect(bench.next(id, 20)).toMatchObject({ type: "finish", why: "interrupted" });
  });

  it("is continued twice at most", () => {
    const bench = new Bench(
      retarget(snapshotOf(), (target) => ({
        capabilities: { ...target.capabilities, prefill: true },
      })),
    );
    const id = broken(bench);
    for (const delivered of [10, 20]) {
      const spliced = bench.attempt(id, delivered);
      bench.content(spliced);
      bench.fail(spliced, cutOff);
    }
    expect(bench.next(id, 30)).toMatchObject({ type: "finish", why: "interrupted" });
  });

  it("a refused prefill goes on to the next, and is no author", () => {
    const bench = new Bench(capable("second", { prefill: true }));
    const id = broken(bench, { needs: { deterministic: true } });
    bench.fail(bench.attempt(id, 10), statusFailure(400));
    expect(bench.attempt(id, 10)).toMatchObject({
      splice: "prefill",
      target: { id: "acme:eu:second" },
    });
  });

  it.each(["error", "buffer"] as const)("ends where the call asked for `%s`", (midstream) => {
    const bench = new Bench(capable("second", { prefill: true }));
    expect(bench.next(broken(bench, { limits: { midstream } }), 10)).toMatchObject({
      why: "interrupted",
    });
  });

  it("ends where the text is no plain one", () => {
    const bench = new Bench(capable("second", { prefill: true }));
    expect(bench.next(broken(bench, { needs: { resumable: false } }), 10)).toMatchObject({
      why: "interrupted",
    });
  });

  it("keeps to people's switches and to residency", () => {
    const bench = new Bench(capable("second", { prefill: true }));
    const id = broken(bench, { constraints: { allowedRegions: new Set(["eu"]) } });
    expect(bench.attempt(id, 10).target.id).toBe("acme:eu:second");
  });

  it("goes to one that is well before one that is SUSPECT, and to none that is OPEN", () => {
    const bench = new Bench(capable("second", { prefill: true }));
    bench.health("acme:us:second").silence.suspectMs = bench.nowMs;
    expect(bench.attempt(broken(bench), 10).target.id).toBe("acme:eu:second");
    bench.many(3, overloaded, { route: "second", constraints: { region: "eu" } });
    expect(bench.attempt(broken(bench), 10).target.id).toBe("acme:us:second");
  });

  it("has a time of its own: the stream has made progress", () => {
    const bench = new Bench(capable("second", { prefill: true }));
    const { id, move } = bench.begin({ limits: { totalMs: 20_000 } });
    bench.content(move);
    bench.nowMs += 60_000;
    bench.fail(move, cutOff);
    expect(bench.attempt(id, 10).times.firstMs).toBe(12_000);
  });
});
