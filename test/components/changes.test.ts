import { describe, expect, it } from "vitest";
import { changeText } from "@/components/changes/change-text";
import { healthEvidence, healthGlyph, healthTitle } from "@/components/changes/health-text";
import { isObject } from "@/components/changes/object-name";
import { summaryOf } from "@/components/changes/summary";
import { lineText } from "@/components/lib/line-text";
import { isSameOrder, movedCount, reordered } from "@/components/routes/order";
import { changeQuery } from "@/lib/control/api-queries";
import { now } from "./fixtures";
import { wordsOf } from "./words";

const { f, say } = wordsOf("en");

function sentence(raw: Record<string, unknown>, words = wordsOf("en")): string | null {
  const summary = summaryOf(raw);
  return summary === null ? null : words.say(changeText(summary, words.f, now));
}

describe("changes in words", () => {
  const off = {
    type: "switch",
    objectType: "target",
    objectId: "acme:us-east:org/model:7b#second",
    from: "enabled",
    to: "draining",
  };
  it.each([
    [off, "turned off org/model:7b / us-east"],
    [
      { ...off, objectType: "model", objectId: "gpt-4.1", until: now + 60_000 },
      "turned off gpt-4.1 until 14:33:00",
    ],
    [
      { type: "reorder", route: "auto", from: ["a", "b", "c"], to: ["c", "a", "b"] },
      "moved c from 3 to 1 in auto",
    ],
    [
      { type: "config", added: ["model:x", "model:y"], removed: ["route:z"] },
      "changed model:x and 2 more",
    ],
    [{ type: "config" }, "loaded the configuration"],
    [{ type: "reset", target: "acme:us-east:small" }, "reset the breaker of small / us-east"],
    [{ type: "something new" }, null],
  ])("%j", (raw, expected) => {
    expect(sentence(raw)).toBe(expected);
  });

  it.each([
    [{ type: "key", id: "support-bot", action: "created" }, "support-bot 키 생성"],
    [
      { ...off, objectId: "acme:global:deepseek-v3", to: "disabled" },
      "deepseek-v3 / global 즉시 중단",
    ],
    [{ type: "reorder", route: "auto", from: ["a", "b"], to: ["b", "a"] }, "auto: b 순서 2 → 1"],
    [{ type: "config", added: ["model:x", "model:y"] }, "model:x 외 1건 변경"],
  ])("say in Korean of what before they say what: %j", (raw, expected) => {
    expect(sentence(raw, wordsOf("ko"))).toBe(expected);
  });

  it("tell what the healer went by", () => {
    const summary = summaryOf({
      type: "health",
      target: "acme:us-east:m",
      provider: "acme",
      model: "m",
      region: "us-east",
      from: "closed",
      to: "open",
      reason: "overloaded",
      evidence: { status: 503, failures: 3, openForMs: 5_400 },
      node: "host/0",
    });
    if (summary?.type !== "health") {
      throw new Error("The summary was not understood.");
    }
    expect(say(healthTitle(summary))).toBe("Opened breaker");
    const late = { ...summary, from: "open", to: "probe_down" } as const;
    expect(say(healthTitle(late))).toBe("Probes still fail");
    expect(say(healthTitle({ ...late, from: "closed" }))).toBe("Probes fail");
    const closed = { ...summary, from: "half_open", to: "closed" } as const;
    expect(say(healthTitle(closed))).toBe("Closed breaker");
    expect(say(healthTitle({ ...closed, from: "degraded" }))).toBe("Healthy again");
    const freed = {
      ...summary,
      from: "region_down",
      reason: "trial_passed",
      evidence: {},
    } as const;
    expect(say(healthTitle(freed))).toBe("Breaker still open");
    expect(healthEvidence(freed, f).map(say)).toEqual(["region_probes_passed"]);
    expect(healthEvidence(summary, f).map(say)).toEqual([
      "503",
      "3 failures in a row",
      "open for 5 s",
    ]);
  });
});

describe("what the healer went by", () => {
  const evidenceOf = (reason: string, evidence: Record<string, number | string>): string[] => {
    const summary = summaryOf({
      type: "health",
      target: "acme:us-east:m",
      provider: "acme",
      model: "m",
      region: "us-east",
      from: "closed",
      to: "degraded",
      reason,
      evidence,
    });
    return summary?.type === "health" ? healthEvidence(summary, f).map(say) : [];
  };

  it("is a run of failures, or their share where others passed", () => {
    expect(evidenceOf("overloaded", { failures: 3, of: 3 })[1]).toBe("3 failures in a row");
    expect(evidenceOf("overloaded", { failures: 9, of: 20 })[1]).toBe("9 of 20 failed");
  });

  it("is the count of probes that passed, without their name before it", () => {
    expect(evidenceOf("probes_passed", { passes: 2 })).toEqual(["2 probes passed"]);
    expect(evidenceOf("trial_passed", { passes: 2 })).toHaveLength(2);
    expect(evidenceOf("probes_passed", {})).toHaveLength(1);
  });

  it("is how long calls have waited without a byte", () => {
    expect(evidenceOf("silence", { waiting: 4, silentMs: 3_200 })[1]).toBe(
      "4 calls without a byte for 3 s",
    );
  });

  it("is a slow first token beside its usual one", () => {
    expect(evidenceOf("slow", { ttftMs: 4_100, normalMs: 400 })[1]).toBe(
      "first token 4,100 ms, usually 400 ms",
    );
  });
});

describe("a change of a kind that this page does not know", () => {
  it.each([{}, { type: "merge" }, { type: "__proto__" }, { type: "switch", objectId: "m" }])(
    "has no summary: %o",
    (raw) => {
      expect(summaryOf(raw)).toBeNull();
    },
  );
});

describe("a rule that only observes", () => {
  it("tells what it would have done, and shows no state for it", () => {
    const summary = summaryOf({
      type: "health",
      target: "acme:us-east:m",
      provider: "acme",
      model: "m",
      region: "us-east",
      from: "closed",
      to: "suspect",
      reason: "silence",
      evidence: { observed: 1 },
    });
    if (summary?.type !== "health") {
      throw new Error("The summary was not understood.");
    }
    expect(say(healthTitle(summary))).toBe("Would have called it silent");
    expect(healthGlyph(summary)).toBe("no_data");
    expect(healthGlyph({ ...summary, evidence: {} })).toBe("degraded");
  });
});

describe("a changed value", () => {
  const values = { object: "route:auto", kind: "changed", from: null, to: null } as const;
  it.each([
    [{ ...values, field: "chain", from: ["a", "b"], to: ["b"] }, "route:auto chain: a, b → b"],
    [{ ...values, field: "limits.ttft_s", to: 20 }, "route:auto limits.ttft_s: default → 20"],
    [{ ...values, field: "x", from: false, to: true }, "route:auto x: no → yes"],
    [
      { ...values, object: "model:m", field: "intent", from: "enabled", to: "draining" },
      "model:m intent: on → off, running calls finish",
    ],
    [{ ...values, field: "until", to: now + 60_000 }, "route:auto until: default → 14:33:00"],
    [
      { ...values, object: "order:models", field: null, from: ["a"], to: ["b"] },
      "order:models: a → b",
    ],
    [{ ...values, kind: "added", field: null }, "route:auto added"],
    [{ ...values, kind: "removed", field: null }, "route:auto removed"],
  ] as const)("%j", (line, expected) => {
    const shown = { ...line, from: mutable(line.from), to: mutable(line.to) };
    expect(lineText(shown, say, f, now)).toBe(expected);
  });

  it("is told in Korean too", () => {
    const korean = wordsOf("ko");
    const line = { ...values, field: "x", to: true };
    expect(lineText(line, korean.say, korean.f, now)).toBe("route:auto x: 기본값 → 예");
  });
});

function mutable<T>(value: T): T extends readonly string[] ? string[] : T {
  return (Array.isArray(value) ? [...(value as string[])] : value) as never;
}

describe("an order", () => {
  const chain = ["a", "b", "c"];
  it("moves one entry and keeps the rest", () => {
    expect(reordered(chain, 2, 0)).toEqual(["c", "a", "b"]);
    expect(reordered(chain, 0, 1)).toEqual(["b", "a", "c"]);
  });

  it("stays the same object when there is nowhere to go", () => {
    expect(reordered(chain, 0, -1)).toBe(chain);
    expect(reordered(chain, 2, 3)).toBe(chain);
    expect(reordered(chain, 7, 0)).toBe(chain);
  });

  it("counts the places that changed", () => {
    expect(movedCount(chain, ["c", "a", "b"])).toBe(3);
    expect(movedCount(chain, ["b", "a", "c"])).toBe(2);
    expect(isSameOrder(chain, ["a", "b", "c"])).toBe(true);
  });
});

it.each([
  ["model:gpt-4.1", true],
  ["target:acme:eu:org/m#second", true],
  ["settings", true],
  ["gpt-4.1", false],
  ["model:", false],
  ["thing:x", false],
])("an object of the feed is named as the API takes it: %s", (name, isTaken) => {
  expect(isObject(name)).toBe(isTaken);
  const ask = () => changeQuery({ url: new URL(`http://x/?object=${encodeURIComponent(name)}`) });
  if (isTaken) {
    expect(ask().object).toBe(name);
  } else {
    expect(ask).toThrow("`object`");
  }
});
