import { describe, expect, it } from "vitest";
import { shownState, targetName, worstState } from "@/components/lib/targets/state";
import { sayLine, whyTexts } from "@/components/lib/targets/why";
import { gridOf, moved } from "@/components/targets/grid";
import { down, health, now, on, target } from "./fixtures";
import { wordsOf } from "./words";

describe("the line under a state", () => {
  const held = { ...on, intent: "draining", actor: { type: "operator", name: "Daniel" } } as const;
  it.each([
    [
      "down",
      down(),
      "breaker open 41 s · 503 × 7 · next probe 2 s",
      "차단기 열림 41초 · 503 × 7 · 다음 프로브 2초 뒤",
    ],
    [
      "degraded by a rate limit",
      target({ state: "degraded", rateLimitedUntil: now + 30_000 }),
      "rate-limited 30 s more",
      "속도 제한 30초 남음",
    ],
    [
      "healthy with an error",
      target({ lastError: { at: now - 12_000, reason: "reset", status: null, message: null } }),
      "connection reset · 12 s ago",
      "연결 끊김 · 12초 전",
    ],
    [
      "with a dead account",
      down({ label: "credential_dead", breaker: "closed", reason: "quota" }),
      "account out of use · quota used up · next probe 2 s",
      "계정 사용 불가 · 할당량 소진 · 다음 프로브 2초 뒤",
    ],
    [
      "in a region out of reach",
      down({ label: "region_down", breaker: "closed", reason: "unreachable" }),
      "region out of reach · unreachable · next probe 2 s",
      "리전 연결 불가 · 연결 불가 · 다음 프로브 2초 뒤",
    ],
    [
      "left out for its access",
      down({ label: "blocked", breaker: "closed", reason: "forbidden" }),
      "left out · access refused · next probe 2 s",
      "제외됨 · 접근 거부됨 · 다음 프로브 2초 뒤",
    ],
    [
      "silent",
      target({ state: "degraded", label: "suspect", since: now - 4_000 }),
      "calls wait without a byte · for 4 s",
      "호출이 응답 없이 대기 중 · 4초째",
    ],
    [
      "slow, whatever its last error was",
      target({
        state: "degraded",
        label: "degraded",
        reason: "slow",
        consecutiveFailures: 2,
        lastError: { at: now - 12_000, reason: "reset", status: null, message: null },
      }),
      "slow first token",
      "첫 토큰이 느림",
    ],
    [
      "off by a person",
      target({ state: "off", switch: { ...held, reason: "contract review" } }),
      "off by Daniel · until turned on · “contract review”",
      "끈 사람: Daniel · 다시 켤 때까지 · “contract review”",
    ],
    [
      "off with its region",
      target({ state: "off", offBy: { type: "region", id: "us-east" } }),
      "held off with region us-east",
      "리전과 함께 꺼짐: us-east",
    ],
  ])("%s", (_name, view, english, korean) => {
    for (const [locale, expected] of [
      ["en", english],
      ["ko", korean],
    ] as const) {
      const { t, f, seen } = wordsOf(locale);
      expect(seen(sayLine(t, whyTexts(view, f, now)))).toBe(expected);
    }
  });

  it("prints a reason code that has no words as it is", () => {
    const { t, f } = wordsOf("en");
    const lastError = { at: now, reason: "quota_of_moon", status: null, message: null };
    expect(sayLine(t, whyTexts(target({ lastError }), f, now))).toContain("quota of moon");
  });
});

describe("states", () => {
  it("call a drained target off", () => {
    expect(shownState(target({ state: "draining", inFlight: 2 }))).toBe("draining");
    expect(shownState(target({ state: "draining", inFlight: 0 }))).toBe("off");
  });

  it("roll up to the most urgent", () => {
    expect(worstState([target(), down(), target({ state: "off" })])).toBe("down");
    expect(worstState([])).toBe("no_data");
  });

  it("are off together only when none of them is on", () => {
    const off = target({ state: "off" });
    expect(worstState([target(), off])).toBe("healthy");
    expect(worstState([off, off])).toBe("off");
  });

  it("name the provider only where model and region do not tell", () => {
    const a = target();
    const b = target({ provider: "globex" });
    expect(targetName(a, [a])).toBe("gpt-4.1 / us-east");
    expect(targetName(b, [a, b])).toBe("gpt-4.1 / us-east (globex)");
  });
});

describe("the grid", () => {
  const west = target({ region: "eu-west" });
  const twin = target({ provider: "globex" });
  const grid = gridOf(health([target(), west, twin]), ["gpt-4.1"]);

  it("gives a cell with several targets several lines", () => {
    expect(grid.regions).toEqual(["us-east", "eu-west"]);
    expect(grid.rows.map(({ lane, cells }) => [lane, cells.map((cell) => cell?.provider)])).toEqual(
      [
        [0, ["acme", "acme"]],
        [1, ["globex", undefined]],
      ],
    );
  });

  it("moves with the arrows and never into the corner", () => {
    const size = { rows: 2, columns: 2 };
    expect(moved({ row: 1, column: 1 }, "ArrowRight", false, size)).toEqual({ row: 1, column: 2 });
    expect(moved({ row: 1, column: 0 }, "ArrowUp", false, size)).toBeNull();
    expect(moved({ row: 2, column: 2 }, "ArrowDown", false, size)).toBeNull();
    expect(moved({ row: 2, column: 2 }, "Home", false, size)).toEqual({ row: 2, column: 0 });
    expect(moved({ row: 2, column: 2 }, "Home", true, size)).toEqual({ row: 1, column: 1 });
    expect(moved({ row: 0, column: 1 }, "End", true, size)).toEqual({ row: 2, column: 2 });
    expect(moved({ row: 1, column: 1 }, "a", false, size)).toBeNull();
  });
});
