import { describe, expect, it } from "vitest";
import { lacksTexts } from "@/components/routes/lacks";
import { movedCount, withLast, withModel } from "@/components/routes/order";
import {
  policyChange,
  policyProblems,
  settingKey,
  shownText,
  stepped,
  valueText,
  weekText,
} from "@/components/routes/policy";
import { becauseTexts, impactRows } from "@/components/shell/impact-text";
import { newRouteProblems } from "@/components/routes/new-route";
import { reachOf } from "@/components/lib/targets/reach";
import { standsText } from "@/components/routes/removal";
import { movedText, othersShare, shareOf } from "@/components/routes/shares";
import { policySettings } from "@/lib/config/route-policy";
import { type ImpactView, type PolicySetting, type PolicyWeek } from "@/lib/shared/contract";
import { down, health, now, target } from "./fixtures";
import { wordsOf } from "./words";

const settings = policySettings.map(({ bounds, options, ...rest }): PolicySetting => ({
  ...rest,
  value: null,
  options: [...options],
  bounds: bounds && {
    least: bounds.least,
    most: bounds.most,
    whole: bounds.isWhole,
    unit: bounds.unit ?? null,
  },
}));
const settingAt = (place: string): PolicySetting => settings.find((one) => one.place === place)!;

describe("a chain", () => {
  it("takes a new model above its last resort, or behind an only one", () => {
    expect(withModel(["a", "b"], "c")).toEqual(["a", "c", "b"]);
    expect(withModel(["a"], "c")).toEqual(["a", "c"]);
    expect(withModel(["a", "b"], "a")).toEqual(["a", "b"]);
    expect(withLast(["a", "b", "c"], "a")).toEqual(["b", "c", "a"]);
    expect(withLast(["a", "b"], "c")).toEqual(["a", "b", "c"]);
  });

  it("counts what stands elsewhere, came, and went", () => {
    expect(movedCount(["a", "b", "c"], ["a", "c"])).toBe(2);
    expect(movedCount(["a", "b"], ["a", "b", "c"])).toBe(1);
    expect(movedCount(["a", "b"], ["a", "b"])).toBe(0);
  });
});

describe("the shares of a chain", () => {
  const answers = { served: 200, answered: { a: 100, b: 60, gone: 40 } };
  const { f, say, seen } = wordsOf("en");

  it("are of the calls that were answered, and none of fewer than 20", () => {
    expect(shareOf(answers, ["a"])).toBe(0.5);
    expect(shareOf(answers, ["never"])).toBe(0);
    expect(shareOf({ served: 19, answered: { a: 19 } }, ["a"])).toBeNull();
    expect(othersShare(answers, ["a", "b"])).toBe(0.2);
    expect(othersShare(answers, ["a", "b", "gone"])).toBeNull();
  });

  const moved = (chain: readonly string[], model: string, over: object = {}): string =>
    seen(say(movedText({ chain, model, answers, canAnswer: () => true, ...over }, f)));
  it("tell what a moved model would answer if the one above it failed, where that is known", () => {
    expect(moved(["a", "b", "c"], "b")).toBe(
      "b moved to place 2 of 3; it would answer about 80.0 % if a fails.",
    );
    expect(moved(["b", "a"], "b")).toBe("b moved to place 1 of 2: it is asked first.");
    const plain = "b moved to place 2 of 3.";
    expect(moved(["a", "b", "c"], "b", { answers: undefined })).toBe(plain);
    expect(moved(["a", "b", "c"], "b", { answers: { served: 19, answered: {} } })).toBe(plain);
    expect(moved(["a", "b", "c"], "b", { canAnswer: (id: string) => id !== "b" })).toBe(plain);
    expect(moved(["x", "y"], "y")).toBe("y moved to place 2 of 2.");
  });
});

describe("who can answer for a route", () => {
  const off = target({ model: "m", effectiveIntent: "draining", state: "off" });
  const broken = down({ model: "b", until: now + 9_000 });
  const sooner = down({ model: "b", region: "eu", until: now + 4_000 });

  it("is nobody when everything is off, or all that is on is down", () => {
    expect(reachOf(["m"], health([off]))).toMatchObject({ trouble: "off", n: 1 });
    const view = health([off, broken, sooner, target({ model: "spare" })]);
    expect(reachOf(["m", "b"], view)).toMatchObject({
      trouble: "down",
      n: 2,
      dueFirst: { region: "eu" },
      others: ["spare"],
    });
  });

  it("is nobody while the last to fail are on trial, until one has answered", () => {
    const trial = target({ model: "b", state: "recovering", breaker: "half_open" });
    expect(reachOf(["b"], health([trial, sooner]))).toMatchObject({ trouble: "down", n: 2 });
    const passed = { ...trial, breaker: "ramp" } as const;
    expect(reachOf(["b"], health([passed, sooner])).trouble).toBeNull();
  });

  it("is whoever is on and not down, called or not", () => {
    const unused = target({ model: "m", region: "eu", state: "no_data" });
    const reach = reachOf(["m", "b"], health([off, unused, broken]));
    expect(reach.trouble).toBeNull();
    expect([reach.usable.length, reach.targets.length]).toEqual([1, 3]);
  });
});

describe("a new route", () => {
  const room = health([target({ model: "gpt-4.1" })], {
    routes: [
      {
        id: "auto",
        chain: ["gpt-4.1"],
        owner: "file",
        ownerPath: "a.yaml",
        overridden: false,
        revision: 1,
      },
    ],
  });
  const route = { id: "mail", chain: ["gpt-4.1"], reason: "" };
  it.each([
    ["Mail", "refusal.name_form"],
    ["-x", "refusal.name_form"],
    ["gpt-4.1", "refusal.name_taken"],
    [" auto ", "refusal.name_taken"],
    ["", "routes.form.nameNeeded"],
  ])("is not named “%s”: %s", (id, key) => {
    expect(newRouteProblems({ ...route, id }, room, true).id).toMatchObject({ key });
  });

  it("misses nothing before somebody wants to save it", () => {
    const empty = { id: "", chain: [], reason: "" };
    expect(newRouteProblems(empty, room, false)).toEqual({ id: null, chain: null });
    expect(newRouteProblems(empty, room, true).chain).toEqual({ key: "routes.form.chainNeeded" });
    expect(newRouteProblems(route, room, true)).toEqual({ id: null, chain: null });
  });

  it("can be removed again, unless it is the file’s or the one that is always there", () => {
    const own = { id: "mail", owner: "ui", ownerPath: null } as const;
    expect(standsText(own)).toBeNull();
    expect(standsText({ ...own, id: "auto" })).toMatchObject({ key: "refusal.route_stays" });
    expect(standsText({ ...own, owner: "file" })).toMatchObject({
      key: "refusal.object_in_file",
      values: { path: "unnamed" },
    });
  });
});

describe("the settings of a route", () => {
  it.each(["en", "ko"] as const)("all have words, and their options too, in %s", (locale) => {
    const { t, say } = wordsOf(locale);
    for (const setting of settings) {
      expect(t.has(settingKey(setting.place, "label")), setting.place).toBe(true);
      expect(t.has(settingKey(setting.place, "does")), setting.place).toBe(true);
      for (const option of setting.options) {
        expect(say(valueText(setting, option))).not.toContain("routes.policy");
      }
    }
  });

  it.each([
    ["limits.ttft_s", "abc", "routes.policy.problem.number"],
    ["limits.ttft_s", "301", "routes.policy.problem.bounds"],
    ["limits.ttft_s", "0", "routes.policy.problem.bounds"],
    ["limits.attempts", "2.5", "routes.policy.problem.whole"],
  ])("say what is wrong with %s as %s", (place, text, key) => {
    expect(policyProblems(settings, { [place]: text }).get(place)).toMatchObject({ key });
  });

  it("say when a part is longer than the whole, only where both are said", () => {
    expect(policyProblems(settings, { "limits.ttft_s": "200" }).size).toBe(0);
    const both = { "limits.ttft_s": "200", "limits.total_s": "100" };
    expect([...policyProblems(settings, both)]).toEqual([
      [
        "limits.ttft_s",
        {
          key: "routes.policy.problem.exceeds",
          values: { other: "limits.total_s", most: "100" },
        },
      ],
    ]);
  });

  it("change what is typed and is not so already; empty is the default", () => {
    const saved = settings.map((one) =>
      one.place === "limits.ttft_s" ? { ...one, value: 5 } : one,
    );
    expect(
      policyChange(saved, {
        "limits.ttft_s": "",
        "limits.attempts": "3",
        "limits.idle_s": "",
        midstream: "error",
        "breaker.observe_only": true,
      }),
    ).toEqual({
      "limits.ttft_s": null,
      "limits.attempts": 3,
      midstream: "error",
      "breaker.observe_only": true,
    });
    expect(policyChange(saved, { "limits.ttft_s": "5" })).toEqual({});
    expect(shownText(saved[0]!, {})).toBe("5");
  });

  it("are moved by keys within their bounds, from the default where nothing is typed", () => {
    expect(stepped(settingAt("limits.ttft_s"), "", 1)).toBe("13");
    expect(stepped(settingAt("limits.ttft_s"), "0.5", -1)).toBe("0.1");
    expect(stepped(settingAt("limits.attempts"), "30", 10)).toBe("32");
    expect(stepped(settingAt("limits.retry_after_wait_ms"), "2000", 1)).toBe("2100");
    expect(stepped(settingAt("limits.ttft_s"), "abc", 1)).toBe("abc");
  });
});

describe("what a setting did in the week", () => {
  const week: PolicyWeek = {
    from: 0,
    to: 1,
    calls: 40_000,
    failed: 3,
    attempts: 40_310,
    reasons: { ttft_timeout: 12 },
    rescued: { fallback: 300, retry: 7, resume: 2 },
    codes: { stream_interrupted: 1 },
    opened: 1,
    wouldHaveOpened: 0,
    longestAwayMs: 41_000,
  };
  const { say, seen, f } = wordsOf("en");
  const said = (place: string, of = week): string | null => {
    const text = weekText(place, of, f);
    return text === null ? null : seen(say(text));
  };

  it("is told where the counts can say it, and nowhere else", () => {
    expect(said("limits.ttft_s")).toBe("ttft_timeout: 12 of 40,310 attempts");
    expect(said("limits.attempts")).toBe(
      "40,000 calls took 40,310 attempts; 307 were rescued by another one, 3 failed",
    );
    expect(said("midstream")).toBe("2 broken streams went on elsewhere, 1 ended with an error");
    expect(said("breaker.min_threshold")).toBe("1 breaker of these models opened");
    expect(said("breaker.max_ejection_s")).toBe("the longest time away was 41 s");
    expect(said("breaker.observe_only")).toBeNull();
    for (const place of ["limits.retry_after_wait_ms", "restart", "breaker.base_ejection_s"]) {
      expect(said(place)).toBeNull();
    }
  });

  it("is nothing without a call", () => {
    const none = { ...week, calls: 0, attempts: 0 };
    expect(settings.filter(({ place }) => said(place, none) !== null)).toEqual([]);
  });
});

describe("what a model cannot do for a route's calls", () => {
  const { say, seen, f } = wordsOf("en");
  it("is told with its share, and of prompts that are surely too long", () => {
    const lacks = { tools: 310, vision: 0, json: 0, context: 4 };
    const texts = lacksTexts({ lacks, contextTokens: 32_000 }, 1_000, f);
    expect(texts.map((text) => seen(say(text)))).toEqual([
      "No tool calling: it cannot take 31.0 % of this route’s calls (310 last week).",
      "Context of 32 k: too small for at least 4 prompts of last week.",
    ]);
    const none = { tools: 0, vision: 0, json: 0, context: 0 };
    expect(lacksTexts({ lacks: none, contextTokens: null }, 1_000, f)).toEqual([]);
  });
});

describe("the sheet", () => {
  const place = (model: string) => ({ target: `acme:us:${model}`, model, region: "us" });
  const impact: ImpactView = {
    generatedAt: 0,
    windowMs: 900_000,
    tier: "T2",
    because: ["most_moves", "cuts_running"],
    emptied: [],
    routes: [
      {
        id: "auto",
        callsPerMinute: 71,
        from: place("a"),
        to: place("b"),
        usableBefore: 2,
        usableAfter: 1,
      },
      {
        id: "cheap",
        callsPerMinute: 1,
        from: place("a"),
        to: null,
        usableBefore: 1,
        usableAfter: 0,
      },
    ],
    apps: [{ id: "shop", callsPerMinute: 71 }],
    movedPerMinute: 71.4,
    movedShare: 0.63,
    inFlight: 3,
    p95: { fromMs: 800, toMs: 890 },
    costNanoUsdPerHour: -640_000_000,
  };

  const said = {
    en: [
      "More than half of all calls would move.",
      "3 running calls would be cut.",
      "Calls that move: 71 a minute, 63.0 % of all",
      "Of the apps: shop",
      "They go: auto: a / us → b / us | cheap: nobody is left",
      "p95: 90 ms slower (800 ms → 890 ms)",
      "Cost: $0.640 less an hour",
      "Running there now: 3",
    ],
    ko: [
      "전체 호출의 절반 넘게 옮겨 가요.",
      "진행 중인 호출 3건이 끊겨요.",
      "옮겨 갈 호출: 분당 71건, 전체의 63.0 %",
      "앱: shop",
      "옮겨 갈 곳: auto: a / us → b / us | cheap: 남는 대상 없음",
      "p95: 90 ms 느려짐 (800 ms → 890 ms)",
      "비용: 시간당 $0.640 덜",
      "지금 진행 중: 3",
    ],
  };
  it.each(["en", "ko"] as const)("says why, who, where to, and at what price, in %s", (locale) => {
    const { say, seen, f } = wordsOf(locale);
    const lines = impactRows(impact, f).map(
      ({ label, lines: own }) => `${say(label)}: ${own.map((one) => seen(say(one))).join(" | ")}`,
    );
    expect([...becauseTexts(impact).map(say), ...lines]).toEqual(said[locale]);
  });

  it.each([
    ["a", "a", "eu", "a: us → eu"],
    ["a", "a", "us", "a: us stays first"],
    ["a", "b", "us", "a: us → b / us"],
    ["auto", "a", "eu", "auto: a / us → eu"],
  ])("says no name twice in a line of where calls go: %s to %s / %s", (id, model, region, line) => {
    const { f, say, seen } = wordsOf("en");
    const to = { ...place(model), region };
    const route = { id, callsPerMinute: 1, from: place("a"), to, usableBefore: 2, usableAfter: 1 };
    const rows = impactRows({ ...impact, routes: [route] }, f);
    expect(rows.flatMap(({ lines }) => lines.map((one) => seen(say(one))))).toContain(line);
  });

  it("leaves out what nobody can tell", () => {
    const { f, say } = wordsOf("en");
    const unknown: ImpactView = {
      ...impact,
      routes: [],
      apps: [],
      movedPerMinute: 0,
      movedShare: null,
      inFlight: 0,
      p95: null,
      costNanoUsdPerHour: null,
    };
    expect(impactRows(unknown, f).map(({ lines }) => lines.map(say))).toEqual([
      ["none as things stand"],
    ]);
  });
});
