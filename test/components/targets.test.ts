import { describe, expect, it } from "vitest";
import { ApiFailure } from "@/components/lib/api";
import { type Asked, askedLine } from "@/components/lib/targets/probe-now";
import { placesOn, shownState, targetName, worstState } from "@/components/lib/targets/state";
import { breakerTexts } from "@/components/lib/targets/breaker";
import { sayLine, whyTexts } from "@/components/lib/targets/why";
import { gridOf, moved } from "@/components/targets/grid";
import { type BreakerFigures, type ProbeNow } from "@/lib/shared/contract";
import { down, health, now, on, target } from "./fixtures";
import { wordsOf } from "./words";

describe("the line under a state", () => {
  const held = { ...on, intent: "draining", actor: { type: "operator", name: "Daniel" } } as const;
  it.each([
    [
      "down",
      down(),
      "for 41 s · breaker open · 503 × 7 · next probe 2 s",
      "41초째 · 차단기 열림 · 503 × 7 · 다음 프로브 2초 뒤",
    ],
    [
      "that no gateway reports, although it had calls",
      target({ state: "no_data", onNodes: { count: 0, of: 0 } }),
      "no gateway reports it",
      "게이트웨이 보고 없음",
    ],
    ["that nobody called yet", target({ state: "no_data" }), "no calls yet", "아직 호출 없음"],
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
      "for 41 s · account out of use · quota used up · next probe 2 s",
      "41초째 · 계정 사용 불가 · 할당량 소진 · 다음 프로브 2초 뒤",
    ],
    [
      "in a region out of reach",
      down({ label: "region_down", breaker: "closed", reason: "unreachable" }),
      "for 41 s · region out of reach · next probe 2 s",
      "41초째 · 리전 연결 불가 · 다음 프로브 2초 뒤",
    ],
    [
      "in a region whose name is unknown",
      down({ label: "region_down", breaker: "closed", reason: "dns" }),
      "for 41 s · region out of reach · dns · next probe 2 s",
      "41초째 · 리전 연결 불가 · dns · 다음 프로브 2초 뒤",
    ],
    [
      "with probes that fail",
      down({
        label: "probe_down",
        breaker: "half_open",
        lastError: { at: now, reason: "probe_failed", status: null, message: null },
      }),
      "for 41 s · probes fail · next probe 2 s",
      "41초째 · 프로브 실패 · 다음 프로브 2초 뒤",
    ],
    [
      "left out for its access",
      down({ label: "blocked", breaker: "closed", reason: "forbidden" }),
      "for 41 s · left out · access refused · next probe 2 s",
      "41초째 · 제외됨 · 접근 거부됨 · 다음 프로브 2초 뒤",
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
      "off by a person until a chosen end",
      target({ state: "off", switch: { ...held, until: now + 12_000 } }),
      "off by Daniel · until 14:32:12",
      "끈 사람: Daniel · 14:32:12까지",
    ],
    [
      "stopped by a person",
      target({
        state: "off",
        effectiveIntent: "disabled",
        switch: { ...held, intent: "disabled" },
      }),
      "off by Daniel · until turned on · stopped at once",
      "끈 사람: Daniel · 다시 켤 때까지 · 즉시 중단됨",
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

  it("breaks after a dot, never before it", () => {
    const { t, f } = wordsOf("en");
    expect(sayLine(t, whyTexts(down(), f, now))).not.toContain(" ·");
  });

  it("prints a reason code that has no words as it is", () => {
    const { t, f } = wordsOf("en");
    const lastError = { at: now, reason: "quota_of_moon", status: null, message: null };
    expect(sayLine(t, whyTexts(target({ lastError }), f, now))).toContain("quota of moon");
  });
});

describe("the line of a breaker", () => {
  const none = { failed: 0, counted: 6, opensAt: 5, outOf: 6 };
  const figures: BreakerFigures = {
    since: null,
    until: null,
    runToOpen: 3,
    share: none,
    ratio: { failed: 0, counted: 6, opensAt: 10, outOf: 20 },
    step: 0,
    longestOpenMs: 10_000,
    goodToClose: null,
    observed: false,
  };
  const open = { ...figures, since: now - 41_000, until: now + 12_000, step: 1, goodToClose: 6 };
  it.each([
    ["unknown", target(), "", ""],
    [
      "closed and well",
      target({ figures }),
      "breaker closed · no failure in a row (opens at 3)",
      "차단기 닫힘 · 연속 실패 0회 (3회면 열림)",
    ],
    [
      "closed, with failures",
      target({
        consecutiveFailures: 2,
        figures: {
          ...figures,
          since: now - 90_000,
          share: { ...none, failed: 3 },
          ratio: { failed: 6, counted: 20, opensAt: 10, outOf: 20 },
          step: 1,
          longestOpenMs: 20_000,
          observed: true,
        },
      }),
      "breaker closed · 2 failures in a row (opens at 3) · 3 of the last 6 failed (opens at 5 of 6) · 6 of the last 20 failed (opens at 10 of 20 if another place fails less) · next opening lasts up to 20 s · only observes, never opens",
      "차단기 닫힘 · 연속 실패 2회 (3회면 열림) · 최근 6건 중 3건 실패 (6건 중 5건이면 열림) · 최근 20건 중 6건 실패 (더 나은 곳이 있으면 20건 중 10건에 열림) · 다음에 열리면 최대 20초 · 관찰만 하고 열지 않음",
    ],
    [
      "open",
      down({ figures: { ...open, longestOpenMs: 20_000 } }),
      "breaker open 41 s · next trial in 12 s · closes after 6 good answers · backoff step 2, up to 20 s",
      "차단기 열림 41초 · 다음 시험 호출 12초 뒤 · 정상 응답 6건 뒤 닫힘 · 백오프 2단계, 최대 20초",
    ],
    [
      "open, its time over",
      down({ figures: { ...open, until: now, goodToClose: 1 } }),
      "breaker open 41 s · trial due · closes after 1 good answer · backoff step 2, up to 10 s",
      "차단기 열림 41초 · 시험 호출 차례 · 정상 응답 1건 뒤 닫힘 · 백오프 2단계, 최대 10초",
    ],
    [
      "half open",
      target({ breaker: "half_open", figures: { ...open, until: null, goodToClose: 1 } }),
      "breaker half open 41 s · one trial call at a time · closes after 1 good answer · backoff step 2, up to 10 s",
      "차단기 반열림 41초 · 시험 호출 한 건씩 · 정상 응답 1건 뒤 닫힘 · 백오프 2단계, 최대 10초",
    ],
    [
      "half open, while probes fail",
      down({ label: "probe_down", breaker: "half_open", figures: { ...open, until: null } }),
      "kept out by its probes · breaker half open 41 s",
      "프로브 때문에 제외 · 차단기 반열림 41초",
    ],
    [
      "closed, in a region out of reach",
      down({ label: "region_down", breaker: "closed", figures }),
      "kept out by its region · breaker closed",
      "리전 때문에 제외 · 차단기 닫힘",
    ],
    [
      "closed, with a dead account",
      down({ label: "credential_dead", breaker: "closed", figures }),
      "kept out by its account · breaker closed",
      "계정 때문에 제외 · 차단기 닫힘",
    ],
    [
      "closed, left out for its access",
      down({ label: "blocked", breaker: "closed", figures }),
      "kept out by the provider’s refusal · breaker closed",
      "공급자의 거부로 제외 · 차단기 닫힘",
    ],
    [
      "ramping up",
      target({ breaker: "ramp", figures: { ...open, until: null, step: 0, goodToClose: 3 } }),
      "breaker ramping up 41 s · closes after 3 good answers · backoff step 1, up to 10 s",
      "차단기 복귀 중 41초 · 정상 응답 3건 뒤 닫힘 · 백오프 1단계, 최대 10초",
    ],
  ])("%s", (_name, view, english, korean) => {
    for (const [locale, expected] of [
      ["en", english],
      ["ko", korean],
    ] as const) {
      const { t, f, seen } = wordsOf(locale);
      expect(seen(sayLine(t, breakerTexts(view, f, now)))).toBe(expected);
    }
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

  it("count the places that are on, whatever their own switch says", () => {
    const held = { offBy: { type: "region", id: "us-east" } } as const;
    const off = target({ region: "eu-west", switch: { ...on, intent: "disabled" } });
    const twin = target({ provider: "globex" });
    const all = [target(held), off, twin, target({ region: "ap-south" })];
    expect(placesOn(all, "model", "gpt-4.1")).toEqual({ on: 2, of: 3 });
    expect(placesOn([target(held)], "region", "us-east")).toEqual({ on: 1, of: 1 });
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

describe("a probe that somebody asked for", () => {
  const found: ProbeNow = {
    outcome: "pass",
    status: 200,
    reason: null,
    latencyMs: 41,
    costNanoUsd: 26_000,
    node: "one/0",
  };
  const stopped = new ApiFailure(409, "conflict", "", null, {
    refusal: { reason: "target_stopped", values: { id: "acme:us:m" } },
  });
  it.each<[Asked, string]>([
    [{ kind: "asking" }, "asking…"],
    [{ kind: "answered", found }, "probe passed · 41 ms"],
    [
      { kind: "answered", found: { ...found, outcome: "fail", status: 503, reason: "status_503" } },
      "probe failed: 503 · 41 ms",
    ],
    [
      { kind: "answered", found: { ...found, outcome: "fail", status: null, reason: "timeout" } },
      "probe failed: timeout · 41 ms",
    ],
    [
      { kind: "answered", found: { ...found, outcome: "nobody", latencyMs: null, node: null } },
      "No node took it within 5 s: none that probes is reporting.",
    ],
    [
      { kind: "answered", found: { ...found, outcome: "silent", latencyMs: null } },
      "one/0 took it, and never said what it saw.",
    ],
    [
      { kind: "refused", error: stopped },
      "“acme:us:m” is stopped: not even a probe goes there. Turn it on first. Off with “Let running calls finish” it would be probed.",
    ],
  ])("%j", (asked, expected) => {
    const { t, f, seen } = wordsOf("en");
    expect(seen(askedLine(asked, t, f))).toBe(expected);
  });
});
