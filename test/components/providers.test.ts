import { describe, expect, it } from "vitest";
import {
  emptyModel,
  lostPlaces,
  modelDraftOf,
  toModelRequest,
} from "@/components/providers/model-draft";
import {
  draftOf,
  draftOfKnown,
  emptyDraft,
  hiddenValue,
  lostRegions,
  slugOf,
  toRequest,
  toTestRequest,
  withListed,
} from "@/components/providers/provider-draft";
import { providerState } from "@/components/providers/provider-state";
import { ModelRequest, ProviderRequest, type ProviderView } from "@/lib/shared/provider-contract";
import { down, model, target } from "./fixtures";

const provider: ProviderView = {
  id: "acme",
  dialect: "openai",
  baseUrl: "https://acme.example/v1",
  allowPrivateNetwork: false,
  anyModel: true,
  credentials: [
    { id: null, kind: "sealed", name: null, last4: "abcd", setAt: 1, readable: true },
    { id: "second", kind: "env", name: "ACME_2", last4: null, setAt: null, readable: true },
  ],
  regions: [
    { id: "eu", baseUrl: null, headers: { "X-Region": "eu", "X-Api-Key": null }, priority: 2 },
  ],
  models: [],
  owner: "ui",
  ownerPath: null,
  mock: false,
  revision: 3,
};

describe("the form of a provider", () => {
  it("that nobody touched says what is there, and keeps its secrets", () => {
    const sent = ProviderRequest.parse(toRequest(draftOf(provider)));
    expect(sent).toEqual({
      baseUrl: "https://acme.example/v1",
      allowPrivateNetwork: false,
      anyModel: true,
      secret: { keep: true },
      credentials: [{ id: "second", secret: { keep: true } }],
      regions: [
        { id: "eu", baseUrl: null, headers: { "X-Region": "eu", "X-Api-Key": null }, priority: 2 },
      ],
      models: [],
    });
    expect(draftOf(provider).regions[0]?.headers).toContain(`X-Api-Key: ${hiddenValue}`);
  });

  it("asks about the regions and keys that go, where models use them", () => {
    const used = { ...provider, models: ["m"] };
    const draft = draftOf(used);
    const more = { ...draft.regions[0]!, id: "us" };
    expect(lostRegions(used, { ...draft, regions: [...draft.regions, more] })).toBeNull();
    const gone = { type: "provider", providerId: "acme" };
    expect(lostRegions(used, { ...draft, regions: [more] })).toEqual({
      ...gone,
      regions: ["us"],
      credentials: ["second"],
    });
    const keyless = { ...draft, credentials: [] };
    expect(lostRegions(used, keyless)).toEqual({ ...gone, regions: ["eu"], credentials: [] });
    expect(lostRegions(provider, keyless)).toBeNull();
    const plain = { ...used, regions: [] };
    expect(lostRegions(plain, draftOf(plain))).toBeNull();
    expect(lostRegions(plain, { ...draftOf(plain), regions: [more] })).not.toBeNull();
  });

  it("sends a priority that is no number as one that is refused", () => {
    const regions = [{ id: "eu", baseUrl: "", headers: "", priority: "first" }];
    expect(toRequest({ ...emptyDraft, regions }).regions?.[0]?.priority).toBe(-1);
  });

  it("is tried with the address and the headers of its first region", () => {
    expect(toTestRequest(draftOf(provider))).toMatchObject({
      provider: "acme",
      baseUrl: "https://acme.example/v1",
      region: "eu",
      headers: { "X-Region": "eu", "X-Api-Key": null },
      secret: { keep: true },
    });
    const regions = [{ id: "eu", baseUrl: "https://eu.example/v1", headers: "", priority: "" }];
    expect(toTestRequest({ ...emptyDraft, regions }).baseUrl).toBe("https://eu.example/v1");
  });

  it("offers what the provider lists once, and adds what is wanted", () => {
    const listed = withListed({ ...emptyDraft, id: "acme" }, ["Org/Model:Big", "b"]);
    expect(withListed(listed, ["b", "Org/Model:Big"]).models).toHaveLength(2);
    expect(toRequest(listed).models).toEqual([]);
    const models = listed.models.map((model) => ({ ...model, isWanted: model.id !== "b" }));
    expect(toRequest({ ...listed, models }).models).toEqual([
      {
        id: "org-model-big",
        targets: [{ provider: "acme", upstreamModel: "Org/Model:Big" }],
        price: null,
        capabilities: {},
      },
    ]);
  });

  it("of a known provider has all but the key", () => {
    const known = { ...provider, reference: null, models: [], mock: false };
    expect(draftOfKnown(known).secret).toEqual({ kind: "key", text: "" });
    expect(draftOfKnown({ ...known, reference: "env:WALL" }).secret).toEqual({
      kind: "reference",
      text: "env:WALL",
    });
  });

  it.each([
    ["GPT-4.1", "gpt-4.1"],
    ["meta/llama 3:70b", "meta-llama-3-70b"],
    ["_x_", "x"],
  ])("calls %s %s", (upstream, slug) => {
    expect(slugOf(upstream)).toBe(slug);
  });
});

describe("the form of a model", () => {
  it("that nobody touched says what is there", () => {
    expect(ModelRequest.parse(toModelRequest(modelDraftOf(model)))).toEqual({
      targets: [{ provider: "acme", upstreamModel: "gpt-4.1", regions: ["eu", "us"] }],
      price: { input: 2, output: 8, cachedInput: null },
      capabilities: {
        ...{ context: 128_000, output: null, tools: true, vision: false },
        ...{ json: null, prefill: null, reasoning: null },
      },
      routes: ["auto"],
    });
  });

  it("asks about the places that go, and not about those that come", () => {
    const draft = modelDraftOf(model);
    const [place] = draft.places as [(typeof draft.places)[number]];
    const ask = (...places: (typeof draft.places)[number][]) =>
      lostPlaces(model, { ...draft, places });
    const other = { provider: "beta", upstreamModel: "", regions: "" };
    expect([ask(place), ask({ ...place, regions: "" }), ask(other, place)]).toEqual([
      null,
      null,
      null,
    ]);
    expect(ask(other)).toEqual({
      type: "model",
      modelId: model.id,
      targets: [{ provider: "beta", upstreamModel: null, regions: null }],
    });
    expect(ask({ ...place, regions: "eu" })).not.toBeNull();
    expect(ask({ ...place, upstreamModel: "gpt-5" })).not.toBeNull();
    const everywhere = { ...model, targets: [{ ...model.targets[0]!, regions: null }] };
    expect(lostPlaces(everywhere, draft)).not.toBeNull();
  });

  it("without a price sends none, and what is no number as one that is refused", () => {
    const draft = { ...emptyModel("acme"), id: "new" };
    expect(toModelRequest(draft).price).toBeNull();
    expect(toModelRequest({ ...draft, input: "2,5 USD" }).price?.input).toBe(-1);
    // Of one without the other, neither is free nor lost.
    expect(toModelRequest({ ...draft, input: "2" }).price).toMatchObject({ input: 2, output: -1 });
    expect(toModelRequest({ ...draft, cachedInput: "1" }).price).toMatchObject({
      ...{ input: -1, output: -1, cachedInput: 1 },
    });
    expect(toModelRequest({ ...draft, context: "128,000" }).capabilities?.context).toBe(128_000);
  });
});

describe("the state of a provider", () => {
  const off = target({ region: "ap-south", state: "off", effectiveIntent: "disabled" });

  it("is down when all of it that is on is, and degraded before that", () => {
    expect(providerState([down(), off])).toEqual({ state: "down", impaired: 1 });
    expect(providerState([down(), target(), off])).toEqual({ state: "degraded", impaired: 1 });
    expect(providerState([target(), off])).toEqual({ state: "healthy", impaired: 0 });
    expect(providerState([off])).toEqual({ state: "off", impaired: 0 });
  });
});
