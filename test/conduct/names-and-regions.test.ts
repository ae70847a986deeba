import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { type Stack, eventually, startStack } from "../support/stack";

interface ModelList {
  object: string;
  data: { id: string }[];
}

describe("names and regions", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      document: (base) => ({
        ...base,
        providers: (base.providers ?? []).map((provider) =>
          provider.id === "beta" ? { ...provider, any_model: true } : provider,
        ),
        routes: [
          { id: "auto", chain: ["gpt-4.1", "claude-sonnet-4-5"] },
          { id: "cheap", chain: ["deepseek-v3", "gemini-2.5-flash"] },
        ],
      }),
    });
  });
  afterAll(() => stack.stop());
  beforeEach(() => {
    stack.wall.clearFaults();
    stack.wall.clearAttempts();
  });

  const seen = (): (string | null)[] =>
    stack.wall
      .attempts({ kind: "chat" })
      .filter((one) => one.user_agent !== "bellwether-probe")
      .map((one) => one.model);
  const withKey = async (
    id: string,
    limits: {
      allowedModels?: string[];
      allowedRegions?: string[];
      defaultRouteOnModelName?: boolean;
    },
  ): Promise<string> => {
    const { secret, revision } = await createAppKey(systemActor, stack.control, {
      id,
      kind: "live",
      limits: {
        allowedModels: null,
        allowedRegions: null,
        defaultRouteOnModelName: null,
        midstream: null,
        ...limits,
      },
    });
    await eventually(async () => {
      const node = await stack.db.prisma.node.findFirst();
      return (node?.appliedRevision ?? 0) >= revision;
    });
    return secret;
  };

  it("a route's own name leads to its chain", async () => {
    const response = await stack.chat({ model: "cheap" });
    expect(response.headers.get("x-bellwether-model")).toBe("deepseek-v3");
  });

  it("a model's own name never leads to another model", async () => {
    stack.wall.fault({ kind: "status", status: 503, model: "gemini-2.5-flash", on: "chat" });
    const response = await stack.chat({ model: "gemini-2.5-flash" });
    expect(response.status).toBe(503);
    expect(new Set(seen())).toEqual(new Set(["gemini-2.5-flash"]));
  });

  it("a key may ask for the chain of auto behind a model's own name", async () => {
    const secret = await withKey("behind", { defaultRouteOnModelName: true });
    stack.wall.fault({ kind: "status", status: 503, model: "gemini-2.5-flash", on: "chat" });
    const response = await stack.chat(
      { model: "gemini-2.5-flash" },
      { headers: { authorization: `Bearer ${secret}` } },
    );
    expect(response.headers.get("x-bellwether-model")).toBe("gpt-4.1");
  });

  it("models[] is the whole chain, the model first when it is not in it, nothing appended", async () => {
    stack.wall.fault({ kind: "status", status: 503, on: "chat" });
    const response = await stack.chat({ model: "gemini-2.5-flash", models: ["deepseek-v3"] });
    expect(response.status).toBe(503);
    expect([...new Set(seen())]).toEqual(["gemini-2.5-flash", "deepseek-v3"]);
  });

  it("provider/upstream_model stays with that provider", async () => {
    const response = await stack.chat({ model: "beta/gpt-4.1" });
    expect(response.headers.get("x-bellwether-provider")).toBe("beta");
  });

  it("an any_model provider is asked for a name that nobody configured, without a price", async () => {
    const response = await stack.chat({ model: "beta/some-new-model" });
    // The wall does not know it either: its 404 shows that the name arrived.
    expect(response.status).toBe(502);
    expect(seen()).toContain("some-new-model");
    const known = await stack.chat({ model: "alpha/some-new-model" });
    expect(known.status).toBe(404);
  });

  it("no fallback is tried when the caller forbids it", async () => {
    stack.wall.fault({ kind: "status", status: 503, model: "gpt-4.1", on: "chat" });
    const response = await stack.chat({}, { headers: { "x-bellwether-no-fallback": "1" } });
    expect(response.status).toBe(503);
    expect(new Set(seen())).toEqual(new Set(["gpt-4.1"]));
  });

  it("lists routes and models, one of them by its name", async () => {
    const headers = { authorization: `Bearer ${stack.key}` };
    const list = (await (await fetch(`${stack.url}/v1/models`, { headers })).json()) as ModelList;
    expect(list.object).toBe("list");
    expect(list.data.map((model) => model.id)).toEqual(
      expect.arrayContaining(["auto", "cheap", "gpt-4.1", "deepseek-v3"]),
    );
    const one = await fetch(`${stack.url}/models/gpt-4.1`, { headers });
    expect(await one.json()).toMatchObject({ id: "gpt-4.1", object: "model" });
    expect((await fetch(`${stack.url}/v1/models/nothing`, { headers })).status).toBe(404);
  });

  it("X-Region prefers a region inside each entry and never reorders the chain", async () => {
    const response = await stack.chat({}, { headers: { "x-region": "ap-south" } });
    expect(response.headers.get("x-bellwether-region")).toBe("ap-south");
    expect(response.headers.get("x-bellwether-model")).toBe("gpt-4.1");
    stack.wall.fault({ kind: "status", status: 503, region: "ap-south", on: "chat" });
    const elsewhere = await stack.chat({}, { headers: { "x-region": "ap-south" } });
    expect(elsewhere.status).toBe(200);
    expect(elsewhere.headers.get("x-bellwether-model")).toBe("gpt-4.1");
    expect(elsewhere.headers.get("x-bellwether-region")).not.toBe("ap-south");
  });

  it("a required region is the only one that is asked", async () => {
    stack.wall.fault({ kind: "status", status: 503, region: "eu-west", on: "chat" });
    const response = await stack.chat(
      {},
      { headers: { "x-region": "eu-west", "x-region-mode": "require" } },
    );
    expect(response.status).toBe(503);
    const regions = stack.wall
      .attempts({ kind: "chat" })
      .filter((one) => one.user_agent !== "bellwether-probe")
      .map((one) => one.region);
    expect(new Set(regions)).toEqual(new Set(["eu-west"]));
    const wrong = await stack.chat({}, { headers: { "x-region-mode": "maybe" } });
    expect(wrong.status).toBe(400);
  });

  it("a key's regions and models hold in every fallback", async () => {
    const secret = await withKey("fenced", {
      allowedRegions: ["eu-west"],
      allowedModels: ["gpt-4.1", "claude-sonnet-4-5"],
    });
    const headers = { authorization: `Bearer ${secret}` };
    stack.wall.fault({ kind: "status", status: 503, on: "chat" });
    expect((await stack.chat({}, { headers })).status).toBe(503);
    const places = stack.wall
      .attempts({ kind: "chat" })
      .filter((one) => one.user_agent !== "bellwether-probe")
      .map((one) => `${one.region} ${one.model ?? ""}`);
    expect(new Set(places)).toEqual(new Set(["eu-west gpt-4.1", "eu-west claude-sonnet-4-5"]));
    expect((await stack.chat({ model: "deepseek-v3" }, { headers })).status).toBe(403);
    expect((await stack.chat({}, { headers: { ...headers, "x-region": "us-east" } })).status).toBe(
      403,
    );
  });
});
