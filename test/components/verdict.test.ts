import { describe, expect, it } from "vitest";
import type { HealthView } from "@/lib/shared/contract";
import { pillTexts, type VerdictInput, verdictOf, verdictTexts } from "@/components/lib/verdict";
import { type BannerInput, bannerTexts } from "@/components/shell/banner";
import { targetsOn } from "@/components/lib/targets/state";
import { down, health, metrics, node, now, target } from "./fixtures";
import { wordsOf } from "./words";

const calm = [target(), target({ region: "eu-west" })];
const served = metrics([]);
const refusing = node("a", 11, now, { revision: 12, problem: "routes.0: no" });

function route(id: string, chain: string[]): HealthView["routes"][number] {
  return { id, chain, owner: "ui", ownerPath: null, overridden: false, revision: 1 };
}

function sentence(locale: "en" | "ko", over: Partial<VerdictInput>): string {
  const input: VerdictInput = { health: health(calm), metrics: served, trouble: null, ...over };
  const { f, say } = wordsOf(locale);
  const verdict = verdictOf(input);
  if (verdict === null) {
    return "";
  }
  const { headline, rest } = verdictTexts(verdict, input, f, now);
  return [headline, ...rest].map(say).join(" ");
}

const sixMinutes = { since: now - 6 * 60_000 };
const rescued = metrics([], { rescued: 412 });

describe("the verdict in words", () => {
  it.each<[string, Partial<VerdictInput>, string, string]>([
    [
      "all served",
      {},
      "All 5 apps are served. All 2 targets can answer.",
      "앱 5개가 모두 정상으로 응답하고 있어요. 대상 2개 모두 응답할 수 있어요.",
    ],
    [
      "all served, of one application",
      { metrics: { ...served, apps: { active: 1, failing: [] } } },
      "Every call is answered. All 2 targets can answer.",
      "모든 호출에 응답하고 있어요. 대상 2개 모두 응답할 수 있어요.",
    ],
    [
      "one target down, callers unaffected",
      { health: health([...calm, down(sixMinutes)]), metrics: rescued },
      "All 5 apps are served. claude-sonnet-4-5 in us-east has been down for 6 min; 412 calls had to be rescued in the last hour.",
      "앱 5개가 모두 정상으로 응답하고 있어요. claude-sonnet-4-5 / us-east 한 곳이 6분째 장애이고, 최근 한 시간 동안 호출 412건을 구조했어요.",
    ],
    [
      "one target down, and nobody called",
      { health: health([...calm, down(sixMinutes)]), metrics: metrics([], { calls: 0 }) },
      "No calls in the last hour. claude-sonnet-4-5 in us-east has been down for 6 min; no call had to be rescued in the last hour.",
      "최근 한 시간 동안 호출이 없어요. claude-sonnet-4-5 / us-east 한 곳이 6분째 장애이고, 최근 한 시간 동안 구조가 필요한 호출은 없었어요.",
    ],
    [
      "a region impaired",
      { health: health([...calm, down(), down({ model: "gemini-2.5-flash" })]), metrics: rescued },
      "All 5 apps are served. 2 targets in us-east are impaired; 412 calls had to be rescued in the last hour.",
      "앱 5개가 모두 정상으로 응답하고 있어요. us-east 리전의 대상 2개에 문제가 있고, 최근 한 시간 동안 호출 412건을 구조했어요.",
    ],
    [
      "a model impaired",
      { health: health([...calm, down(), down({ region: "eu-west" })]) },
      "All 5 apps are served. claude-sonnet-4-5 is impaired in 2 places; no call had to be rescued in the last hour.",
      "앱 5개가 모두 정상으로 응답하고 있어요. claude-sonnet-4-5 모델의 대상 2개에 문제가 있고, 최근 한 시간 동안 구조가 필요한 호출은 없었어요.",
    ],
    [
      "a provider impaired, and not the other one",
      {
        health: health([
          ...calm,
          down({ provider: "beta" }),
          down({ provider: "beta", model: "gemini-2.5-flash", region: "eu-west" }),
        ]),
      },
      "All 5 apps are served. 2 targets of beta are impaired; no call had to be rescued in the last hour.",
      "앱 5개가 모두 정상으로 응답하고 있어요. beta 공급자의 대상 2개에 문제가 있고, 최근 한 시간 동안 구조가 필요한 호출은 없었어요.",
    ],
    [
      "callers are failing",
      { metrics: metrics([{ failed: 2 }, { failed: 1, firstTry: 97 }]) },
      "Callers are failing. 3 of 1,700 calls in the last 5 minutes got no answer.",
      "응답하지 못한 호출이 있어요. 최근 5분 동안 호출 1,700건 중 3건이 실패했어요.",
    ],
    [
      "callers are failing, and one target is down",
      {
        health: health([...calm, down(sixMinutes)]),
        metrics: metrics([{ failed: 100 }], { rescued: 412 }),
      },
      "Callers are failing. 100 of 2,100 calls in the last 5 minutes got no answer. claude-sonnet-4-5 in us-east has been down for 6 min; 412 calls had to be rescued in the last hour.",
      "응답하지 못한 호출이 있어요. 최근 5분 동안 호출 2,100건 중 100건이 실패했어요. claude-sonnet-4-5 / us-east 한 곳이 6분째 장애이고, 최근 한 시간 동안 호출 412건을 구조했어요.",
    ],
    [
      "callers are failing because nobody can answer",
      {
        health: health([...calm, down()], { routes: [route("lonely", ["claude-sonnet-4-5"])] }),
        metrics: metrics([{ failed: 400, firstTry: 0 }]),
      },
      "Callers are failing. No target can answer for lonely. 400 of 2,000 calls in the last 5 minutes got no answer.",
      "응답하지 못한 호출이 있어요. lonely에 응답할 수 있는 대상이 없어요. 최근 5분 동안 호출 2,000건 중 400건이 실패했어요.",
    ],
    [
      "calls are answered again, and a target is still on its way back",
      {
        health: health([...calm, down({ state: "recovering", breaker: "ramp" })]),
        metrics: metrics([{ failed: 400, firstTry: 0 }, {}]),
      },
      "Calls are answered again. 400 of 2,000 calls in the last 5 minutes got no answer, the last at 14:30. claude-sonnet-4-5 in us-east is recovering; no call had to be rescued in the last hour.",
      "다시 모든 호출에 응답하고 있어요. 최근 5분 동안 호출 2,000건 중 400건이 실패했어요 (마지막 14:30). claude-sonnet-4-5 / us-east 한 곳의 복구를 확인하고 있고, 최근 한 시간 동안 구조가 필요한 호출은 없었어요.",
    ],
    [
      "a target is only rate-limited, since nobody knows when",
      { health: health([...calm, down({ state: "degraded", label: "closed", since: null })]) },
      "All 5 apps are served. claude-sonnet-4-5 in us-east is rate-limited; no call had to be rescued in the last hour.",
      "앱 5개가 모두 정상으로 응답하고 있어요. claude-sonnet-4-5 / us-east 한 곳이 속도 제한 상태이고, 최근 한 시간 동안 구조가 필요한 호출은 없었어요.",
    ],
    [
      "no traffic yet",
      { metrics: metrics([], { calls: 0 }) },
      "No calls in the last hour. 2 targets are ready.",
      "최근 한 시간 동안 호출이 없어요. 대상 2개가 준비돼 있어요.",
    ],
    [
      "a node refuses a revision",
      { health: health([...calm, down()], { nodes: [refusing, node("b", 13, now)] }) },
      "Revision 12 is refused. 1 node goes on with the configuration before it; every call is answered.",
      "리비전 12 적용을 거부했어요. 노드 1개가 이전 설정으로 계속 동작하고, 모든 호출에 응답하고 있어요.",
    ],
    [
      "no gateway reports",
      { health: health(calm, { nodes: [] }) },
      "No gateway is reporting. Whether calls are answered is not known here; the numbers below are the last ones that arrived.",
      "보고하는 게이트웨이가 없어요. 호출이 응답되는지 여기서는 알 수 없어요. 아래 숫자는 마지막으로 받은 값이에요.",
    ],
    [
      "the database is away",
      { trouble: "database" },
      "The database does not answer. Calls go on, but this page cannot see or change anything now.",
      "데이터베이스가 응답하지 않아요. 호출은 계속 처리되지만, 이 화면에서는 지금 보거나 바꿀 수 없어요.",
    ],
  ])("%s", (_name, input, english, korean) => {
    expect(sentence("en", input)).toBe(english);
    expect(sentence("ko", input)).toBe(korean);
  });
});

describe("verdictOf", () => {
  it("forgets a failure after five minutes", () => {
    const quiet = { firstTry: 0 };
    const old = [{ failed: 5, firstTry: 0 }, ...Array.from({ length: 6 }, () => quiet)];
    const input = { health: health(calm), trouble: null };
    expect(verdictOf({ ...input, metrics: metrics(old) })?.kind).toBe("served");
    expect(verdictOf({ ...input, metrics: metrics(old.slice(0, 4)) })?.kind).toBe("failing");
  });

  it.each<[string, Parameters<typeof metrics>[0], string]>([
    ["everything fails", [{ failed: 20, firstTry: 0 }], "failing"],
    ["too few were answered since", [{ failed: 400, firstTry: 0 }, { firstTry: 19 }], "failing"],
    ["enough were answered since", [{ failed: 1_900, firstTry: 0 }, {}], "answered_again"],
    // One in a thousand: not to fail for a while is nothing.
    ["failures are as rare as the pause is short", [{ failed: 2 }, {}], "failing"],
    ["calls that fail come back", [{ failed: 400, firstTry: 0 }, {}, { failed: 1 }], "failing"],
  ])("takes failures for over when it would have seen more by now: %s", (_name, last, kind) => {
    const input = { health: health(calm), metrics: metrics(last), trouble: null };
    expect(verdictOf(input)?.kind).toBe(kind);
  });

  it("puts callers who fail before a refused revision, and forgets nodes that are gone", () => {
    const view = health(calm, { nodes: [refusing] });
    const failing = { health: view, metrics: metrics([{ failed: 1 }]), trouble: null };
    expect(verdictOf(failing)?.kind).toBe("failing");
    const gone = health(calm, { nodes: [{ ...refusing, live: false }, node("b", 12, now)] });
    expect(verdictOf({ health: gone, metrics: served, trouble: null })?.kind).toBe("served");
  });

  it("says that a name is left with nobody, before callers have failed for it and after", () => {
    const left = health([...calm, down()], {
      routes: [route("auto", ["gpt-4.1"]), route("lonely", ["claude-sonnet-4-5"])],
    });
    const input = { health: left, metrics: served, trouble: null };
    expect(verdictOf(input)).toEqual({ kind: "stranded", routes: ["lonely"] });
    expect(sentence("en", input)).toBe(
      "No target can answer for a name. Everything that lonely leads to is off or has failed: who asks for it now may get no answer.",
    );
    expect(wordsOf("en").say(pillTexts(verdictOf(input)!).short!)).toBe("1 name unanswered");
    const failing = { ...input, metrics: metrics([{ failed: 1 }]) };
    expect(verdictOf(failing)?.kind).toBe("failing");
  });

  it("does not count what people switched off as impaired", () => {
    const off = down({ state: "off", effectiveIntent: "disabled" });
    const view = health([...calm, off]);
    expect(verdictOf({ health: view, metrics: served, trouble: null })).toEqual({
      kind: "served",
      targets: 2,
    });
  });

  it("says nothing before there is anything to say", () => {
    expect(verdictOf({ health: undefined, metrics: undefined, trouble: null })).toBeNull();
  });
});

describe("the pill", () => {
  it.each<[string, Partial<VerdictInput>, string, string, string?, string?]>([
    ["all served", {}, "All served", "모두 응답 중"],
    ["no call yet", { metrics: metrics([], { calls: 0 }) }, "No calls", "호출 없음"],
    [
      "callers are failing",
      { metrics: metrics([{ failed: 1 }]) },
      "Callers are failing",
      "호출 실패 중",
    ],
    [
      "they are not any more",
      { metrics: metrics([{ failed: 400, firstTry: 0 }, {}]) },
      "Answered again",
      "다시 응답 중",
    ],
    [
      "no gateway",
      { health: health(calm, { nodes: [] }) },
      "No gateway reporting",
      "게이트웨이 보고 없음",
    ],
    ["no database", { trouble: "database" }, "Database away", "데이터베이스 응답 없음"],
    [
      "an impaired target, also without any call",
      { health: health([...calm, down()]), metrics: metrics([], { calls: 0 }) },
      "1 of 3 targets impaired",
      "대상 3개 중 1개에 문제",
      "1 of 3 impaired",
      "3개 중 1개에 문제",
    ],
  ])("says in a few words: %s", (_name, over, english, korean, shortEnglish, shortKorean) => {
    const verdict = verdictOf({ health: health(calm), metrics: served, trouble: null, ...over });
    for (const [locale, expected] of [
      ["en", [english, shortEnglish]],
      ["ko", [korean, shortKorean]],
    ] as const) {
      const { say } = wordsOf(locale);
      const { long, short } = pillTexts(verdict!);
      expect([say(long), short === null ? undefined : say(short)]).toEqual(expected);
    }
  });

  it("counts the targets that are on, and the matrix names the others", () => {
    const off = target({ region: "ap-south", state: "off", effectiveIntent: "disabled" });
    const view = health([...calm, down(), off]);
    expect(verdictOf({ health: view, metrics: served, trouble: null })).toMatchObject({
      targets: targetsOn(view).length,
    });
    const values = { on: 3, off: 1, hurt: 1, heard: "yes" };
    expect(targetsOn(view)).toHaveLength(values.on);
    for (const [locale, sentence] of [
      ["en", "3 targets on, 1 off. One is impaired."],
      ["ko", "켜진 대상 3개, 꺼진 대상 1개. 1개에 문제가 있어요."],
    ] as const) {
      expect(wordsOf(locale).say({ key: "matrix.lead", values })).toBe(sentence);
    }
    const all = { on: 16, off: 0, hurt: 0, heard: "yes" };
    expect(wordsOf("en").say({ key: "matrix.lead", values: all })).toBe(
      "16 targets. None is impaired.",
    );
    for (const [locale, sentence] of [
      ["en", "16 targets. No gateway is reporting: how they are is not known."],
      ["ko", "대상 16개. 보고하는 게이트웨이가 없어서 상태를 알 수 없어요."],
    ] as const) {
      const unheard = { ...all, heard: "no" };
      expect(wordsOf(locale).say({ key: "matrix.lead", values: unheard })).toBe(sentence);
    }
  });
});

describe("the line above a page that is not current", () => {
  const current: BannerInput = {
    trouble: null,
    isToldBelow: false,
    isFrozen: false,
    readAtMs: now,
  };
  it.each<[string, Partial<BannerInput>, string]>([
    ["nothing while it is current", {}, ""],
    [
      "that the database is away, and since when nothing came",
      { trouble: "database" },
      "The database does not answer. Calls go on, but this page can neither see nor change anything now. Last news at 14:32:00.",
    ],
    [
      "that the server is away",
      { trouble: "unreachable" },
      "The control room does not answer. Calls are not affected. Last news at 14:32:00.",
    ],
    [
      "no time where nothing was ever read",
      { trouble: "unreachable", readAtMs: undefined },
      "The control room does not answer. Calls are not affected.",
    ],
    ["nothing that the page says itself", { trouble: "database", isToldBelow: true }, ""],
    [
      "after a minute also there that its numbers stand still",
      { trouble: "database", isToldBelow: true, isFrozen: true },
      "Numbers frozen at 14:32:00: the server has not answered since. Switches still work once it does.",
    ],
  ])("says %s", (_name, over, sentence) => {
    const { f, say } = wordsOf("en");
    expect(
      bannerTexts({ ...current, ...over }, f)
        .map(say)
        .join(" "),
    ).toBe(sentence);
  });
});
