import { describe, expect, it } from "vitest";
import {
  type DraftStorage,
  draftText,
  isLike,
  keepDraft,
  parsedStoredDraft,
} from "@/components/lib/stored-draft";
import { emptyModel, isModelDraft } from "@/components/providers/model-draft";
import {
  emptyDraft,
  isProviderDraft,
  emptySecrets,
  withoutTypedSecrets,
} from "@/components/providers/provider-draft";
import { mayHoldSecret } from "@/components/settings/import-text";

function memory(): DraftStorage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => void kept.set(name, text),
    removeItem: (name) => void kept.delete(name),
  };
}

type Named = { readonly name: string };
const isNamed = isLike<Named>({ name: "" });
const draft = { atMs: 5, basedOn: 7, from: { name: "" }, value: { name: "acme" } };

describe("a draft that is kept", () => {
  it("comes back as it was typed", () => {
    const storage = memory();
    keepDraft(() => storage, "provider", draft);
    const text = draftText(() => storage, "provider");
    expect(parsedStoredDraft(text, isNamed)).toEqual(draft);
    expect(draftText(() => storage, "model")).toBeNull();
  });

  it("is forgotten when it says nothing new, and on purpose", () => {
    const storage = memory();
    keepDraft(() => storage, "a", draft);
    keepDraft(() => storage, "b", draft);
    keepDraft(() => storage, "a", { ...draft, value: draft.from });
    keepDraft(() => storage, "b", null);
    expect([...storage.kept]).toEqual([]);
  });

  it("is none where the browser keeps nothing, and typing goes on", () => {
    const refusing = (): DraftStorage => {
      throw new DOMException("denied", "SecurityError");
    };
    keepDraft(refusing, "a", draft);
    expect(draftText(refusing, "a")).toBeNull();
  });

  it.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["a list", "[]"],
    ["a value of another release", JSON.stringify({ ...draft, value: { title: "acme" } })],
    ["no time", JSON.stringify({ ...draft, atMs: "today" })],
    ["a revision that is none", JSON.stringify({ ...draft, basedOn: "r7" })],
  ])("is none: %s", (_, text) => {
    expect(parsedStoredDraft(text, isNamed)).toBeNull();
  });
});

describe("the form of a provider, kept", () => {
  const typed = {
    ...emptyDraft,
    id: "acme",
    secret: { kind: "key", text: "sk-secret" },
    credentials: [
      { id: "second", secret: { kind: "reference", text: "env:ACME_2" } },
      { id: "third", secret: { kind: "reference", text: "sk-slipped" } },
      { id: "fourth", secret: { kind: "keep" } },
    ],
    regions: [
      {
        id: "eu",
        baseUrl: "",
        headers: "X-Region: eu\nX-Api-Key: sk-header\nX-Auth: ••••\nsk-half",
        priority: "1",
      },
    ],
    models: [{ id: "m", upstreamModel: "m", isWanted: true, price: null, capabilities: {} }],
  } as const;

  it("holds everything but secrets", () => {
    const kept = withoutTypedSecrets(typed);
    expect(JSON.stringify(kept)).not.toContain("sk-");
    expect(kept).toEqual({
      ...typed,
      secret: { kind: "key", text: "" },
      credentials: [
        typed.credentials[0],
        { id: "third", secret: { kind: "reference", text: "" } },
        typed.credentials[2],
      ],
      regions: [{ ...typed.regions[0], headers: "X-Region: eu\nX-Api-Key: \nX-Auth: ••••\n" }],
    });
    expect(emptySecrets(kept)).toEqual(["secret", "credentials.1.secret"]);
    expect(emptySecrets(typed)).toEqual([]);
    expect(isProviderDraft(JSON.parse(JSON.stringify(kept)))).toBe(true);
  });

  it("is told from anything else", () => {
    expect(isProviderDraft({ ...typed, secret: { kind: "key" } })).toBe(false);
    expect(isProviderDraft({ ...typed, regions: [{ id: "eu" }] })).toBe(false);
    expect(isProviderDraft(null)).toBe(false);
    const model = emptyModel("acme");
    expect(isModelDraft(model)).toBe(true);
    expect(isModelDraft({ ...model, abilities: { ...model.abilities, tools: "maybe" } })).toBe(
      false,
    );
  });
});

describe("a pasted configuration", () => {
  it.each([
    "providers:\n  - id: acme\n    api_key: env:ACME_KEY # of finance",
    'api_key: "file:/run/secrets/acme"',
    "api_key: kept",
    "keys:\n  - id: app\n    key: env:APP",
    '{ "keys": [ { "id": "a", "key": "env:APP" } ] }',
    "max_output_tokens: 4096",
    "routes:\n  - id: auto",
  ])("may be kept: %s", (text) => {
    expect(mayHoldSecret(text)).toBe(false);
  });

  it.each([
    "api_key: abcdef",
    "providers: [{ id: acme, api_key: abcdef }]",
    '{"api_key":"abcdef"}',
    "api_key: |\n  abcdef",
    "headers:\n  Authorization: Bearer abc",
    "# my key is sk-abc",
    "keys: abcdef",
    "headers: X-Api-Key: abc",
  ])("is not kept: %s", (text) => {
    expect(mayHoldSecret(text)).toBe(true);
  });

  it("is judged at once, though a word of it has megabytes", () => {
    expect(mayHoldSecret(`# ${"x".repeat(2_000_000)}\nid: ${"y".repeat(2_000_000)}`)).toBe(false);
  });
});
