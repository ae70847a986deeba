import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { KeysPanel } from "@/components/apps/keys-panel";
import { RequestsView } from "@/components/calls/requests-view";
import { readFilter } from "@/components/calls/filter";
import { ApiFailure } from "@/components/lib/api";
import {
  callsQueries,
  changesQueries,
  figuresQueries,
  keysQueries,
  routesQueries,
  setupQueries,
} from "@/components/lib/queries";
import { type RangeName, windowOf } from "@/components/lib/range";
import { AttemptStrip } from "@/components/lib/calls/attempt-strip";
import { callsLink } from "@/components/lib/calls/link";
import { ObjectsView } from "@/components/objects/objects-view";
import { ModelsTable } from "@/components/providers/models-table";
import { TabTitle } from "@/components/shell/tab-title";
import { RouteCards } from "@/components/routes/route-cards";
import { CallPanel } from "@/components/setup/call-panel";
import { SetupView } from "@/components/setup/setup-view";
import { EnvironmentPanel } from "@/components/settings/environment-panel";
import { NodesPanel } from "@/components/settings/nodes-panel";
import { SettingsView } from "@/components/settings/settings-view";
import { ConflictSheet } from "@/components/shell/conflict-sheet";
import { Views } from "@/components/shell/views-menu";
import { PhoneBar } from "@/components/shell/phone-bar";
import { QueryState } from "@/components/shell/query-state";
import { MatrixGrid } from "@/components/targets/matrix-grid";
import { ObjectNow } from "@/components/targets/object-now";
import { PhoneTargets } from "@/components/targets/phone-targets";
import type { SavedView } from "@/components/lib/saved-views";
import type { Write } from "@/components/lib/writes/model";
import type {
  AttemptView,
  CallsPage,
  CallView,
  ChangesPage,
  HealthView,
  TargetView,
} from "@/lib/shared/contract";
import type { SettingsView as Settings } from "@/lib/shared/settings-contract";
import { call, down, health, key, model, node, now, on, switched, target } from "./fixtures";
import { rendered, switchOf } from "./rendered";
import { wordsOf } from "./words";

const { say } = wordsOf("en");

describe("a switch over several targets", () => {
  const west = target({ region: "eu-west" });
  const east = target({ region: "us-east" });
  const off = { switch: { ...on, intent: "disabled" }, effectiveIntent: "disabled" } as const;
  const model = say({ key: "matrix.switchModel", values: { id: "gpt-4.1" } });
  const region = say({ key: "matrix.switchRegion", values: { id: "us-east" } });

  it.each<[string, string, (view: HealthView) => ReactNode]>([
    ["of models on a phone", model, (view) => <PhoneTargets health={view} metric="availability" />],
    [
      "of regions on a phone",
      region,
      (view) => <PhoneTargets health={view} metric="availability" />,
    ],
    ["of a model's page", model, () => <ObjectNow kind="model" id="gpt-4.1" />],
    ["of a region's page", region, () => <ObjectNow kind="region" id="us-east" />],
    ["of the list of models", model, () => <ObjectsView kind="model" />],
    ["of the list of regions", region, () => <ObjectsView kind="region" />],
  ])("is mixed while one of them is off by itself: that %s", (_where, label, page) => {
    const shown = (view: HealthView): string =>
      switchOf(
        rendered(page(view), {
          health: view,
          read(client) {
            for (const kind of ["model", "region"] as const) {
              const figures = { generatedAt: now, range: "1h", kind, rows: [] };
              client.setQueryData(figuresQueries.list(kind, "1h").queryKey, figures);
            }
          },
        }),
        label,
      );
    expect(shown(health([west, { ...east, ...off, state: "off" }]))).toContain("data-mixed");
    const whole = shown(health([west, east]));
    expect(whole).toContain('aria-checked="true"');
    expect(whole).not.toContain("data-mixed");
  });
});

describe("a change of several that somebody else was faster than", () => {
  const wanted = { kind: "switch", intent: "draining", until: null, reason: null } as const;
  const enabled = { ...wanted, intent: "enabled" } as const;
  const [first, second, third] = (["a", "b", "c"] as const).map((id) => ({
    ref: { type: "model", id } as const,
    wanted,
    previous: enabled,
  }));
  const write = {
    ...{ ...first, also: [second, third], seq: 1, basedOn: 3, undoes: null },
    ...{ sent: null, acks: {}, doneAtMs: null },
  } as Write;
  const change = { revision: 6, actor: { type: "operator", name: "minji" }, at: now - 8_000 };
  const alone = { ...write, ref: { type: "model", id: "b" }, also: [] } as Write;
  const sheet = (revision: number, of = write): string =>
    rendered(
      <ConflictSheet conflict={{ write: of, id: "b", theirRevision: 6, theirPolicy: {} }} />,
      {
        health: health([], {
          revision,
          models: [
            switched("a", {}),
            switched("b", { intent: "disabled", revision: 6, reason: "too dear" }),
            switched("c", { intent: "draining", revision: 5 }),
          ],
        }),
        read(client) {
          const page = { changes: [change] } as unknown as ChangesPage;
          client.setQueryData(changesQueries.latest().queryKey, page);
        },
      },
    );

  it("lists what differs, by whom and since when, beside what was wanted", () => {
    const markup = sheet(6);
    expect(markup).toContain(say({ key: "conflict.titleSeveral", values: { n: 1, of: 3 } }));
    expect(markup).toContain(`>b</span>: ${say({ key: "intent.disabled" })}`);
    const by = say({ key: "conflict.titleBy", values: { name: "minji", ago: "8 s" } });
    const why = say({ key: "why.quote", values: { reason: "too dear" } });
    expect(markup).toContain(`${by} · ${why}`);
    expect(markup.split(by)).toHaveLength(2);
    expect(markup).toContain(`data-testid="mine">${say({ key: "intent.draining" })}`);
  });

  it("names the one that it is about, and why the other changed it", () => {
    const markup = sheet(6, alone);
    expect(markup).toContain(">b</p>");
    expect(markup).toContain(say({ key: "why.quote", values: { reason: "too dear" } }));
  });

  it("is not to be done all the same before the page shows what it would undo", () => {
    expect(sheet(6)).not.toMatch(/ disabled=""/);
    expect(sheet(5)).toMatch(/ disabled=""/);
  });
});

describe("saved views", () => {
  const views = [
    { name: "what failed", query: "q=outcome%3Afailed&r=6h" },
    { name: "all", query: "" },
  ];
  const menu = (search: string, kept: readonly SavedView[]): string =>
    rendered(<Views remembered="views" views={kept} onClose={() => undefined} />, { search });

  it("say what they ask for, mark the one that is shown, and can each be deleted", () => {
    const markup = menu("r=6h&call=7&q=outcome:failed", views);
    expect(markup.split('aria-current="true"')).toHaveLength(2);
    expect(markup).toMatch(/aria-current="true" title="what failed"/);
    expect(markup).toContain(">q=outcome:failed r=6h<");
    expect(markup).toContain(
      `aria-label="${say({ key: "views.delete", values: { name: "all" } })}"`,
    );
    expect(menu("", views)).toMatch(/aria-current="true" title="all"/);
  });

  it("begin with a name for what is shown, and say that one of the name is replaced", () => {
    expect(menu("q=is:rescued&r=24h&from=x", [])).toContain('value="is:rescued · 24h"');
    expect(menu("q=is:rescued", views)).toContain(`>${say({ key: "confirm.save" })}</button>`);
    const shown = menu("q=outcome:failed&r=6h", views);
    expect(shown).toContain('value="what failed"');
    expect(shown).toContain(`>${say({ key: "views.replace" })}</button>`);
  });
});

describe("the card of a route", () => {
  const route: HealthView["routes"][number] = {
    id: "mail",
    chain: ["gpt-4.1", "spare"],
    owner: "ui",
    ownerPath: null,
    overridden: false,
    revision: 7,
  };
  const spare = target({ model: "spare" });
  const card = (
    targets: HealthView["targets"],
    served: number,
    over: Partial<HealthView> = {},
  ): string =>
    rendered(<RouteCards />, {
      health: health(targets, { routes: [route], ...over }),
      read(client) {
        const own = {
          id: "mail",
          served,
          answered: { "gpt-4.1": 30, spare: 8, gone: 2 },
          changed: { revision: 7, at: now, actor: { type: "operator" as const, name: "Minji" } },
        };
        client.setQueryData(routesQueries.view("1h").queryKey, {
          ...{ generatedAt: now, range: "1h", from: now - 4_000_000, to: now },
          routes: [own],
        });
      },
    });

  it("tells what every place answered, of how many calls, and who changed it last", () => {
    const markup = card([target(), spare], 40);
    for (const told of [
      "75.0 %",
      "20.0 %",
      "40 answered calls",
      "5.0 % by models",
      "counted since 04:25",
      "by Minji",
      "r7",
    ]) {
      expect(markup).toContain(told);
    }
    expect(markup).toContain('href="/changes?rev=7"');
    expect(markup).not.toContain("unreachable");
    expect(card([target(), spare], 19)).not.toContain("75.0 %");
  });

  it("says that nobody can answer, and why, when all that is on is down", () => {
    const broken = { state: "down", breaker: "open", label: "open" } as const;
    const told = say({ key: "routes.reach.down", values: { n: 2 } });
    expect(card([target(broken), { ...spare, ...broken }], 40)).toContain(told);
    expect(card([target(broken), spare], 40)).not.toContain(told);
  });

  it("says how many can answer only while a gateway tells it", () => {
    expect(card([target(), spare], 40)).toContain("2 of 2 targets can answer");
    const silent = card([target(), spare], 40, { nodes: [] });
    expect(silent).toContain("2 targets, no gateway reporting");
    expect(silent).not.toContain("can answer");
  });
});

describe("the list of models", () => {
  const error = { at: now - 60_000, reason: "overloaded", status: 503, message: null };
  const view = health([
    down({ lastError: error }),
    target({ model: "claude-sonnet-4-5", region: "eu-west" }),
    target({ lastError: null }),
  ]);
  const figures = {
    ...{ attempts: 100, failed: 1, servedShare: 0.5, errors: { server: 3 }, p50Ms: 1, p95Ms: 1 },
    ...{ ttftP50Ms: 200, ttftP95Ms: 400, tokensPerSecond: 40, costNanoUsd: 1, movedOut: 7 },
    ...{ movedIn: 9, costPerMTokNanoUsd: 3e9, ownerPath: "/etc/our/models.yaml" },
    listPrice: { input: 2, output: 8, cachedInput: 0.5 },
    availability: { ratio: 0.99, n: 100, source: "live" },
  } as const;
  const list = (search = ""): string =>
    rendered(<ObjectsView kind="model" />, {
      search,
      health: view,
      read(client) {
        const read = { generatedAt: now, range: "1h", kind: "model" } as const;
        const rows = [{ ...figures, id: "claude-sonnet-4-5", owner: "file" as const }];
        client.setQueryData(figuresQueries.list("model", "1h").queryKey, { ...read, rows });
      },
    });

  it("leads to the providers where there is no model yet", () => {
    const none = health([], { models: [] });
    const markup = rendered(<ObjectsView kind="model" />, { health: none });
    expect(markup).toContain(say({ key: "matrix.empty" }));
    expect(markup).toContain('href="/providers"');
  });

  it("says why the worst of a model's targets is as it is and what comes next, problems first", () => {
    const markup = list();
    const since = say({ key: "why.since", values: { since: "41 s" } });
    expect(markup).toContain(`us-east: ${since}`);
    expect(markup).toContain(say({ key: "why.nextProbe", values: { left: "2 s" } }));
    expect(markup.indexOf("object-claude-sonnet-4-5")).toBeLessThan(
      markup.indexOf("object-gpt-4.1"),
    );
    expect(markup).toMatch(/aria-sort="ascending"[^]*State/);
  });

  it("has the lock and the path of the file, the list price, and a way to the calls around the last error", () => {
    const markup = list();
    expect(markup).toContain('title="/etc/our/models.yaml"');
    expect(markup).toContain("$2.00 · $8.00 · $0.500");
    expect(markup).toContain("503");
    expect(markup).toMatch(/href="\/requests\?from=2026-11-23T05%3A29%3A00.000Z&amp;to=/);
  });

  it("shows the columns that the address names, and what the filter leaves", () => {
    const errors = say({ key: "objects.columns.errors" });
    expect(list()).not.toContain(`>${errors}`);
    expect(list("cols=errors")).toContain(`>${errors}`);
    expect(list("cols=errors")).not.toContain(
      say({ key: "objects.columns.price", values: { kind: "model" } }),
    );
    expect(list("state=down")).not.toContain("object-gpt-4.1");
    expect(list("state=off")).toContain(say({ key: "objects.clearFilter" }));
  });
});

describe("the line of a query that failed", () => {
  const failed = new ApiFailure(500, "internal", "It broke.", "req-1");
  const readBefore = say({ key: "failure.readBefore" });
  const line = (query: Partial<UseQueryResult>, trouble?: "database"): string =>
    rendered(
      <QueryState
        query={{ data: undefined, error: null, failureReason: null, ...query } as UseQueryResult}
        skeleton="h-64"
      />,
      trouble === undefined ? {} : { trouble },
    );

  it("says why something was refused, where the page has words for it", () => {
    const refusal = { reason: "no_such_revision", values: { revision: 9 } };
    const missing = new ApiFailure(404, "not_found", "There is no such thing.", null, { refusal });
    const told = say({ key: "refusal.no_such_revision", values: { revision: 9 } });
    expect(line({ error: missing })).toContain(told);
  });

  it("says that what is shown was read before only where something is shown", () => {
    const told = say({ key: "failure.other", values: { code: "internal" } });
    expect(line({ error: failed })).toContain(told);
    expect(line({ error: failed })).not.toContain(readBefore);
    expect(line({ data: {}, error: failed })).toContain(`${told} ${readBefore}`);
  });

  it("waits with everything else while the database is away", () => {
    const waiting = say({ key: "failure.waiting.database" });
    expect(line({ error: failed }, "database")).toContain(waiting);
    expect(line({ data: {}, error: failed }, "database")).toBe("");
  });
});

describe("the list of requests without any", () => {
  const list = (text: string, range: RangeName | null = null): string =>
    rendered(<RequestsView gatewayUrl="http://gate" />, {
      search: new URLSearchParams({ q: text, ...(range !== null && { r: range }) }).toString(),
      read(client) {
        const page = { generatedAt: now, calls: [], nextCursor: null };
        const { filter } = readFilter(text);
        const { queryKey } = callsQueries.list(filter, range);
        client.setQueryData(queryKey, { pages: [page], pageParams: [null] });
        const { fromMs } = windowOf("6h", now);
        const last = {
          generatedAt: now,
          calls: [{ startedAt: now - 5 * 3_600_000 }],
          nextCursor: null,
        };
        const before = callsQueries.lastBefore(filter, fromMs);
        client.setQueryData(before.queryKey, last as unknown as CallsPage);
      },
    });

  it("leads to the first call, where no filter is the reason", () => {
    expect(list("")).toContain('href="/setup"');
    expect(list("")).toContain(say({ key: "calls.empty" }));
    expect(list("model:none")).not.toContain('href="/setup"');
    expect(list("model:none")).toContain(say({ key: "requests.noneMatch" }));
  });

  it("in a range says when the last one came, and leads there", () => {
    expect(list("", "6h")).toContain(say({ key: "requests.noneInRange" }));
    expect(list("", "6h")).toContain(say({ key: "requests.lastBefore", values: { ago: "5 h" } }));
    expect(list("", "6h")).toContain(say({ key: "requests.jump" }));
    expect(list("model:none", "6h")).toContain(say({ key: "requests.noneMatchInRange" }));
  });

  it("names what a filter takes beside the field", () => {
    expect(list("ttft:slow")).toContain(
      say({ key: "requests.takes.ttft" }).replaceAll(">", "&gt;"),
    );
    expect(list("ttft:slow")).toContain('aria-invalid="true"');
  });
});

describe("settings that are not read yet", () => {
  it("are not asked for, and no file is taken in, before it is known whether one owns them", () => {
    const markup = rendered(<SettingsView />, { trouble: "database" });
    const waiting = say({ key: "failure.waiting.database" });
    expect(markup.split(waiting)).toHaveLength(6);
    expect(markup).not.toContain("<textarea");
    expect(markup).not.toContain('type="submit"');
  });
});

describe("a grid of many rows", () => {
  const rows = 45;
  const targets = Array.from({ length: rows }, (_, index) => [
    target({ model: `model-${index}` }),
    target({ model: `model-${index}`, region: "eu-west" }),
  ]).flat();
  const markup = rendered(
    <MatrixGrid
      health={health(targets)}
      isCompact={false}
      metric="availability"
      scale={null}
      past={null}
    />,
  );

  it("counts all of them, and has one cell in the order of tabs", () => {
    expect(markup).toContain(`aria-rowcount="${rows + 1}"`);
    expect(markup).toContain("data-many");
    const indexes = [...markup.matchAll(/aria-rowindex="(\d+)"/g)].map(([, index]) =>
      Number(index),
    );
    expect(indexes).toEqual(Array.from({ length: rows + 1 }, (_, index) => index + 1));
    expect(markup.match(/tabindex="0"/gi)).toHaveLength(1);
  });
});

describe("the title of the tab", () => {
  const title = (...around: Parameters<typeof rendered>[1][]): string[] =>
    around.map((one) => rendered(<TabTitle />, { path: "/matrix", ...one }));

  it("tells how many targets are hurt, and that nothing is known of them", () => {
    const view = health([target(), down()]);
    const silent = health([target({ state: "no_data" })], { nodes: [] });
    expect(
      title(
        { health: health([target()]) },
        { health: view },
        { health: silent },
        { trouble: "database" },
      ),
    ).toEqual([
      "<title>Matrix · Bellwether</title>",
      "<title>(1) ▲ Matrix · Bellwether</title>",
      "<title>(?) ▲ Matrix · Bellwether</title>",
      "<title>(?) ▲ Matrix · Bellwether</title>",
    ]);
  });
});

describe("a model's page", () => {
  const one = target({ since: now - 60_000 });
  const markup = rendered(<ObjectNow kind="model" id="gpt-4.1" />, { health: health([one]) });

  it("reads out what its figures show", () => {
    const { f } = wordsOf("en");
    const availability = say({
      key: "matrix.availabilityOf",
      values: { percent: f.percent(0.9996), n: f.count(2914) },
    });
    expect(markup).toMatch(new RegExp(`<span class="sr-only">[^<]*${availability}`));
    expect(markup).toContain("since 05:31");
  });

  it("reads out that a figure is of probes, and of one that recovers not since when it is out", () => {
    const probed = { ratio: 0.5, n: 26, source: "probe" } as const;
    const back = target({ since: now - 60_000, state: "recovering", availability: probed });
    const read = rendered(<ObjectNow kind="model" id="gpt-4.1" />, { health: health([back]) });
    expect(read).toContain("recovering, 50.0 % of 26 probes</span>");
  });

  it("leads to its requests, in words that their filter reads", () => {
    expect(markup).toContain(`href="${callsLink({ model: "gpt-4.1" })}"`);
    const words = { model: "openai/gpt-4.1", region: "eu&west", app: "shop" };
    const q = new URL(callsLink(words), "http://room").searchParams.get("q") ?? "";
    expect(readFilter(q)).toMatchObject({ filter: words, unknown: [] });
  });
});

describe("the attempts of a call in one line", () => {
  const served: AttemptView = {
    seq: 1,
    startedAt: now,
    targetId: "acme.eu-west.gpt-4.1",
    provider: "acme",
    region: "eu-west",
    model: "gpt-4.1",
    outcome: "succeeded",
    reason: null,
    status: 200,
    error: null,
    health: true,
    ttftMs: null,
    durationMs: 165,
  };
  const line = (rescuedBy: CallView["rescuedBy"]): string =>
    rendered(<AttemptStrip call={call({ rescuedBy, attempts: [served] })} />);

  it("say what was avoided, where the first one already was the rescue", () => {
    const avoided = say({ key: "calls.avoided" });
    expect(line("avoidance")).toContain(avoided);
    expect(line(null)).not.toContain(avoided);
  });
});

describe("the first step of the setup", () => {
  const page = (targets: readonly TargetView[]): string => {
    const auto = { id: "auto", chain: ["claude-sonnet-4-5"], owner: "ui" as const };
    const route = { ...auto, ownerPath: null, overridden: false, revision: 1 };
    return rendered(<SetupView />, {
      health: health(targets, { routes: [route] }),
      read(client) {
        const view = { gatewayUrl: "http://gate", ready: true, mock: false, mockOnly: false };
        client.setQueryData(setupQueries.view().queryKey, view);
      },
    });
  };

  it("breaks nothing where nobody could come to the rescue", () => {
    const panel = (isAlone: boolean): string =>
      rendered(
        <CallPanel
          {...{ first: call(), rescued: null, answer: null, drillLeftMs: null, tookMs: null }}
          {...{ isBusy: false, isAlone, onBreak: vi.fn() }}
        />,
      );
    const offer = say({ key: "setup.watch.break" });
    expect(panel(false)).toContain(offer);
    expect(panel(true)).not.toContain(offer);
    expect(panel(true)).toContain(say({ key: "setup.watch.alone" }));
  });

  it("speaks of the built-in provider only where it runs", () => {
    const first = (mock: boolean): string =>
      rendered(<SetupView />, {
        health: health([]),
        read(client) {
          const view = { gatewayUrl: "http://gate", ready: false, mock, mockOnly: false };
          client.setQueryData(setupQueries.view().queryKey, view);
        },
      });
    const lead = say({ key: "setup.provider.lead" });
    expect(first(true)).toContain(lead);
    expect(first(false)).not.toContain(lead);
    expect(first(false)).toContain('href="/providers"');
  });

  it("is not done while no target can answer, whatever is set", () => {
    const why = 'href="/routes/auto"';
    expect(page([target({ model: "claude-sonnet-4-5" })])).not.toContain(why);
    expect(page([down()])).toContain(why);
    expect(page([down()])).not.toContain(say({ key: "setup.done" }));
  });
});

describe("a line that is a card on a phone", () => {
  const keys = rendered(<KeysPanel />, {
    read(client) {
      client.setQueryData(keysQueries.list().queryKey, { generatedAt: now, keys: [key] });
    },
  });
  const models = rendered(<ModelsTable models={[model]} onEdit={vi.fn()} onRemove={vi.fn()} />);
  const environment = { PORT: "3000", SECRET: null };
  const settings = {
    data: { revision: 12, nodes: [{ ...node("host/0", 12, now), environment }], environment },
    ...{ error: null, failureReason: null },
  } as unknown as UseQueryResult<Settings>;
  const nodes = rendered(<NodesPanel query={settings} />);
  const labels = (markup: string): string[] =>
    [...markup.matchAll(/data-label="([^"]*)"/g)].map(([, label]) => label ?? "");
  const heads = (markup: string): string[] =>
    [...markup.matchAll(/role="columnheader"[^>]*>([^<]+)</g)].map(([, head]) => head ?? "");

  it.each([
    ["a key", keys, 2],
    ["a model", models, 1],
    ["a node", nodes, 2],
    ["a variable of the environment", rendered(<EnvironmentPanel query={settings} />), 1],
  ])("has each figure behind the name of its own column: %s", (_of, markup, unnamed) => {
    const named = heads(markup).slice(unnamed);
    const lines = markup.split("data-label=").length - 1;
    expect(lines).toBeGreaterThan(0);
    expect(labels(markup)).toEqual(
      Array.from({ length: lines / named.length }, () => named).flat(),
    );
  });

  it("tells the prices one by one", () => {
    const text = models.replaceAll(/<[^>]*>/g, "|");
    expect(text).toMatch(/\|\$2\.00\|+\$8\.00\|+—\|/);
  });
});

describe("the bar under the thumb", () => {
  const current = (path: string): string[] =>
    [...rendered(<PhoneBar />, { path }).matchAll(/<(a|button)[^>]*aria-current="\w+"[^>]*>/g)].map(
      ([tag]) => /href="([^"]*)"/.exec(tag)?.[1] ?? "more",
    );

  it.each([
    ["/routes/auto", ["/routes"]],
    ["/apps", ["more", "/apps"]],
    ["/setup", ["more", "/setup"]],
  ])("marks where one is: %s", (path, marked) => {
    expect(current(path)).toEqual(marked);
  });
});
