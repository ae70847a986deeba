import { describe, expect, it } from "vitest";
import { type ConfigInput, configDocument } from "@/lib/config/document";
import { changeLines } from "@/lib/control/change-lines";
import { diffDocuments } from "@/lib/control/document-objects";
import { ChangeLine } from "@/lib/shared/contract";

const base: ConfigInput = {
  allow_literal_secrets: true,
  providers: [
    {
      id: "acme",
      base_url: "https://api.acme.example/v1",
      api_key: "env:ACME_KEY",
      regions: [
        { id: "us", headers: { "X-Region": "us", "api-key": "canary-header" } },
        { id: "eu" },
      ],
    },
  ],
  models: [
    { id: "a", targets: [{ provider: "acme", regions: ["us"] }] },
    { id: "b", targets: [{ provider: "acme" }] },
  ],
  routes: [{ id: "auto", chain: ["a", "b"], limits: { ttft_s: 12 } }],
  keys: [{ id: "ci", key: "canary-application-key" }],
};

function lines(from: ConfigInput | null, to: ConfigInput): ChangeLine[] {
  const former = from === null ? null : configDocument.parse(from);
  const { before, after } = diffDocuments(former, configDocument.parse(to));
  const found = changeLines({ kind: "config", summary: {}, before, after });
  for (const line of found) {
    expect(ChangeLine.parse(line)).toEqual(line);
  }
  return found;
}

const changed = (object: string, field: string | null, from: unknown, to: unknown) => ({
  object,
  kind: "changed",
  field,
  from,
  to,
});
const provider = (over: object): ConfigInput => ({
  ...base,
  providers: [{ ...base.providers?.[0], ...over } as NonNullable<ConfigInput["providers"]>[number]],
});

describe("a change of the configuration", () => {
  it("names the object, the field, from and to", () => {
    const routes = [{ id: "auto", chain: ["b", "a"], limits: { ttft_s: 20, attempts: 3 } }];
    expect(lines(base, { ...base, routes })).toEqual([
      changed("route:auto", "chain", ["a", "b"], ["b", "a"]),
      changed("route:auto", "limits.ttft_s", 12, 20),
      changed("route:auto", "limits.attempts", null, 3),
    ]);
  });

  it("names members of lists by what they are called", () => {
    const models = [
      { id: "a", targets: [{ provider: "acme", regions: ["us", "eu"] }] },
      { id: "b", targets: [{ provider: "acme", upstream_model: "b-2" }] },
    ];
    expect(lines(base, { ...base, models })).toEqual([
      changed("model:a", "targets.acme.regions", ["us"], ["us", "eu"]),
      changed("model:b", "targets.acme.provider", "acme", null),
      changed("model:b", "targets.acme/b-2.provider", null, "acme"),
      changed("model:b", "targets.acme/b-2.upstream_model", null, "b-2"),
    ]);
  });

  it("tells what came and what went as a whole", () => {
    const models = [
      { id: "a", targets: [{ provider: "acme" }] },
      { id: "c", targets: [{ provider: "acme" }] },
    ];
    const routes = [{ id: "auto", chain: ["a"] }];
    expect(lines(base, { ...base, models, routes })).toEqual(
      expect.arrayContaining([
        { object: "model:b", kind: "removed", field: null, from: null, to: null },
        { object: "model:c", kind: "added", field: null, from: null, to: null },
      ]),
    );
  });

  it("tells another order only where the same objects stand in one", () => {
    const [a, b] = base.models ?? [];
    const models = [b, a].flatMap((model) => model ?? []);
    expect(lines(base, { ...base, models })).toEqual([
      changed("order:models", null, ["a", "b"], ["b", "a"]),
    ]);
    const grown = [...(base.models ?? []), { id: "c", targets: [{ provider: "acme" }] }];
    expect(lines(base, { ...base, models: grown }).map(({ object }) => object)).toEqual([
      "model:c",
    ]);
  });

  it("tells settings by their name, and the first document by what it brought", () => {
    const settings = { probe_budget_usd_per_day: 2 };
    expect(lines(base, { ...base, settings })).toEqual([
      changed("settings", "probe_budget_usd_per_day", null, 2),
    ]);
    expect(new Set(lines(null, base).map(({ kind }) => kind))).toEqual(new Set(["added"]));
  });

  it("shows references and never a literal secret", () => {
    expect(lines(base, provider({ api_key: "canary-literal" }))).toEqual([
      changed("provider:acme", "api_key", "env:ACME_KEY", "••••"),
    ]);
    const regions = [
      { id: "us", headers: { "X-Region": "us-2", "api-key": "canary-other" } },
      { id: "eu" },
    ];
    expect(lines(base, provider({ regions }))).toEqual([
      changed("provider:acme", "regions.us.headers.X-Region", "us", "us-2"),
      changed("provider:acme", "regions.us.headers.api-key", "••••", "••••"),
    ]);
    const keys = [{ id: "ci", key: "canary-second-key" }];
    const all = [
      lines(base, { ...base, keys }),
      lines(null, base),
      lines(base, provider({ regions })),
    ];
    expect(JSON.stringify(all)).not.toContain("canary");
  });
});

describe("a change of a switch or a key", () => {
  it("tells intent and end, not the reason that stands beside it", () => {
    expect(
      changeLines({
        kind: "switch",
        summary: { objectType: "target", objectId: "acme:eu:a" },
        before: { intent: "enabled", until: null, reason: null },
        after: { intent: "draining", until: 5_000, reason: "bill" },
      }),
    ).toEqual([
      changed("target:acme:eu:a", "intent", "enabled", "draining"),
      changed("target:acme:eu:a", "until", null, 5_000),
    ]);
  });

  it.each([
    ["created", { kind: "added" }],
    ["revoked", { kind: "removed" }],
    ["replaced", { kind: "changed", field: "key" }],
  ])("of a key that was %s says so", (action, line) => {
    const found = changeLines({
      kind: "key",
      summary: { id: "ci", action },
      before: null,
      after: {},
    });
    expect(found).toMatchObject([{ object: "key:ci", ...line }]);
  });

  it("of a key that was edited tells every field, from what to what", () => {
    const from = { name: "ci", rpm: 60, allowedModels: null };
    const to = { name: "Builds", rpm: null, allowedModels: ["a", "b"] };
    const summary = { id: "ci", action: "edited", from, to };
    expect(changeLines({ kind: "key", summary, before: null, after: null })).toEqual([
      changed("key:ci", "name", "ci", "Builds"),
      changed("key:ci", "rpm", 60, null),
      changed("key:ci", "allowedModels", null, ["a", "b"]),
    ]);
  });
});
