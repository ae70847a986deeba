import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { callsCsv, csvName } from "@/components/calls/calls-csv";
import { curlText } from "@/components/calls/curl-text";
import { facetGroups } from "@/components/calls/facet-groups";
import { goodNews } from "@/components/calls/good-news";
import { costText, rescuePrice, tokensText } from "@/components/calls/figures";
import { flagsOf } from "@/components/calls/flags";
import { filterQuery, filterWords, readFilter } from "@/components/calls/filter";
import { withNewest } from "@/components/calls/held-list";
import { suggestions } from "@/components/calls/suggestions";
import { dearOver, slowOver } from "@/components/calls/thresholds";
import { answererOf } from "@/components/lib/calls/outcome";
import { callsLink } from "@/components/lib/calls/link";
import { namedRange, rangeBetween } from "@/components/lib/range";
import type { CallBody, CallsPage, CallView, HealthView } from "@/lib/shared/contract";
import { drilledResult } from "@/lib/gateway/drill";
import type { AppKey } from "@/lib/gateway/live";
import { call } from "./fixtures";
import { wordsOf } from "./words";

describe("the filter of calls", () => {
  it.each([
    ["", {}],
    ["model:gpt-4.1  region:us-east", { model: "gpt-4.1", region: "us-east" }],
    ["outcome:failed is:rescued", { outcome: "failed", rescued: true }],
    ["is:not-rescued app:shop code:budget_exceeded", expect.objectContaining({ rescued: false })],
    ["model:a:b", { model: "a:b" }],
    ["model:first model:second", { model: "second" }],
    ["status:503 provider:alpha", { status: "503", provider: "alpha" }],
    ["status:5XX attempts:>1 fallbacks:>0", { status: "5xx", attemptsOver: 1, fallback: true }],
    ["ttft:>2s total:>1.5m", { ttftOverMs: 2_000, totalOverMs: 90_000 }],
    ["ttft:>250ms fallbacks:0", { ttftOverMs: 250, fallback: false }],
    ["cost:>$0.01 stream:no", { costOverNanoUsd: 10_000_000, stream: false }],
  ])("%s", (text, filter) => {
    expect(readFilter(text)).toEqual({ filter, wrong: [], unknown: [] });
  });

  it.each(["hello", "model:", "ttft:", ":x", "constructor:x", "__proto__:x"])(
    "does not understand %s, and says so",
    (text) => {
      expect(readFilter(`region:eu ${text}`)).toEqual({
        filter: { region: "eu" },
        wrong: [],
        unknown: [text],
      });
    },
  );

  it.each([
    "outcome:maybe",
    "is:fast",
    "is:constructor",
    "status:9xx",
    "attempts:1",
    "fallbacks:>1",
    "ttft:2s",
    "ttft:>soon",
    "total:>999999m",
    "cost:>a-lot",
    "stream:maybe",
  ])("knows what %s is of, and that it cannot have this value", (word) => {
    const [name] = word.split(":");
    expect(readFilter(`region:eu ${word}`)).toEqual({
      filter: { region: "eu" },
      wrong: [{ word, name }],
      unknown: [],
    });
  });

  it("is written as it was read", () => {
    const text =
      "outcome:failed is:rescued status:5xx attempts:>1 fallbacks:>0 ttft:>250ms total:>2.5s cost:>0.000000012 stream:yes model:gpt provider:alpha region:eu app:shop code:timeout";
    expect(filterWords(readFilter(text).filter).join(" ")).toBe(text);
  });

  it("is asked of the server by its own names", () => {
    const { filter } = readFilter("is:not-rescued model:a&b");
    expect(filterQuery(filter).toString()).toBe("rescued=false&model=a%26b");
  });
});

describe("suggestions", () => {
  const health = {
    targets: [
      { model: "gpt-4.1", region: "us-east", provider: "alpha" },
      { model: "gpt-4.1", region: "eu-west", provider: "alpha" },
    ],
  } as HealthView;

  it("go on from the last word and leave the others as they are", () => {
    expect(suggestions("is:rescued  reg", health)).toEqual([
      "is:rescued  region:us-east",
      "is:rescued  region:eu-west",
    ]);
    expect(suggestions("status:5xx ", undefined)).not.toContain("status:5xx status:5xx");
    expect(suggestions("model:gpt-4.1", health)).toEqual([]);
  });
});

describe("what is slow or dear", () => {
  const totals = (served: number) => ({ served, p95Ms: 2_340, costNanoUsd: served * 123_456 });

  it("is over the p95 of the range, and over five times its mean, in two digits", () => {
    expect(slowOver(totals(20))).toEqual({ over: 2_400, figure: 2_340 });
    expect(dearOver(totals(20))).toEqual({ over: 620_000, figure: 123_456 });
  });

  it("is over 10 s, and over a cent, where too few calls came to say", () => {
    expect(slowOver(totals(19))).toEqual({ over: 10_000, figure: null });
    expect(dearOver(totals(19))).toEqual({ over: 10_000_000, figure: null });
    expect(slowOver(undefined)).toEqual({ over: 10_000, figure: null });
  });
});

describe("a link to calls", () => {
  const [fromMs, toMs] = [Date.UTC(2026, 10, 26, 12), Date.UTC(2026, 10, 26, 13)];

  it("says which and when", () => {
    const range = rangeBetween(fromMs, toMs);
    expect(callsLink({ outcome: "failed", app: "shop" }, range)).toBe(
      "/requests?q=outcome%3Afailed+app%3Ashop&from=2026-11-26T12%3A00%3A00.000Z&to=2026-11-26T13%3A00%3A00.000Z",
    );
    expect(callsLink({}, "6h")).toBe("/requests?r=6h");
  });

  it("is read as it was made, and an address without a range has none", () => {
    const { search } = new URL(callsLink({}, rangeBetween(fromMs, toMs)), "http://room");
    expect(namedRange(new URLSearchParams(search))).toBe(
      "2026-11-26T12:00:00.000Z/2026-11-26T13:00:00.000Z",
    );
    expect(namedRange(new URLSearchParams("r=6h"))).toBe("6h");
    expect(namedRange(new URLSearchParams("r=5h&from=yesterday"))).toBeNull();
  });

  it("and a file are of the same window", () => {
    const range = "2026-11-26T12:00:00.000Z/2026-11-26T13:30:00.000Z";
    expect(csvName(range, toMs)).toEqual({ name: "requests-90m", atMs: fromMs });
    expect(csvName(null, toMs)).toEqual({ name: "requests", atMs: toMs });
  });
});

describe("the newest calls on top of a list", () => {
  const page = (from: number, to: number, generatedAt = 1): CallsPage => ({
    generatedAt,
    calls: Array.from(
      { length: from - to + 1 },
      (_, index) => ({ id: `${from - index}` }) as CallView,
    ),
    nextCursor: `${to}`,
  });
  const held = { pages: [page(100, 51), page(50, 1)], pageParams: [null, "51"] };
  const ids = ({ pages }: { pages: CallsPage[] }): string[] =>
    pages.flatMap(({ calls }) => calls.map(({ id }) => id));

  it("keep the older pages", () => {
    const list = withNewest(held, page(110, 61, 2));
    expect(ids(list)).toEqual(ids({ pages: [page(110, 1)] }));
    expect(list.pages[0]).toMatchObject({ generatedAt: 2, nextCursor: "51" });
    expect(list.pageParams).toEqual([null, "51"]);
  });

  it("begin the list anew where calls between would be missing", () => {
    const newest = page(300, 251, 2);
    expect(withNewest(held, newest)).toEqual({ pages: [newest], pageParams: [null] });
  });

  it("push the oldest out of a list that grows by itself; those are asked for again", () => {
    const list = withNewest(held, page(110, 61, 2), 80);
    expect(ids(list)).toEqual(ids({ pages: [page(110, 31)] }));
    expect(list.pages.at(-1)?.nextCursor).toBe("31");
    expect(withNewest(held, page(110, 61, 2), 60).pages).toHaveLength(2);
    expect(withNewest(held, page(110, 61, 2), 60).pages.at(-1)?.nextCursor).toBe("51");
  });
});

describe("the figures of a call", () => {
  const { f } = wordsOf("en");

  it("carry their sign where they are estimates", () => {
    const known = call({ promptTokens: 1_204, completionTokens: 310, costNanoUsd: 12_000 });
    expect([tokensText(known, f), costText(known, f)]).toEqual(["1,204 → 310", "$0.0000120"]);
    const about = { ...known, tokensEstimated: true };
    expect([tokensText(about, f), costText(about, f)]).toEqual([
      "≈\u00a01,204 → 310",
      "≈\u00a0$0.0000120",
    ]);
    expect(costText({ ...about, costNanoUsd: null }, f)).toBe("—");
    expect(tokensText({ ...about, promptTokens: null }, f)).toBe("—");
  });

  it("say what a rescue cost, or saved; another model's tokens are an estimate", () => {
    const price = (over: Partial<CallView>) => rescuePrice(call(over), f);
    expect(price({ rescueNanoUsd: null })).toBeNull();
    expect(price({ rescueNanoUsd: 0 })).toMatchObject({ kind: "same" });
    expect(price({ rescueNanoUsd: 50_000 })).toEqual({ kind: "more", amount: "$0.0000500" });
    expect(price({ rescueNanoUsd: -50_000, firstModel: "dear" })).toEqual({
      kind: "less",
      amount: "≈\u00a0$0.0000500",
    });
  });

  it("are in the file with their flags, and unknown ones are empty", () => {
    const rescued = call({ rescueNanoUsd: -50_000, rescuedBy: "resume", tokensEstimated: true });
    const [header = "", first = "", second = ""] = callsCsv([rescued, call()]).split("\r\n");
    expect(header).toMatch(/,estimated,first_model,rescue_cost_usd,flags$/);
    expect(first).toMatch(/,yes,gpt-4\.1,-0\.00005,spliced$/);
    expect(second).toMatch(/,no,gpt-4\.1,,$/);
  });
});

describe("who answered a call", () => {
  const failed = { outcome: "failed", model: "gpt-4.1", region: "us-east" } as const;
  it.each([
    ["the one who served it", {}, "gpt-4.1"],
    ["nobody where it failed: the model is the last one that was asked", failed, undefined],
    ["the one whose stream broke off", { ...failed, ttftMs: 300 }, "gpt-4.1"],
    ["nobody where no one was asked", { outcome: "refused", model: null }, undefined],
  ] as const)("is %s", (_name, over, model) => {
    expect(answererOf(call({ ttftMs: null, ...over }))?.model).toBe(model);
  });
});

describe("the flags of a call", () => {
  const attempt = (error: string | null) => ({ error }) as CallView["attempts"][number];

  it("are a stream that broke off, an answer of two parts, and a drill", () => {
    expect(flagsOf(call())).toEqual([]);
    expect(flagsOf(call({ errorCode: "stream_interrupted" }))).toEqual(["cut"]);
    expect(flagsOf(call({ rescuedBy: "resume" }))).toEqual(["spliced"]);
    expect(flagsOf(call({ rescuedBy: "retry", attempts: [attempt("overloaded")] }))).toEqual([]);
  });

  it("know a drill by what the gateway logs of it", () => {
    const drill = { target: "acme:eu:gpt", until: 2 };
    const broken = drilledResult({ drill } as AppKey, { id: "acme:eu:gpt" }, 1);
    const attempts = [attempt(broken?.failure.message ?? null)];
    expect(flagsOf(call({ attempts }))).toEqual(["drill"]);
  });
});

describe("a call as a command", () => {
  const asked = {
    askedModel: "auto",
    stream: true,
    metadata: null,
    bodyUntil: null as number | null,
  };
  const open = (text: string, missingBytes = 0): CallBody => ({
    state: "open",
    expiresAt: 9,
    request: { text, missingBytes },
    answer: null,
  });
  const text = (call: Partial<typeof asked>, body?: CallBody): string =>
    curlText({ ...asked, ...call }, "http://gate:8787", body, (missing) => `<${missing}>`);
  /** What a shell makes of it. */
  const words = (command: string): string[] =>
    execFileSync("sh", ["-c", `printf '%s\\n' ${command.replace(/^curl /, "")}`], {
      env: { ...process.env, BELLWETHER_KEY: "secret" },
      encoding: "utf8",
    })
      .trimEnd()
      .split("\n");

  it("asks the gateway for the same model in the same way, and says that the words are missing", () => {
    expect(words(text({}))).toEqual([
      "http://gate:8787/v1/chat/completions",
      "-H",
      "authorization: Bearer secret",
      "-H",
      "content-type: application/json",
      "--no-buffer",
      "--data-raw",
      '{"model":"auto","stream":true,"messages":[{"role":"user","content":"<notKept>"}]}',
    ]);
    expect(words(text({ stream: false })).join(" ")).not.toMatch(/stream|buffer/);
  });

  it("has the words only of a body that was opened, and is whole", () => {
    const body = `{"model":"auto","messages":[{"role":"user","content":"it's $HOME"}]}`;
    expect(words(text({ bodyUntil: 9 }, open(body))).at(-1)).toBe(body);
    expect(text({ bodyUntil: 9 })).toContain("<notOpened>");
    expect(text({ bodyUntil: 9 }, open(body, 3))).toContain("<cut>");
    expect(text({ bodyUntil: 9 }, { state: "key_changed", expiresAt: 9 })).toContain("<notKept>");
  });

  it("keeps what the caller said of it", () => {
    const metadata = { user: "O'Neil" };
    const command = curlText({ ...asked, metadata }, "http://gate", undefined, String);
    expect(words(command)).toContain(`x-bellwether-metadata: {"user":"O'Neil"}`);
  });
});

describe("counts beside the filter", () => {
  it("are words that the filter reads; what never came has none", () => {
    const groups = facetGroups({
      generatedAt: 1,
      range: "1h",
      outcomes: { served: 90, rescued: 7, failed: 3, refused: 0, cancelled: 0 },
      models: [{ id: "gpt-4.1", calls: 90 }],
      apps: [
        { id: "shop", calls: 60 },
        { id: "two words", calls: 30 },
      ],
    });
    const facets = groups.flatMap((group) => group.facets);
    expect(facets.map(({ word, calls }) => [word, calls])).toEqual([
      ["outcome:served", 90],
      ["outcome:failed", 3],
      ["is:rescued", 7],
      ["model:gpt-4.1", 90],
      ["app:shop", 60],
    ]);
    for (const { word, part } of facets) {
      expect(readFilter(word).filter).toEqual(part);
    }
  });
});

it("an empty list is good news where it is of rescued, or of failed, calls and no further narrowed", () => {
  const news = (text: string) => goodNews(readFilter(text).filter);
  expect(news("is:rescued")).toBe("rescued");
  expect(news("outcome:failed")).toBe("failed");
  for (const other of [
    "",
    "is:not-rescued",
    "is:rescued app:shop",
    "outcome:refused",
    "outcome:failed is:rescued",
  ]) {
    expect(news(other)).toBeNull();
  }
});
